"""One dossier brought through every moment of its year, with everybody who may try their hand.

Addresses come from the urlconf of the workspace, each filled with the first unit's own things.
The sweeps take turns (`in_turn`); CCHC_WHOLE_MATRIX=1 lets everybody try everything always.
"""

import datetime as dt
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.core.cache import cache
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.urls import reverse

from assessments import workspace_urls
from assessments.choices import CycleState, ScanState, Stage
from assessments.choices import SubmissionState as State
from assessments.models import (
    Appeal,
    Cycle,
    Delegation,
    Document,
    DocumentRevision,
    Evidence,
    Explanation,
    Milestone,
    SignedCopy,
    Submission,
)  # fmt: skip
from assessments.workflow import documents, library, receipts
from tests.factories.council import reach
from tests.factories.cycles import PASSWORD, D, Dossier, Year, make_user, make_year
from tests.factories.standing import undone
from tests.permissions import addresses
from tests.workspace import sheets, uploads
from tests.workspace.filling import fill
from units.models import Membership, SigningAuthorisation, User

DAY = dt.timedelta(days=1)
LONG_AGO = dt.date(2020, 1, 1)
#: The unit's own people; leaf 1.1 is delegated to the contributor, nothing to the colleague.
OWN = ("contributor", "colleague", "focal", "head", "deputy")
#: Who may read what was handed in, on the council's side.
COUNCIL = ("member", "secretary", "leader")
NOBODY = (
    "former", "staff", "other contributor", "other head", "administrator", "superuser",
)  # fmt: skip
ANONYMOUS = "anonymous"
PEOPLE = (*OWN, *COUNCIL, *NOBODY, ANONYMOUS)
#: What no refused act may change: every row of these, of both units.
_WATCHED = (
    "submission", "criterionscore", "evidence", "delegation", "document", "documentrevision",
    "documentconfirmation", "receipt", "signedcopy", "adjustment", "explanation", "appeal",
)  # fmt: skip
_ROWS = " UNION ALL ".join(
    f"SELECT '{name}', id, md5(t::text) FROM assessments_{name} t" for name in _WATCHED
)
Picture = dict[tuple[str, int], str]


@dataclass(frozen=True)
class Moment:
    """A state of the dossier and the stage in which it stands so; `late`: its time is over."""

    state: State
    stage: Stage
    late: bool = False
    early: bool = False
    receipt: bool = True
    question: bool = False
    appeal: bool = False
    cycle: CycleState = CycleState.OPEN


_UNSIGNED: dict[str, Any] = {"state": State.DRAFT, "receipt": False}
_AFTER: dict[str, Any] = {"stage": Stage.APPROVAL, "question": True}
MOMENTS = {
    "draft": Moment(stage=Stage.SELF_ASSESSMENT, **_UNSIGNED),
    "draft too early": Moment(stage=Stage.SELF_ASSESSMENT, early=True, **_UNSIGNED),
    "draft too late": Moment(stage=Stage.APPRAISAL, **_UNSIGNED),
    "returned": Moment(State.RETURNED, Stage.APPRAISAL),
    "returned too long": Moment(State.RETURNED, Stage.APPRAISAL, late=True),
    "locked": Moment(State.LOCKED, Stage.APPRAISAL, receipt=False),
    "submitted": Moment(State.SUBMITTED, Stage.SELF_ASSESSMENT),
    "appraising": Moment(State.APPRAISING, Stage.APPRAISAL, question=True),
    "explaining": Moment(State.EXPLAINING, Stage.EXPLANATION, question=True),
    "appraised": Moment(State.APPRAISED, Stage.COUNCIL, question=True),
    "appealing": Moment(State.APPRAISED, Stage.APPEAL, question=True),
    "appealed": Moment(State.APPRAISED, Stage.APPEAL, question=True, appeal=True),
    "approved": Moment(State.APPROVED, **_AFTER),
    "published": Moment(State.PUBLISHED, late=True, cycle=CycleState.PUBLISHED, **_AFTER),
    "correcting": Moment(State.CORRECTING, late=True, cycle=CycleState.PUBLISHED, **_AFTER),
}
#: States in which a question still waits; later ones hold it answered.
_ASKING = (State.APPRAISING, State.EXPLAINING)


@dataclass
class World:
    """The year, everybody's browser, and the things of the first unit that addresses name.

    `books` and `tokens` are a workbook and its unconfirmed preview for each own person, both of
    which change leaf 1.2.
    """

    year: Year
    people: dict[str, User | None]
    evidence: Evidence
    spare: Document
    carried: Document
    browsers: dict[str, Client] = field(default_factory=dict)
    books: dict[str, bytes] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    copy: int = 0
    question: int = 0
    appeal: int = 0

    @property
    def submission(self) -> Submission:
        """Return the first unit's dossier, fresh."""
        return Submission.objects.get(pk=self.year.first.submission.pk)

    def address(self, name: str, pattern: str = "", **given: str) -> str:
        """Return an address of the workspace, of the first unit's own things unless `given`."""
        return addresses.visit(
            pattern or PATTERNS[name],
            lambda _pattern, each: given.get(each) or self._part(name, each),
        )

    def _part(self, name: str, argument: str) -> str:
        if argument == "pk":
            return str(self._pk(name))
        unit = self.year.first.unit
        return {
            "key": f"{self.year.cycle.year}", "slug": unit.slug, "field": "1", "code": "1.2",
            "sequence": "1", "number": "1",
        }[argument]  # fmt: skip

    def _pk(self, name: str) -> int:
        if name.startswith("document"):
            return self.evidence.revision.document_id
        if name == "detach":
            return self.evidence.pk
        found = {"copy": self.copy, "question": self.question, "appeal_withdraw": self.appeal}
        return found.get(name, self.evidence.revision_id)

    @contextmanager
    def at(self, moment: Moment) -> Iterator[None]:
        """Bring the dossier to a moment, and back again in the end."""
        cache.clear()
        with undone():
            _move_windows(self.year, moment)
            due = self.year.at + (-DAY if moment.late else DAY)
            Submission.objects.filter(pk=self.submission.pk).update(
                state=moment.state,
                return_due_at=due if moment.state == State.RETURNED else None,
                returned_from=State.SUBMITTED if moment.state == State.RETURNED else "",
            )
            if moment.state == State.RETURNED:
                self.submission.scores.filter(criterion__code="1.1").update(open_to_unit=True)
            self.copy = _sign(self.year) if moment.receipt else 0
            self.question = _ask(self.year, moment) if moment.question else 0
            self.appeal = _appeal(self.year) if moment.appeal else 0
            yield


#: Name of each page of the workspace → one pattern of it.
PATTERNS = {str(route.name): str(route.pattern) for route in workspace_urls.urlpatterns}


def in_turn(what: int, when: str, person: str) -> bool:
    """Tell whether this person has a turn with this address or act at this moment.

    One in three has, so that every two of the three meet: each person comes to everything, at
    every moment, and everything is tried at every moment.
    """
    turn = what + list(MOMENTS).index(when) + PEOPLE.index(person)
    return turn % 3 == 0 or os.environ.get("CCHC_WHOLE_MATRIX") == "1"


def routes() -> list[tuple[str, str]]:
    """Return name and pattern of every address of the workspace."""
    return [(str(route.name), str(route.pattern)) for route in workspace_urls.urlpatterns]


def _move_windows(year: Year, moment: Moment) -> None:
    reach(year, moment.stage)
    if moment.early or moment.cycle == CycleState.PUBLISHED:
        shift = 60 * DAY if moment.early else -60 * DAY
        for row in Milestone.objects.filter(cycle=year.cycle):
            row.opens_at, row.closes_at = row.opens_at + shift, row.closes_at + shift
            row.save()
    Cycle.objects.filter(pk=year.cycle.pk).update(state=moment.cycle)


def _sign(year: Year) -> int:
    receipt = receipts.write(
        year.first.submission, by=year.first.head, at=year.at, signed_as="Giám đốc"
    )
    copy = SignedCopy(
        receipt=receipt, name="ban-ky.pdf", size=8, sha256="c" * 64, content_type="application/pdf",
        scan_state=ScanState.CLEAN, uploaded_by=year.first.focal, uploaded_at=year.at,
    )  # fmt: skip
    copy.file.save("x.pdf", ContentFile(uploads.printed()))
    return int(copy.pk)


def _ask(year: Year, moment: Moment) -> int:
    """Leave a question on leaf 1.4, open while the council still asks, else answered."""
    answered = {} if moment.state in _ASKING else {
        "answer": "Vì vậy.", "answered_by": year.first.head, "closed_at": year.at,
    }  # fmt: skip
    row = Explanation.objects.create(
        score=year.first.score("1.4"), round=1, question="Vì sao?", asked_at=year.at - DAY,
        due_at=year.at + DAY, asked_by=year.council.members.get(user=year.member), **answered,
    )  # fmt: skip
    return int(row.pk)


def _appeal(year: Year) -> int:
    """Leave an appeal on leaf 1.2 that waits for its answer."""
    row = Appeal.objects.create(
        submission=year.first.submission, kind="appeal", text="Xem lại", round=1,
        filed_by=year.first.head, filed_at=year.at, due_at=year.at + DAY,
    )  # fmt: skip
    row.leaves.add(year.first.score("1.2"))
    return int(row.pk)


def make_world() -> World:
    """Make a dossier that could be signed, its library, and all the people signed in."""
    year = make_year(heading={"bonus_cap": D(2)})
    first = year.first
    fill(first, year.at)
    by = {"by": first.focal, "at": year.at}
    evidence = documents.attach_file(
        score=first.score("1.2"), number="1/KH",
        upload=uploads.upload("a.pdf", uploads.printed()), **by,
    )  # fmt: skip
    spare = library.add_document(
        unit=first.unit, number="2/KH", upload=uploads.pdf(extra=b"spare"), **by
    )
    carried = library.add_document(
        unit=first.unit, number="3/KH", upload=uploads.pdf(extra=b"carried"), **by
    )
    DocumentRevision.objects.filter(pk=carried.pk).update(uploaded_at=year.at - 400 * DAY)
    Delegation.objects.create(
        score=first.score("1.1"), user=first.contributor, given_by=first.focal, given_at=year.at
    )
    world = World(year, _people(year), evidence, spare.document, carried.document)
    _sign_in(world)
    return world


def _people(year: Year) -> dict[str, User | None]:
    first, roles = year.first, Membership.Role
    found: dict[str, User | None] = {name: getattr(year, name) for name in COUNCIL}
    found |= {name: getattr(first, name) for name in ("contributor", "focal", "head")}
    found |= {name: make_user(name) for name in ("colleague", "deputy", "former", "staff")}
    _employ(first, found["colleague"], roles.CONTRIBUTOR)
    _employ(first, found["deputy"], roles.STAFF)
    _employ(first, found["staff"], roles.STAFF)
    _employ(first, found["former"], roles.FOCAL, until=year.at.date() - DAY)
    SigningAuthorisation.objects.create(
        unit=first.unit, user=found["deputy"], form="KT", title="Phó Giám đốc", since=LONG_AGO
    )
    return found | {
        "other contributor": year.second.contributor, "other head": year.second.head,
        "administrator": year.administrator, ANONYMOUS: None,
        "superuser": make_user(is_superuser=True, is_staff=True),
    }  # fmt: skip


def _employ(dossier: Dossier, user: User | None, role: str, until: Any = None) -> None:
    Membership.objects.create(user=user, unit=dossier.unit, role=role, since=LONG_AGO, until=until)


def _sign_in(world: World) -> None:
    for name in PEOPLE:
        browser = world.browsers[name] = Client(raise_request_exception=True)
        person = world.people[name]
        if person is not None:
            browser.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    for name in OWN:
        browser = world.browsers[name]
        browser.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        page = world.address("sheet")
        book = browser.get(world.address("sheet_download")).content
        world.books[name] = sheets.typed(book, {("1.2", "note"): f"Trong tệp của {name}"})
        preview = sheets.send(browser, page, world.books[name])
        world.tokens[name] = preview.context["token"]


def picture() -> Picture:
    """Return a digest of every row that acts of the workspace may change."""
    with connection.cursor() as cursor:
        cursor.execute(_ROWS)
        return {(table, pk): digest for table, pk, digest in cursor.fetchall()}


def changes(before: Picture, leaves: dict[int, str]) -> set[str]:
    """Return what became of the rows since, as words: "evidence new", "leaf 1.2 changed".

    `leaves` names the first unit's leaves by id; a change of another's is told as "leaf None".
    """
    after, found = picture(), set()
    for table, pk in before.keys() | after.keys():
        old, new = before.get((table, pk)), after.get((table, pk))
        if old != new:
            what = f"leaf {leaves.get(pk)}" if table == "criterionscore" else table
            found.add(f"{what} {'new' if old is None else 'gone' if new is None else 'changed'}")
    return found
