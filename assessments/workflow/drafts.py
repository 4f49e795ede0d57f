"""Drafts of publications (of a cycle, a correction, a record of the press) and the dry run."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from assessments.choices import CycleState, PortalRole, PublicationKind
from assessments.choices import PublicationState as State
from assessments.errors import BadInput, NotPermitted, Stale, WrongState
from assessments.models import Cycle, Publication, PublishedGroup, PublishedResult
from assessments.permissions import Verdict, has_role
from assessments.queries import dry_run_changes, dry_runs
from assessments.queries.standings import standings
from assessments.workflow import events, freezing
from units.models import Unit, UnitGroup, User

_SUFFIX = {
    PublicationKind.OFFICIAL: "", PublicationKind.ILLUSTRATIVE: "-minh-hoa",
    PublicationKind.RECORD: "-bao-chi",
}  # fmt: skip


def may_publish(user: User, publication: Any, at: dt.datetime) -> Verdict:
    """Tell whether the person drafts, tries, schedules and corrects publications (design 3)."""
    return has_role(user, PortalRole.HOME_AFFAIRS_LEADER, at)


def slug_for(kind: str, year: int, revision: int) -> str:
    """Return the address of a publication: 2026, 2023-minh-hoa, 2021-bao-chi-2 (design 0.17)."""
    later = f"-{revision}" if revision > 1 else ""
    return f"{year}{_SUFFIX[PublicationKind(kind)]}{later}"


@events.logs_refusals("draft", on="cycle")
def create_draft(
    *, cycle: Cycle, by: User, at: dt.datetime, title: str = "", note: str = "", **decision: Any
) -> Publication:
    """Begin the publication of a cycle's results; its decision may be given later.

    `decision` takes the fields of `Decided`: decision_number, decision_date, decision_signer.
    Raise NotPermitted, WrongState when the cycle is not open, or Stale when the cycle already has
    a publication under way.
    """
    require_leader(by, at)
    if cycle.state != CycleState.OPEN:
        raise WrongState(_("Only the results of an open cycle are published; later ones correct."))
    kind = PublicationKind.ILLUSTRATIVE if cycle.illustrative else PublicationKind.OFFICIAL
    with translation.override("vi"):
        default = _("Public administration reform index of %(year)s") % {"year": cycle.year}
    draft = Publication(
        kind=kind, year=cycle.year, cycle=cycle, title=title or default, note=note,
        slug=slug_for(kind, cycle.year, 1), **decision,
    )  # fmt: skip
    return save_draft(draft, by=by, at=at)


@events.logs_refusals("draft", on="publication")
def create_correction(
    *, publication: Publication, by: User, at: dt.datetime, reason: str, note: str = ""
) -> Publication:
    """Begin the correction of the publication in force; the old one stays readable.

    Raise NotPermitted, BadInput without a reason, WrongState when the publication is not in
    force, or Stale when somebody already corrects it.
    """
    require_leader(by, at)
    if not reason.strip():
        raise BadInput(_("Write the reason for the correction."), field="reason")
    if not Publication.objects.current(at).filter(pk=publication.pk, state=State.PUBLISHED):
        raise WrongState(_("Only the publication in force is corrected."))
    revision = publication.revision + 1
    draft = Publication(
        kind=publication.kind, year=publication.year, cycle=publication.cycle,
        title=publication.title, note=note, corrects=publication, revision=revision,
        correction_reason=reason, slug=slug_for(publication.kind, publication.year, revision),
    )  # fmt: skip
    return save_draft(draft, by=by, at=at)


def save_draft(draft: Publication, *, by: User, at: dt.datetime) -> Publication:
    """Save a new draft with its event; raise Stale when its address is already taken."""
    try:
        with transaction.atomic():
            draft.save()
            events.record(action="draft", obj=draft, by=by, at=at, data={"slug": draft.slug})
    except IntegrityError:
        raise Stale(_("A publication of these results is already under way.")) from None
    return draft


def require_leader(by: User, at: dt.datetime) -> None:
    """Raise NotPermitted unless the person may publish."""
    verdict = may_publish(by, None, at)
    if not verdict:
        raise NotPermitted(verdict.reason)


@events.logs_refusals("dry_run", on="publication")
@transaction.atomic
def dry_run(
    *, publication: Publication, by: User, at: dt.datetime, seen: str | None = None
) -> dry_runs.DryRun:
    """Return the dry run and keep its digest and figures on the draft; `schedule` asks for it.

    `seen` is the digest of the page the person confirms. Raise NotPermitted, WrongState when the
    publication is not a draft on a cycle, or Stale when the figures differ from those seen.
    """
    require_leader(by, at)
    locked = Publication.objects.select_for_update(of=("self",)).get(pk=publication.pk)
    if locked.state != State.DRAFT or locked.cycle is None:
        raise WrongState(_("Only the draft of a cycle's publication has a dry run."))
    found = dry_runs.report(locked, at)
    if seen is not None and seen != found.digest:
        raise Stale(_("The figures have changed meanwhile; look at them again."))
    if found.digest:
        locked.dry_run_digest, locked.dry_run_at = found.digest, at
        locked.dry_run_figures = dry_run_changes.figures_of(found)
        locked.save(update_fields=["dry_run_digest", "dry_run_at", "dry_run_figures", "updated_at"])
    events.record(action="dry_run", obj=locked, by=by, at=at, data={"digest": found.digest})
    return found


def figure_problems(publication: Publication) -> list[str]:
    """Return why the cycle's figures cannot leave yet: not approved, bare, unseen, or changed."""
    cycle = publication.cycle
    if cycle is None:
        return [_("A record of the press is not scheduled.")]
    unfinished = dry_runs.unfinished_dossiers(publication)
    if unfinished:
        names = "; ".join(f"{name} ({state})" for name, state in unfinished)
        return [_("Dossiers not approved: %s.") % names]
    rows = standings(cycle)
    found = [] if rows else [_("The cycle has no dossier.")]
    bare = [row.unit_name for row in rows if row.ranked and row.missing]
    if bare:
        found.append(_("Dossiers with leaves without final points: %s.") % "; ".join(bare))
    if not publication.dry_run_digest:
        found.append(_("Look at the dry run first."))
    elif dry_runs.digest_of(rows) != publication.dry_run_digest:
        found.append(_("The figures have changed since the dry run; look at it again."))
    return found


@dataclass(frozen=True)
class RecordLine:
    """What a source reported of one unit; index (percent) and rank may be missing."""

    group: UnitGroup
    unit: Unit
    index: Decimal | None
    rank: int | None
    rank_basis: str
    band: str
    source: str
    note: str
    disputed: bool = False


def draft_record(
    *, year: int, lines: Sequence[RecordLine], by: User, at: dt.datetime, reason: str = ""
) -> Publication:
    """Write a year's record of the press as a draft, copying ranks and bands as reported.

    Replaces the lines of a draft under way. Where a record of the year is in force, the draft
    corrects it and `reason` is needed. Raise NotPermitted, BadInput or Stale.
    """
    with events.refusals(
        action="draft_record", obj=Publication(), by=by, at=at, data={"year": year}
    ):
        return _draft_record(year=year, lines=lines, by=by, at=at, reason=reason)


@transaction.atomic
def _draft_record(
    *, year: int, lines: Sequence[RecordLine], by: User, at: dt.datetime, reason: str
) -> Publication:
    require_leader(by, at)
    draft = _record_draft(year, by, at, reason)
    PublishedResult.objects.filter(publication=draft).delete()
    PublishedGroup.objects.filter(publication=draft).delete()
    groups = {
        group.pk: PublishedGroup.objects.create(
            publication=draft, position=place, code=group.code, name=group.name
        )
        for place, group in enumerate(_groups_of(lines), start=1)
    }
    PublishedResult.objects.bulk_create(
        freezing.new_result(
            draft, groups[line.group.pk], line.unit, code=line.unit.code, name=line.unit.name,
            index=line.index, rank=line.rank, rank_basis=line.rank_basis, band=line.band,
            source=line.source, note=line.note, disputed=line.disputed,
        )
        for line in lines
    )  # fmt: skip
    data = {"slug": draft.slug, "lines": len(lines)}
    events.record(action="draft_record", obj=draft, by=by, at=at, data=data)
    return draft


def _record_draft(year: int, by: User, at: dt.datetime, reason: str) -> Publication:
    records = Publication.objects.filter(kind=PublicationKind.RECORD, year=year)
    draft = records.select_for_update(of=("self",)).filter(state=State.DRAFT).first()
    if draft is not None:
        return draft
    old = Publication.objects.current(at).filter(kind=PublicationKind.RECORD, year=year).first()
    if old is not None:
        return create_correction(publication=old, by=by, at=at, reason=reason)
    with translation.override("vi"):
        title = _("Results of %(year)s as reported by the press") % {"year": year}
    slug = slug_for(PublicationKind.RECORD, year, 1)
    draft = Publication(kind=PublicationKind.RECORD, year=year, title=title, slug=slug)
    return save_draft(draft, by=by, at=at)


def _groups_of(lines: Sequence[RecordLine]) -> list[UnitGroup]:
    found = {line.group.pk: line.group for line in lines}
    return sorted(found.values(), key=lambda group: (group.position, group.code))
