"""Bring a scheme in, copy it into its next version, issue it, retire it (design 1 and 2)."""

import datetime as dt
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.choices import Level, SchemeState
from assessments.errors import GuardFailed, NotPermitted, Refused, Stale, WrongState
from assessments.models import (
    Band,
    Criterion,
    RespondentKind,
    Scheme,
    ScoreLevel,
    SurveyComponent,
)
from assessments.permissions import Verdict, has_role
from assessments.queries.scheme_checks import problems_of
from assessments.queries.schemes import CriterionContent, SchemeContent, content_of, latest_of
from assessments.workflow import events
from assessments.workflow.machine import Act, Transition, register
from units.models import UnitGroup, User

_HEADING = (
    "code", "version", "title", "declared_total", "decimals", "illustrative", "bonus_cap",
    "penalty_cap", "dispute_spread", "decision_number", "decision_date", "decision_signer",
)  # fmt: skip
_NODE = (
    "code", "level", "name", "rule_text", "guidance", "evidence_hint", "max_points", "method",
    "na_policy", "needs_procedures", "evidence_required", "basis", "cap", "floor", "target", "step",
    "has_independent_figure",
)  # fmt: skip
_LEVEL = (
    "label", "points", "lower", "lower_inclusive", "upper", "upper_inclusive", "proportional",
    "target",
)  # fmt: skip


def may_prepare(user: User, scheme: Any, at: dt.datetime) -> Verdict:
    """Tell whether the person may bring in, copy, issue or retire schemes (design 3)."""
    return has_role(user, "home_affairs_officer", at)


def import_scheme(
    *, content: SchemeContent, by: User, at: dt.datetime, seen: dt.datetime | None = None
) -> Scheme:
    """Save what a workbook brings as a draft, replacing the draft of the same code and version.

    `seen` is the `updated_at` of the draft the person compared with; None when there was none.
    Raise NotPermitted, WrongState when that version is issued, Stale when the draft changed
    meanwhile, GuardFailed when the version number or the group does not fit.
    """
    heading = {"code": content.code, "version": content.version}
    with (
        events.refusals(
            action="import_scheme", obj=Scheme(), by=by, at=at, data=heading, kinds=(Refused,)
        ),
        transaction.atomic(),
    ):
        _permit(by, at)
        scheme, replaced = _target(content, seen)
        _write(scheme, content)
        data = {"code": scheme.code, "version": scheme.version, "replaced": replaced}
        events.record(action="import_scheme", obj=scheme, by=by, at=at, data=data)
    return scheme


def copy_scheme(*, scheme: Scheme, by: User, at: dt.datetime) -> Scheme:
    """Make the next version of an issued or retired scheme as a draft without a decision.

    Raise NotPermitted, WrongState for a draft, GuardFailed when a newer version exists.
    """
    with (
        events.refusals(action="copy_scheme", obj=scheme, by=by, at=at, kinds=(Refused,)),
        transaction.atomic(),
    ):
        _permit(by, at)
        locked = Scheme.objects.select_for_update(of=("self",)).get(pk=scheme.pk)
        if locked.is_draft:
            raise WrongState(_("A draft is changed, not copied."))
        latest = latest_of(locked.code)
        if latest is not None and latest.pk != locked.pk:
            raise GuardFailed([_newer(latest)])
        content = replace(
            content_of(locked), version=locked.version + 1, decision_number="",
            decision_date=None, decision_signer="",
        )  # fmt: skip
        draft = Scheme(supersedes=locked)
        _write(draft, content)
        data = {"code": draft.code, "version": draft.version, "copied_from": locked.pk}
        events.record(action="copy_scheme", obj=draft, by=by, at=at, data=data)
    return draft


@events.logs_refusals("discard_draft", on="scheme")
def discard_draft(*, scheme: Scheme, by: User, at: dt.datetime) -> None:
    """Delete a draft; raise NotPermitted, or WrongState when it was issued meanwhile."""
    with transaction.atomic():
        _permit(by, at)
        locked = Scheme.objects.select_for_update(of=("self",)).get(pk=scheme.pk)
        if not locked.is_draft:
            raise WrongState(_("Only a draft can be discarded."))
        data = {"code": locked.code, "version": locked.version}
        events.record(action="discard_draft", obj=locked, by=by, at=at, data=data)
        locked.delete()


def _permit(by: User, at: dt.datetime) -> None:
    verdict = may_prepare(by, None, at)
    if not verdict:
        raise NotPermitted(verdict.reason)


def _newer(latest: Scheme) -> str:
    values = {"version": latest.version, "state": latest.get_state_display()}
    return _("Version %(version)s (%(state)s) is the latest; work on that one.") % values


def _target(content: SchemeContent, seen: dt.datetime | None) -> tuple[Scheme, bool]:
    """Return the scheme to write into and whether a draft is replaced."""
    known = Scheme.objects.select_for_update(of=("self",))
    existing = known.filter(code=content.code, version=content.version).first()
    if existing is None:
        if seen is not None:
            raise Stale(_("The draft was removed meanwhile; upload the workbook again."))
        return Scheme(supersedes=_predecessor(content)), False
    if not existing.is_draft:
        text = _("Version %(version)s of %(code)s is no longer a draft; make a new version.")
        raise WrongState(text % {"version": existing.version, "code": existing.code})
    if existing.updated_at != seen:
        raise Stale(_("The draft changed meanwhile; upload the workbook again and compare."))
    return existing, True


def _predecessor(content: SchemeContent) -> Scheme | None:
    """Return the version that a new one follows; versions leave no gap and no second draft."""
    latest = latest_of(content.code)
    if latest is None:
        return None
    if latest.is_draft or content.version != latest.version + 1:
        raise GuardFailed([_newer(latest)])
    return latest


def _write(scheme: Scheme, content: SchemeContent) -> None:
    group = UnitGroup.objects.filter(code=content.group).first()
    if group is None:
        raise GuardFailed([_("There is no group of units “%(code)s”.") % {"code": content.group}])
    scheme.group = group
    for name in _HEADING:
        setattr(scheme, name, getattr(content, name))
    scheme.save()
    scheme.criteria.all().delete()
    scheme.bands.all().delete()
    nodes = _write_tree(scheme, content)
    ScoreLevel.objects.bulk_create(
        ScoreLevel(criterion=nodes[part.code], position=place, **_values(level, _LEVEL))
        for part in content.criteria
        for place, level in enumerate(part.levels, start=1)
    )
    kinds = _kinds(content)
    SurveyComponent.objects.bulk_create(
        SurveyComponent(
            criterion=nodes[part.code], kind=kinds[component.kind], weight=component.weight
        )
        for part in content.criteria
        for component in part.components
    )
    Band.objects.bulk_create(
        Band(scheme=scheme, label=band.label, min_index=band.min_index) for band in content.bands
    )


def _values(source: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(source, name) for name in names}


def _write_tree(scheme: Scheme, content: SchemeContent) -> dict[str, Criterion]:
    """Save the criteria level by level, so that each finds its parent and its field."""
    nodes: dict[str, Criterion] = {}
    places = {part.code: place for place, part in enumerate(content.criteria, start=1)}
    for level in Level:
        batch = [part for part in content.criteria if part.level == level]
        rows = [_node(scheme, part, nodes, places[part.code]) for part in batch]
        for row in Criterion.objects.bulk_create(rows):
            nodes[row.code] = row
    return nodes


def _node(
    scheme: Scheme, part: CriterionContent, nodes: dict[str, Criterion], place: int
) -> Criterion:
    parent = nodes[part.parent] if part.parent else None
    field = (parent.field or parent) if parent else None
    return Criterion(
        scheme=scheme, parent=parent, field=field, position=place, **_values(part, _NODE)
    )


def _kinds(content: SchemeContent) -> dict[str, RespondentKind]:
    """Return the kinds of respondents by code; those not known yet are created, as shown before."""
    wanted = {part.kind: part for leaf in content.criteria for part in leaf.components}
    RespondentKind.objects.bulk_create(
        [
            RespondentKind(code=kind, name=part.name, may_rate_own_unit=part.may_rate_own_unit)
            for kind, part in sorted(wanted.items())
        ],
        ignore_conflicts=True,
    )
    return {kind.code: kind for kind in RespondentKind.objects.filter(code__in=wanted)}


def issue_problems(scheme: Scheme, act: Act) -> list[str | Promise]:
    """Return every reason why the scheme cannot be issued yet."""
    reasons: list[str | Promise] = [str(problem) for problem in problems_of(content_of(scheme))]
    if not scheme.is_decided:
        reasons.append(_("Enter the decision's number, date and signer."))
    if not scheme.decision_file and not scheme.illustrative:
        reasons.append(_("Attach the decision's file."))
    return reasons


def _stamp_issue(scheme: Scheme, act: Act) -> dict[str, Any]:
    scheme.issued_at = act.at
    return {"code": scheme.code, "version": scheme.version}


def _tell_version(scheme: Scheme, act: Act) -> dict[str, Any]:
    return {"code": scheme.code, "version": scheme.version}


_OFFICER = gettext_lazy("Home Affairs officer")

register(
    Transition(
        action="issue",
        model=Scheme,
        sources=(SchemeState.DRAFT,),
        target=SchemeState.ISSUED,
        label=gettext_lazy("Issue"),
        confirm=gettext_lazy(
            "The scheme becomes final: nobody can change it any more. "
            "A later change is a new version with its own decision."
        ),
        who=may_prepare,
        who_text=_OFFICER,
        guard=issue_problems,
        guard_text=gettext_lazy(
            "Points add up to every declared total; every rule, weight and band is complete; the "
            "decision is on record."
        ),
        effect=_stamp_issue,
    ),
    Transition(
        action="retire",
        model=Scheme,
        sources=(SchemeState.ISSUED,),
        target=SchemeState.RETIRED,
        label=gettext_lazy("Retire"),
        confirm=gettext_lazy(
            "New cycles can no longer use the scheme. Cycles that use it go on with it."
        ),
        who=may_prepare,
        who_text=_OFFICER,
        effect=_tell_version,
        danger=True,
    ),
)
