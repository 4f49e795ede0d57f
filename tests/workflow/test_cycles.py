"""Opening a year copies what must not move afterwards."""

import datetime as dt

import pytest

from assessments.choices import CycleState, NaPolicy, PortalRole, Stage
from assessments.errors import GuardFailed
from assessments.models import Appointment, Cycle, CycleScheme, Submission
from assessments.workflow import cycles  # noqa: F401 - importing declares the rows
from assessments.workflow.machine import perform, problems
from tests.factories.cycles import make_issued_scheme, make_milestones, make_user
from tests.workflow.world import past_triggers
from units.models import Unit, UnitGroup, UnitHead

pytestmark = pytest.mark.django_db
AT = dt.datetime(2031, 2, 1, 8, tzinfo=dt.UTC)


@pytest.fixture
def officer():
    user = make_user("Chuyên viên")
    Appointment.objects.create(
        user=user, role=PortalRole.HOME_AFFAIRS_OFFICER, since=dt.date(2030, 1, 1)
    )
    return user


@pytest.fixture
def cycle():
    """Return a planned cycle of one group with two units, one without public procedures."""
    group = UnitGroup.objects.create(code="NM", name="Nhóm mở")
    for code, handles in (("M1", True), ("M2", False)):
        unit = Unit.objects.create(
            code=code, name=f"Sở {code}", group=group, handles_procedures=handles
        )
        UnitHead.objects.create(
            unit=unit, full_name=f"Trưởng {code}", title="Giám đốc", since=dt.date(2030, 1, 1)
        )
    made = Cycle.objects.create(
        year=2031, title="Kỳ 2031", decision_number="1/KH-UBND", decision_date=dt.date(2031, 1, 2),
        decision_signer="Chủ tịch",
    )  # fmt: skip
    make_milestones(made, at=AT)
    CycleScheme.objects.create(cycle=made, group=group, scheme=make_issued_scheme(group))
    return made


def open_it(cycle, officer):
    return perform("open", cycle, by=officer, at=AT)


def test_open_makes_a_dossier_and_every_leaf_for_each_unit(cycle, officer):
    done = open_it(cycle, officer)

    assert (done.state, done.opened_at) == (CycleState.OPEN, AT)
    dossiers = list(Submission.objects.filter(cycle=cycle).order_by("unit_code"))
    assert [(row.unit_code, row.unit_name, row.head_name, row.state) for row in dossiers] == [
        ("M1", "Sở M1", "Trưởng M1", "draft"), ("M2", "Sở M2", "Trưởng M2", "draft"),
    ]  # fmt: skip
    leaves = [row.code for row in cycle.cycle_schemes.get().scheme.criteria.leaves()]
    for dossier in dossiers:
        assert [row.criterion.code for row in dossier.scores.select_related("criterion")] == leaves


def test_names_and_heads_of_the_year_stay_when_the_unit_changes(cycle, officer):
    open_it(cycle, officer)
    unit = Unit.objects.get(code="M1")
    unit.name, unit.code = "Sở Tên mới", "M9"
    unit.save()
    unit.heads.update(full_name="Người khác")

    row = Submission.objects.get(unit=unit)

    assert (row.unit_name, row.unit_code, row.head_name) == ("Sở M1", "M1", "Trưởng M1")


def test_unit_without_procedures_finds_its_leaves_filled_in(cycle, officer):
    group = UnitGroup.objects.get(code="NM")
    part = cycle.cycle_schemes.get()
    part.scheme = make_issued_scheme(group)
    part.save()
    # The leaf of ratios is one that asks for procedures; a scheme is frozen, so past the trigger.
    past_triggers(
        "UPDATE assessments_criterion SET needs_procedures = true"
        " WHERE scheme_id = %s AND code = '1.3'",
        part.scheme_id,
    )
    open_it(cycle, officer)

    rows = {
        row.submission.unit_code: row
        for row in part.scheme.criteria.get(code="1.3").scores.select_related("submission")
    }
    assert rows["M1"].self_points is None
    assert (rows["M2"].not_applicable, rows["M2"].self_applicable) == (True, False)
    assert part.scheme.criteria.get(code="1.3").na_policy == NaPolicy.EXCLUDE
    assert rows["M2"].no_evidence_reason != ""


def test_listed_units_only(cycle, officer):
    part = cycle.cycle_schemes.get()
    part.units.add(Unit.objects.get(code="M2"))

    open_it(cycle, officer)

    assert [row.unit_code for row in Submission.objects.filter(cycle=cycle)] == ["M2"]


def test_unit_dissolved_before_the_end_of_the_year_is_left_out(cycle, officer):
    Unit.objects.filter(code="M1").update(dissolved_on=dt.date(2031, 7, 1))

    open_it(cycle, officer)

    assert [row.unit_code for row in Submission.objects.filter(cycle=cycle)] == ["M2"]


SPOILS = {
    "no scheme": lambda cycle: cycle.cycle_schemes.all().delete(),
    "no dates": lambda cycle: cycle.milestones.filter(stage=Stage.SELF_ASSESSMENT).delete(),
    "no plan": lambda cycle: Cycle.objects.filter(pk=cycle.pk).update(
        decision_number="", decision_date=None, decision_signer=""
    ),
    "an illustrative cycle on a real scheme": lambda cycle: Cycle.objects.filter(
        pk=cycle.pk
    ).update(illustrative=True),
    "stages out of order": lambda cycle: cycle.milestones.filter(stage=Stage.COUNCIL).update(
        opens_at=AT - dt.timedelta(days=300), closes_at=AT - dt.timedelta(days=299)
    ),
    "a group without units": lambda cycle: Unit.objects.update(dissolved_on=dt.date(2030, 1, 1)),
    "a scheme of another group": lambda cycle: cycle.cycle_schemes.update(
        group=UnitGroup.objects.create(code="KH", name="Nhóm khác")
    ),
}


@pytest.mark.parametrize("spoil", SPOILS)
def test_cycle_that_is_not_ready_does_not_open(cycle, officer, spoil):
    SPOILS[spoil](cycle)
    cycle.refresh_from_db()

    with pytest.raises(GuardFailed):
        open_it(cycle, officer)
    assert Submission.objects.count() == 0
    assert problems("open", cycle, by=officer, at=AT) != []
