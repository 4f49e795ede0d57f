"""Opening a year: a dossier and its leaves for every unit, copied against later changes."""

import datetime as dt
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments import permissions
from assessments.choices import CycleState, PortalRole, SchemeState, Stage
from assessments.models import CriterionScore, Cycle, CycleScheme, Submission
from assessments.scoring import Facts
from assessments.scoring import score as points_of
from assessments.workflow.machine import Act, Text, Transition, register
from units.models import Unit, UnitHead, User


def _officer(user: User, cycle: Cycle, at: dt.datetime) -> permissions.Verdict:
    return permissions.has_role(user, PortalRole.HOME_AFFAIRS_OFFICER, at)


def _problems(cycle: Cycle, act: Act) -> list[Text]:
    found: list[Text] = []
    parts = list(cycle.cycle_schemes.select_related("scheme", "group"))
    if not parts:
        found.append(_("Choose a scheme for at least one group."))
    for part in parts:
        found += _part_problems(cycle, part)
    stages = list(cycle.milestones.order_by("opens_at"))
    if not any(row.stage == Stage.SELF_ASSESSMENT for row in stages):
        found.append(_("Give the dates of the self-assessment."))
    order = [Stage.values.index(row.stage) for row in stages]
    if order != sorted(order):
        found.append(_("The stages do not follow one another in the order of the year."))
    if not cycle.is_decided:
        found.append(_("Give the number, date and signer of the year's plan."))
    return found


def _part_problems(cycle: Cycle, part: CycleScheme) -> list[Text]:
    found: list[Text] = []
    if part.scheme.state != SchemeState.ISSUED:
        found.append(_("The scheme “%s” is not issued.") % part.scheme)
    if part.scheme.group_id != part.group_id:
        found.append(_("The scheme “%s” belongs to another group.") % part.scheme)
    if part.scheme.illustrative != cycle.illustrative:
        found.append(_("Illustrative schemes serve illustrative cycles only."))
    if not assessed_units(cycle, part):
        found.append(_("The group “%s” has no unit in this year.") % part.group)
    return found


def assessed_units(cycle: Cycle, part: CycleScheme) -> list[Unit]:
    """Return the units of a group in the cycle: the listed ones, else all that exist at its end."""
    listed = list(part.units.all())
    return listed or list(Unit.objects.existing(cycle.last_day).filter(group=part.group_id))


def _open(cycle: Cycle, act: Act) -> dict[str, Any]:
    cycle.opened_at = act.at
    day = min(cycle.last_day, timezone.localtime(act.at).date())
    heads = {head.unit_id: head for head in UnitHead.objects.on(day)}
    dossiers = []
    for part in cycle.cycle_schemes.select_related("scheme"):
        for unit in assessed_units(cycle, part):
            head = heads.get(unit.pk)
            dossiers.append(
                Submission(
                    cycle=cycle,
                    unit=unit,
                    cycle_scheme=part,
                    group_id=part.group_id,
                    unit_code=unit.code,
                    unit_name=unit.name,
                    head_name=head.full_name if head else "",
                    head_title=head.title if head else "",
                )
            )
    Submission.objects.bulk_create(dossiers, batch_size=1000)
    _make_leaves(cycle)
    for part in cycle.cycle_schemes.all():
        _prefill(cycle, part)
    return {"dossiers": len(dossiers)}


_LEAVES = """
INSERT INTO assessments_criterionscore (
  submission_id, criterion_id, not_applicable, self_applicable, no_evidence_reason, note,
  self_trace, independent_source, final_trace, open_to_unit, open_to_appraiser, version)
SELECT s.id, c.id, false, true, '', '', '', '', '', false, false, 0
FROM assessments_submission s
JOIN assessments_cyclescheme cs ON cs.id = s.cycle_scheme_id
JOIN assessments_criterion c ON c.scheme_id = cs.scheme_id AND c.method <> 'sum'
WHERE s.cycle_id = %s"""


def _make_leaves(cycle: Cycle) -> None:
    # One statement: a country-size year has a quarter of a million leaves (design 7).
    with connection.cursor() as cursor:
        cursor.execute(_LEAVES, [cycle.pk])


def _prefill(cycle: Cycle, part: CycleScheme) -> None:
    """State for units without public procedures what cannot apply to them (design 0.9)."""
    scheme_leaves = part.scheme.criteria.filter(needs_procedures=True).prefetch_related("levels")
    for criterion in scheme_leaves:
        outcome = points_of(criterion.to_rule(), Facts(not_applicable=True))
        CriterionScore.objects.filter(
            submission__cycle=cycle, criterion=criterion, submission__unit__handles_procedures=False
        ).update(
            not_applicable=True,
            self_applicable=outcome.applicable,
            self_points=outcome.points,
            self_trace=outcome.trace,
            no_evidence_reason=str(_("The unit handles no public procedures.")),
        )


register(
    Transition(
        "open",
        Cycle,
        (CycleState.DRAFT,),
        CycleState.OPEN,
        label=gettext_lazy("Open the cycle"),
        confirm=gettext_lazy(
            "A dossier is made for every unit; names, groups, heads and schemes stay "
            "as they are today."
        ),
        who=_officer,
        who_text=gettext_lazy("Home Affairs officer"),
        guard=_problems,
        guard_text=gettext_lazy("schemes issued and fitting; stages in order; plan decided"),
        effect=_open,
    ),
    Transition(
        "close",
        Cycle,
        (CycleState.PUBLISHED,),
        CycleState.CLOSED,
        label=gettext_lazy("Close the cycle"),
        confirm=gettext_lazy("Nothing of the cycle can be changed any more."),
        who=_officer,
        who_text=gettext_lazy("Home Affairs officer"),
        needs_note=True,
        danger=True,
    ),
)
