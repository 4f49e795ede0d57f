"""The same steps through the portal's pages, as people do them: one dossier of every group.

The pages take the time from the clock, so a visit lets the clock stand at the moment it plays in.
"""

import datetime as dt
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from assessments.choices import CouncilRole, PortalRole, Stage
from assessments.demo import answers, verbs
from assessments.demo.calendar import Calendar
from assessments.demo.papers import illustrative_pdf
from assessments.demo.people import FIELDS, PASSWORD, actor, person, signer
from assessments.forms import digest
from assessments.models import Criterion, CriterionScore, Meeting, Submission
from assessments.scoring import format_decimal
from assessments.workflow.scores import Claim
from units.models import User

#: Leaves of the dossier that get a file; the others state why there is none.
WITH_FILE = 3


@contextmanager
def clock_at(at: dt.datetime) -> Iterator[None]:
    """Let the portal read `at` as the present time."""
    real = timezone.now
    timezone.now = lambda: at
    try:
        yield
    finally:
        timezone.now = real


@contextmanager
def visit(user: User, at: dt.datetime) -> Iterator["Visitor"]:
    """Let a person sit at a browser at a moment, signed in."""
    with clock_at(at):
        yield Visitor(user)


class Visitor:
    """A person with a browser; every form that the portal does not take is an error."""

    def __init__(self, user: User) -> None:
        self.browser = Client(headers={"host": "127.0.0.1"})
        used = user.last_login
        self.browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        # A visit that plays years ago would leave the account idle by now.
        User.objects.filter(pk=user.pk).update(last_login=used)

    def send(self, address: str, **data: Any) -> None:
        """Send a form, and the password again where it is asked for; raise unless it was taken."""
        answer = self.browser.post(address, data)
        again = reverse("account_reauthenticate")
        if answer.status_code == 302 and answer["Location"].startswith(again):
            answer = self.browser.post(answer["Location"], {"password": PASSWORD})
        if answer.status_code != 302:
            raise RuntimeError(f"{address}: {answer.status_code} {_errors_of(answer)}")


def _errors_of(answer: Any) -> str:
    """Return the words of the page's errors."""
    found = re.findall(
        r'class="(?:field__error|errorlist)[^"]*">(.*?)</', answer.content.decode(), re.S
    )
    return strip_tags(" ".join(found)).strip()


@contextmanager
def _password_of_the_demo(user: User) -> Iterator[None]:
    """Give a head without a printed account the demo's password for as long as signing takes."""
    if user.has_usable_password():
        yield
        return
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])
    yield
    user.set_unusable_password()
    user.save(update_fields=["password"])


def _page(submission: Submission, name: str, **more: Any) -> str:
    keys = {"key": submission.cycle, "slug": submission.unit.slug}
    return reverse(f"workspace:{name}", kwargs=keys | more)


def _act(submission: Submission, action: str) -> str:
    return reverse("admin:assessments_submission_act", args=[submission.pk, action])


def hand_in(submission: Submission, at: dt.datetime) -> None:
    """Fill every leaf on its form, attach files, state the remarks, sign and hand in."""
    head = signer(submission, at)
    leaves = verbs.untouched(submission)
    claims = answers.claims(submission, leaves)
    with _password_of_the_demo(head), visit(head, at) as browser:
        backed = [leaf for leaf in leaves if leaf.evidence_required][:WITH_FILE]
        for leaf in leaves:
            version = submission.scores.get(criterion=leaf).version
            browser.send(
                _page(submission, "save", field=_field(leaf), code=leaf.code),
                version=version, **_typed(claims[leaf.code]),
            )  # fmt: skip
        for leaf in backed:
            _attach(browser, submission, leaf, at)
        browser.send(
            _page(submission, "remarks"), seen=digest(submission),
            difficulties=verbs.DIFFICULTIES, proposals=verbs.PROPOSALS,
        )  # fmt: skip
        browser.send(_page(submission, "sign"), statement="on")


def _field(leaf: Criterion) -> str:
    return (leaf.field or leaf).code


def _typed(claim: Claim) -> dict[str, Any]:
    """Return a claim as a person types it: numbers with a decimal comma, blanks left out."""
    typed = {
        "met": None if claim.met is None else str(int(claim.met)),
        "option": claim.option and claim.option.pk,
        "not_applicable": "on" if claim.not_applicable else None,
        "no_evidence_reason": claim.no_evidence_reason or None,
    }
    for name in ("a", "b", "count", "claimed_percent"):
        number = getattr(claim, name)
        typed[name] = None if number is None else format_decimal(number)
    return {name: value for name, value in typed.items() if value is not None}


def _attach(browser: Visitor, submission: Submission, leaf: Criterion, at: dt.datetime) -> None:
    title = f"Tài liệu minh họa của tiêu chí {leaf.code}, {submission}"
    browser.send(
        _page(submission, "evidence", field=_field(leaf), code=leaf.code),
        upload=ContentFile(illustrative_pdf(title), name=f"minh-hoa-{leaf.code}.pdf"),
        number=f"{leaf.position:02d}/MH (minh họa)", issued_on=f"{at:%d/%m/%Y}",
        issuer=submission.unit_name, abstract=title,
    )  # fmt: skip


def start(submission: Submission, at: dt.datetime) -> None:
    """Let the secretariat start the appraisal on its confirm page."""
    with visit(actor(submission, CouncilRole.SECRETARY, at), at) as browser:
        browser.send(_act(submission, "start"), note="")


def appraise(
    submission: Submission, at: dt.datetime, *, usernames: tuple[str, ...] = tuple(FIELDS)
) -> None:
    """Let the members give points leaf by leaf on the appraisal page."""
    for username in usernames:
        rows = verbs.to_judge(submission, username, at)
        given = answers.judgements(rows)
        with visit(person(username), at) as browser:
            for row in rows:
                mine = given[row.criterion.code]
                _on_leaf(
                    browser, row, "appraise", points=format_decimal(mine.points),
                    version=row.version, reason=mine.reason,
                    **({} if mine.applicable else {"not_applicable": "on"}),
                )  # fmt: skip


def _on_leaf(browser: Visitor, row: CriterionScore, verb: str, **data: Any) -> None:
    address = reverse("admin:assessments_submission_appraisal", args=[row.submission_id])
    typed = {f"{verb}{row.pk}-{name}": value for name, value in data.items()}
    browser.send(address, score=row.pk, verb=verb, **typed)


def explain(submission: Submission, calendar: Calendar) -> None:
    """Let a member ask about one leaf, the unit answer, and the second round begin."""
    at = calendar.during(Stage.APPRAISAL, 20)
    row = verbs.asked_leaf(submission)
    due = timezone.localtime(calendar.during(Stage.EXPLANATION, 6))
    with visit(person("thamdinh3"), at) as browser:
        _on_leaf(browser, row, "ask", question=verbs.QUESTION, due_at=f"{due:%Y-%m-%dT%H:%M}")
    with visit(actor(submission, CouncilRole.SECRETARY, at), at) as browser:
        browser.send(_act(submission, "request_explanation"), note="")
    at = calendar.during(Stage.EXPLANATION)
    with visit(signer(submission, at), at) as browser:
        question = row.explanations.get()
        browser.send(_page(submission, "question", pk=question.pk), answer=verbs.ANSWER)
    at = calendar.during(Stage.SECOND_APPRAISAL)
    with visit(actor(submission, CouncilRole.SECRETARY, at), at) as browser:
        browser.send(_act(submission, "resume"), note="")


def conclude(submission: Submission, at: dt.datetime, meeting: Meeting) -> None:
    """Let the chair conclude on the confirm page, by the minutes of a meeting."""
    with visit(actor(submission, CouncilRole.CHAIR, at), at) as browser:
        browser.send(_act(submission, "conclude"), note="", meeting=meeting.pk)


def approve(submission: Submission, at: dt.datetime) -> None:
    """Let the Home Affairs leader, or who stands in, approve on the confirm page."""
    with visit(actor(submission, PortalRole.HOME_AFFAIRS_LEADER, at), at) as browser:
        browser.send(_act(submission, "approve"), note="")
