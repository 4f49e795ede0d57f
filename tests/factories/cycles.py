"""An open year in small: one scheme with every method, two units, a council, all roles."""

import datetime as dt
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from assessments.choices import (
    SELF_SCORED,
    CouncilRole,
    CycleState,
    Level,
    Method,
    PortalRole,
    SchemeState,
    Stage,
    SubmissionState,
)  # fmt: skip
from assessments.models import (
    Appointment,
    Assignment,
    Band,
    Council,
    CouncilMember,
    Criterion,
    CriterionScore,
    Cycle,
    CycleScheme,
    Milestone,
    RespondentKind,
    Scheme,
    ScoreLevel,
    Submission,
    SurveyComponent,
)  # fmt: skip
from tests.factories.leaves import LEAVES
from units.models import Membership, Unit, UnitGroup, UnitHead, User

D = Decimal
PASSWORD = "một-mật-khẩu-dài-để-thử"
#: Days of each stage's window in `make_year`; the current one is half over.
STAGE_DAYS = 10
_numbers = itertools.count(1)


@cache
def _hashed() -> str:
    return make_password(PASSWORD)


def make_user(name: str = "Người dùng", **fields: Any) -> User:
    """Make an account with `PASSWORD` and no rights."""
    return make_users({name: name}, **fields)[name]


def make_users(names: Mapping[str, str], **fields: Any) -> dict[str, User]:
    """Make several accounts by the keys of `names` in one statement."""
    people = {}
    for key, name in names.items():
        number = next(_numbers)
        values = {"username": f"nguoi{number}", "full_name": f"{name} {number}",
                  "email": f"nguoi{number}@example.vn", "password": _hashed()}  # fmt: skip
        people[key] = User(**values | fields)
    User.objects.bulk_create(people.values())
    return people


@dataclass
class Dossier:
    """One unit with its people and its dossier."""

    unit: Unit
    submission: Submission
    contributor: User
    focal: User
    head: User

    def score(self, code: str) -> CriterionScore:
        """Return the leaf of that code, fresh from the database."""
        return CriterionScore.objects.select_related("criterion", "submission").get(
            submission=self.submission, criterion__code=code
        )


@dataclass
class Year:
    """An open cycle and everybody in it; `outsider` holds no role at all."""

    at: dt.datetime
    cycle: Cycle
    group: UnitGroup
    scheme: Scheme
    cycle_scheme: CycleScheme
    council: Council
    dossiers: list[Dossier]
    chair: User
    secretary: User
    member: User
    officer: User
    leader: User
    approver: User
    survey_officer: User
    auditor: User
    administrator: User
    outsider: User

    @property
    def first(self) -> Dossier:
        """Return the first unit's dossier."""
        return self.dossiers[0]

    @property
    def second(self) -> Dossier:
        """Return the second unit's dossier."""
        return self.dossiers[1]

    def criterion(self, code: str) -> Criterion:
        """Return the node of the scheme with that code."""
        return self.scheme.criteria.get(code=code)

    def milestone(self, stage: str = Stage.SELF_ASSESSMENT) -> Milestone:
        """Return the window of a stage."""
        return self.cycle.milestones.get(stage=stage)


def make_year(
    *, year: int = 2031, at: dt.datetime | None = None, stage: str = Stage.SELF_ASSESSMENT,
    illustrative: bool = False, codes: Sequence[str] | None = None, units: int = 2,
    state: str = SubmissionState.DRAFT, heading: dict[str, Any] | None = None,
) -> Year:  # fmt: skip
    """Make an open cycle in which `stage` is half over at `at` (now), on leaves `codes` (all).

    `heading` are further fields of the scheme.
    """
    at = at or timezone.now()
    day = timezone.localtime(at).date()
    group = UnitGroup.objects.create(code=f"N{next(_numbers)}", name=f"Nhóm {next(_numbers)}")
    scheme = make_issued_scheme(group, codes=codes, **(heading or {}))
    cycle = Cycle.objects.create(
        year=year,
        title=f"Kỳ đánh giá {year}",
        illustrative=illustrative,
        state=CycleState.OPEN,
        opened_at=at,
    )
    make_milestones(cycle, at=at, stage=stage)
    cycle_scheme = CycleScheme.objects.create(cycle=cycle, group=group, scheme=scheme)
    dossiers = [
        make_dossier(cycle_scheme, since=day.replace(month=1, day=1), state=state)
        for _ in range(units)
    ]
    council = Council.objects.create(cycle=cycle, name=f"Hội đồng {year}")
    return Year(
        at=at, cycle=cycle, group=group, scheme=scheme, cycle_scheme=cycle_scheme, council=council,
        dossiers=dossiers, outsider=make_user("Người ngoài"), **_seats(council, scheme, day),
        **_appointed(day),
    )  # fmt: skip


def make_issued_scheme(
    group: UnitGroup, *, codes: Sequence[str] | None = None, **heading: Any
) -> Scheme:
    """Make an issued scheme with the leaves of `codes`, two fields at most."""
    wanted = {code: LEAVES[code] for code in codes or LEAVES}
    total = sum((leaf["max_points"] for leaf in wanted.values()), D(0))
    values = {"code": f"bo-{next(_numbers)}", "title": "Bộ tiêu chí thử", "declared_total": total}
    scheme = Scheme.objects.create(group=group, **values | heading)
    bands = (("Tốt", 80), ("Khá", 70), ("Trung bình", 50), ("Yếu", 0))
    Band.objects.bulk_create(
        Band(scheme=scheme, label=label, min_index=D(limit)) for label, limit in bands
    )
    fields = {code[0]: [] for code in wanted}
    for code in wanted:
        fields[code[0]].append(code)
    _make_criteria(scheme, fields, wanted)
    scheme.state = SchemeState.ISSUED
    scheme.decision_number, scheme.decision_signer = "01/QĐ-UBND", "Chủ tịch"
    scheme.decision_date = dt.date(2030, 1, 2)
    scheme.save()
    return scheme


def _make_criteria(
    scheme: Scheme, fields: dict[str, list[str]], wanted: dict[str, dict[str, Any]]
) -> None:
    """Make the tree in as many statements as it has kinds of rows: thousands of tests want one."""
    place = itertools.count(1)
    heads, leaves, levels = [], [], []
    for field_code, codes in fields.items():
        field = Criterion(
            scheme=scheme, code=field_code, name=f"Lĩnh vực {field_code}", level=Level.FIELD,
            method=Method.SUM, position=next(place),
            max_points=sum((wanted[code]["max_points"] for code in codes), D(0)),
        )  # fmt: skip
        heads.append(field)
        for code in codes:
            leaf, steps = _leaf(scheme, field, code, next(place), dict(wanted[code]))
            leaves.append(leaf)
            levels += steps
    Criterion.objects.bulk_create(heads)
    Criterion.objects.bulk_create(leaves)
    ScoreLevel.objects.bulk_create(levels)
    for leaf in leaves:
        if leaf.method == Method.SURVEY:
            kind, _made = RespondentKind.objects.get_or_create(
                code="nguoi-dan", defaults={"name": "Người dân"}
            )
            SurveyComponent.objects.create(criterion=leaf, kind=kind, weight=D(1))


def _leaf(
    scheme: Scheme, field: Criterion, code: str, place: int, values: dict[str, Any]
) -> tuple[Criterion, list[ScoreLevel]]:
    levels = values.pop("levels", [])
    leaf = Criterion(
        scheme=scheme, parent=field, field=field, code=code, position=place, level=Level.CRITERION,
        rule_text=f"Cách chấm của {code}", guidance=f"Hướng dẫn của {code}",
        evidence_hint="Văn bản có số, ngày", evidence_required=values["method"] in SELF_SCORED,
        **values,
    )  # fmt: skip
    steps = [
        ScoreLevel(criterion=leaf, position=place, **level) for place, level in enumerate(levels)
    ]
    return leaf, steps


def make_milestones(cycle: Cycle, *, at: dt.datetime, stage: str = Stage.SELF_ASSESSMENT) -> None:
    """Lay the stages end to end, STAGE_DAYS each, so that `stage` is half over at `at`."""
    length = dt.timedelta(days=STAGE_DAYS)
    first = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    first -= length / 2 + list(Stage).index(Stage(stage)) * length
    windows = [(each, first + place * length) for place, each in enumerate(Stage)]
    Milestone.objects.bulk_create(
        Milestone(cycle=cycle, stage=each, opens_at=opens, closes_at=opens + length)
        for each, opens in windows
    )


def make_dossier(
    cycle_scheme: CycleScheme, *, since: dt.date, state: str = SubmissionState.DRAFT
) -> Dossier:
    """Make a unit of the group with a contributor, a focal officer, a head and its dossier."""
    number = next(_numbers)
    unit = Unit.objects.create(
        code=f"DV{number}", name=f"Sở Thử nghiệm {number}", group=cycle_scheme.group
    )
    roles = Membership.Role
    people = make_users({role: role.label for role in (roles.CONTRIBUTOR, roles.FOCAL, roles.HEAD)})
    Membership.objects.bulk_create(
        Membership(user=user, unit=unit, role=role, since=since) for role, user in people.items()
    )
    head = people[roles.HEAD]
    UnitHead.objects.create(
        unit=unit, user=head, full_name=head.full_name, title="Giám đốc", since=since
    )
    submission = Submission.objects.create(
        cycle=cycle_scheme.cycle, unit=unit, cycle_scheme=cycle_scheme, group=cycle_scheme.group,
        unit_code=unit.code, unit_name=unit.name, head_name=head.full_name, head_title="Giám đốc",
        state=state,
    )  # fmt: skip
    CriterionScore.objects.bulk_create(
        CriterionScore(submission=submission, criterion=leaf)
        for leaf in cycle_scheme.scheme.criteria.leaves()
    )
    return Dossier(unit, submission, people[roles.CONTRIBUTOR], people[roles.FOCAL], head)


def _seats(council: Council, scheme: Scheme, day: dt.date) -> dict[str, User]:
    people = make_users({role.value: f"Hội đồng {role.value}" for role in CouncilRole})
    since = day.replace(month=1, day=1)
    seats = CouncilMember.objects.bulk_create(
        CouncilMember(council=council, user=user, role=role, since=since)
        for role, user in people.items()
    )
    Assignment.objects.bulk_create(
        Assignment(member=seat, field=field, since=since)
        for seat in seats if seat.role == CouncilRole.MEMBER for field in scheme.criteria.fields()
    )  # fmt: skip
    return people


def _appointed(day: dt.date) -> dict[str, User]:
    names = {
        "officer": PortalRole.HOME_AFFAIRS_OFFICER, "leader": PortalRole.HOME_AFFAIRS_LEADER,
        "approver": PortalRole.CITY_APPROVER, "survey_officer": PortalRole.SURVEY_OFFICER,
        "auditor": PortalRole.AUDITOR, "administrator": PortalRole.ADMINISTRATOR,
    }  # fmt: skip
    people = make_users({name: name for name in names}, is_staff=True)
    since = day.replace(month=1, day=1)
    Appointment.objects.bulk_create(
        Appointment(user=people[name], role=role, since=since) for name, role in names.items()
    )
    return people
