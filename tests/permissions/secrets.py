"""A year under way in which everything that must not leak carries a mark (design 6)."""

import datetime as dt
from dataclasses import dataclass

from django.core.files.base import ContentFile
from django.utils import timezone

from assessments.choices import CouncilRole, Stage, SubmissionState
from assessments.models import (
    Adjustment,
    Approval,
    CouncilMember,
    Document,
    DocumentRevision,
    Event,
    Evidence,
    Explanation,
    Extension,
    Message,
    Publication,
    PublishedResult,
    SignedCopy,
    SiteIdentity,
    SurveyDecision,
    SurveyResult,
    WorkingDay,
)  # fmt: skip
from assessments.workflow import appraisals, events, receipts
from tests.factories.council import make_judged_year, make_member, survey
from tests.factories.cycles import D, Dossier, Year, make_user
from tests.factories.published import make_publication
from tests.factories.units import make_merger
from tests.permissions.marks import EMBARGOED, JUDGED, NAMED, OWN
from tests.permissions.private import ask, meet, tell
from tests.workflow.world import past_triggers
from tests.workspace import uploads
from units.models import Membership, SigningAuthorisation, Succession, Unit, UnitAlias, User


@dataclass
class Secrets:
    """The year, everybody by role, and the objects that addresses name."""

    year: Year
    people: dict[str, User | None]
    public: Publication
    scheduled: Publication
    revision: DocumentRevision
    question: Explanation
    evidence: Evidence
    told: dict[str, Message]


def make_secrets() -> Secrets:
    """Make an unpublished year with marks, its scheduled publication and an older public one."""
    year = make_judged_year(stage=Stage.APPRAISAL, heading={"bonus_cap": D(2)})
    _name(year.first)
    employed = make_member(year)
    Membership.objects.create(user=employed, unit=year.first.unit, since=dt.date(2020, 1, 1))
    _claim(year)
    _judge(year)
    question = ask(year)
    meet(year)
    evidence = _attach(year)
    public = make_publication(year=2020)
    scheduled = _embargoed(year)
    _rest(year)
    people: dict[str, User | None] = {
        name: getattr(year, name)
        for name in (
            "member",
            "secretary",
            "chair",
            "officer",
            "leader",
            "approver",
            "survey_officer",
            "auditor",
            "administrator",
        )
    }
    people |= {
        "anonymous": None,
        "contributor": year.first.contributor,
        "stranger": year.second.contributor,
        "employed": employed,
        "superuser": make_user(is_superuser=True, is_staff=True),
    }
    told = tell(year, {name: people[name] for name in ("member", "employed", "contributor")})
    return Secrets(year, people, public, scheduled, evidence.revision, question, evidence, told)


def _name(dossier: Dossier) -> None:
    dossier.unit.name = dossier.submission.unit_name = NAMED[0]
    dossier.unit.save()
    dossier.submission.difficulties = OWN[2]
    dossier.submission.save()


def _claim(year: Year) -> None:
    for row in year.first.submission.scores.filter(criterion__code__in=["1.3", "1.4"]):
        row.self_points, row.self_trace, row.note = D("1.2357"), OWN[2], OWN[2]
        row.no_evidence_reason = OWN[2]
        row.save()
    receipts.write(year.first.submission, by=year.first.head, at=year.at, signed_as="Giám đốc")


def _judge(year: Year) -> None:
    row = year.first.score("1.3")
    appraisals.appraise(
        score=row,
        by=year.member,
        at=year.at,
        version=row.version,
        points=D("0.7713"),
        reason=JUDGED[2],
    )
    Adjustment.objects.create(
        submission=year.first.submission, kind="bonus", points=D("0.7713"), reason=JUDGED[2],
        proposed_by=year.secretary,
    )  # fmt: skip
    Approval.objects.create(
        submission=year.first.submission,
        by=year.leader,
        at=year.at,
        note=JUDGED[2],
        digest="a" * 64,
    )
    result: SurveyResult = survey(year, year.first, mean="86.4142")
    SurveyDecision.objects.create(
        cycle=year.cycle,
        unit=year.first.unit,
        criterion=result.criterion,
        decision="use",
        reason=JUDGED[2],
    )


def _attach(year: Year) -> Evidence:
    document = Document.objects.create(unit=year.first.unit, number=OWN[2])
    revision = DocumentRevision(
        document=document,
        name=f"{OWN[2]}.pdf",
        size=8,
        sha256="b" * 64,
        content_type="application/pdf",
        scan_state="unscanned",
        uploaded_by=year.first.focal,
        uploaded_at=year.at,
    )
    revision.file.save("x.pdf", ContentFile(uploads.printed(text=OWN[2])))
    # The same id, as the sweep names both by it.
    copy = SignedCopy(
        pk=revision.pk, receipt=year.first.submission.receipts.get(), name=revision.name, size=8,
        sha256="c" * 64, content_type="application/pdf", scan_state="unscanned",
        uploaded_by=year.first.focal, uploaded_at=year.at,
    )  # fmt: skip
    copy.file.save("x.pdf", ContentFile(f"%PDF-1.4 {OWN[2]}".encode()))
    return Evidence.objects.create(
        score=year.first.score("1.1"),
        revision=revision,
        added_by=year.first.focal,
        added_at=year.at,
    )


def _embargoed(year: Year) -> Publication:
    """Make a frozen copy of the year due tomorrow, with a figure and a word nobody may see yet."""
    units = [(year.first.unit.code, NAMED[0]), (year.second.unit.code, "Sở Thứ hai")]
    made = make_publication(
        year=year.cycle.year, at=timezone.now() + dt.timedelta(days=1), printed=True,
        groups={(year.group.code, year.group.name): units}, unranked=units[1][0],
    )  # fmt: skip
    past_triggers(
        "UPDATE assessments_publishedresult SET index = 91.8273000000, note = %s"
        " WHERE publication_id = %s",
        EMBARGOED[2],
        made.pk,
    )
    assert PublishedResult.objects.filter(publication=made).count() == 2
    return made


def _rest(year: Year) -> None:
    """Leave a row in every other list of the admin."""
    unit = year.first.unit
    Extension.objects.create(
        cycle=year.cycle, stage="self_assessment", unit=unit, until=year.at, reason=JUDGED[2]
    )
    SiteIdentity.objects.create(pk=1, city_name="Thành phố", governing_body="Sở Nội vụ")
    WorkingDay.objects.create(day=dt.date(2026, 1, 2), note="Nghỉ hoán đổi")
    SigningAuthorisation.objects.create(
        unit=unit, user=year.first.focal, form="KT", title="Phó Giám đốc", since=dt.date(2020, 1, 1)
    )
    UnitAlias.objects.create(unit=unit, name="Tên khác của Mật Danh")
    old = [Unit.objects.create(code=f"CU{n}", name=f"Sở Cũ {n}", group=year.group) for n in (1, 2)]
    Succession.objects.create(
        predecessor=old[0], successor=old[1], kind="renamed", effective_on=dt.date(2020, 1, 1)
    )
    make_merger(old[1], successor=year.second.unit)
    events.record(
        action="save",
        obj=year.first.score("1.3"),
        by=year.first.focal,
        at=year.at,
        data={"code": "1.3", "after": "1.2357"},
    )
    assert Event.objects.exists()
    assert CouncilMember.objects.filter(role=CouncilRole.MEMBER).count() == 2
    assert year.first.submission.state == SubmissionState.APPRAISING
