"""Visits of every address of the portal, each about the first unit's things, by every role."""

from collections.abc import Iterator
from typing import Any

from django.test import Client

from assessments.choices import AppealState, PublicationKind
from tests.permissions import addresses
from tests.permissions.secrets import Secrets

ROLES = (
    "anonymous", "contributor", "stranger", "member", "employed", "secretary", "chair", "officer",
    "leader", "approver", "survey_officer", "auditor", "administrator", "superuser",
)  # fmt: skip
#: Addresses that hand out one thing in several kinds of files: each ending is a visit of its own.
ENDINGS = {
    "admin/assessments/meeting/<int:pk>/bien-ban/<str:ending>/": ("pdf", "docx"),
    "admin/assessments/publication/<int:pk>/phu-luc.<slug:ending>": ("pdf", "docx", "xlsx"),
}


def browser_of(secrets: Secrets, role: str) -> Client:
    browser, person = Client(raise_request_exception=True), secrets.people[role]
    if person is not None:
        browser.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return browser


#: What follows the publication in the names of its files.
_FILE_ENDS = {".csv": "-SBN", ".png": "-SBN", ".pdf": "-bao-cao"}


def address_of(pattern: str, secrets: Secrets, ending: str = "pdf") -> str:
    """Return an address of the pattern that names the first unit's things wherever it can."""
    year, unit = secrets.year, secrets.year.first.unit
    publication = secrets.scheduled if "publication" in pattern else secrets.public

    def fill(pattern: str, name: str) -> str:
        model = addresses.model_of(pattern)
        if name in ("object_id", "pk") and model is not None:
            return str(_object(model, secrets))
        if pattern.startswith("don-vi/") and name == "slug":
            return publication_unit(secrets)
        if pattern.startswith("bo-tieu-chi/"):
            return year.scheme.code
        values = {
            "key": f"{year.cycle.year}"
            if pattern.startswith("tu-danh-gia")
            else secrets.public.slug,
            "slug": unit.slug,
            "field": "1",
            "code": "1.3",
            "criterion": str(year.criterion("1.3").pk),
            "sequence": "1",
            "id": secrets.public.slug,
            "rest": "khong-co",
            "pk": str(_key(pattern, secrets)),
            "number": "1",
            "ending": ending,
            "group": "SBN",
            "publication": secrets.public.slug,
            "name": f"{secrets.public.slug}{_FILE_ENDS.get(pattern[-4:], '')}",
            "action": _ACTS.get(model.__name__ if model else "", "x"),
            "content_type_id": "1",
            "object_id": "1",
            "council": str(year.council.pk),
            "part": str(year.cycle_scheme.pk),
        }
        return values[name]

    assert publication.kind == PublicationKind.OFFICIAL
    return addresses.visit(pattern, fill)


def _key(pattern: str, secrets: Secrets) -> int:
    """Return the id of the file, paper, appeal or question of the first unit."""
    if pattern.startswith("tai-lieu/"):
        return int(secrets.revision.pk)
    if pattern.startswith("tu-danh-gia/thu-vien/"):
        return int(secrets.revision.document_id)
    if pattern.startswith("hop-thu/"):
        return int(secrets.told["employed"].pk)
    if "/kien-nghi/" in pattern:
        return int(secrets.year.first.submission.appeals.get(state=AppealState.FILED).pk)
    return int(secrets.question.pk)


_ACTS = {
    "Submission": "conclude",
    "Adjustment": "accept",
    "Appeal": "uphold",
    "Cycle": "close",
    "Publication": "withdraw",
    "Scheme": "retire",
}


def publication_unit(secrets: Secrets) -> str:
    return str(secrets.public.results.order_by("unit_code").first().unit_slug)


def _object(model: Any, secrets: Secrets) -> int:
    """Return the row of the model that stands nearest to the first unit."""
    rows = model._base_manager.order_by("pk")
    name = model.__name__
    if name == "Publication":
        return int(secrets.scheduled.pk)
    if name == "Unit":
        return int(secrets.year.first.unit.pk)
    if name == "User":
        return int(secrets.year.first.head.pk)
    if name in ("Submission", "CriterionScore"):
        score = secrets.year.first.score("1.3")
        return int(score.submission_id if name == "Submission" else score.pk)
    if name in ("Cycle", "Scheme"):
        return int(secrets.year.cycle.pk if name == "Cycle" else secrets.year.scheme.pk)
    found = rows.first()
    return int(found.pk) if found else 1


def addresses_of(pattern: str, secrets: Secrets) -> list[str]:
    """Return the address of a pattern, one for each ending of a file."""
    return [address_of(pattern, secrets, ending) for ending in ENDINGS.get(pattern, ("pdf",))]


def answers(secrets: Secrets, role: str) -> Iterator[tuple[str, str, Any]]:
    """Yield each pattern and address with its answer to the role, who signs in again when out."""
    browser = browser_of(secrets, role)
    for pattern in addresses.patterns():
        for address in addresses_of(pattern, secrets):
            response = browser.get(address)
            if response.status_code == 405:
                response = browser.post(address)
            yield pattern, address, response
        if pattern.endswith("/logout/"):
            browser = browser_of(secrets, role)
