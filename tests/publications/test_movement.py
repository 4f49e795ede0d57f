"""Movement: the dry run shows what the public pages will show, through one matcher."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from assessments.choices import PublicationKind
from assessments.queries import dry_runs
from assessments.queries.public import movement, published
from assessments.queries.public.movement import Change
from assessments.workflow import publications
from tests.factories.cycles import Year
from tests.factories.published import make_publication
from tests.factories.results import make_draft, make_finished_year, take_group_over
from tests.factories.units import DECISION
from units.models import Succession

pytestmark = pytest.mark.django_db


def publish(year: Year) -> Any:
    return publications.publish_now(publication=make_draft(year), by=year.leader, at=year.at)


def follows(after: Year, number: int, before: Year, *numbers: int) -> None:
    """Let a unit of the later year be the successor of units of the earlier one."""
    for old in numbers:
        Succession.objects.create(
            predecessor=before.dossiers[old].unit, successor=after.dossiers[number].unit,
            kind="merged" if len(numbers) > 1 else "renamed", effective_on=dt.date(2032, 7, 1),
            **DECISION,
        )  # fmt: skip


def shown(changes: dict[str, Change]) -> list[tuple[str | None, int | None, str | None, str]]:
    """Return each change in the order of codes: code before, places, gain, group before."""
    return [
        (
            change.before and change.before.unit_code, change.places,
            None if change.gained is None else f"{change.gained:.2f}", change.group,
        )
        for _code, change in sorted(changes.items())
    ]  # fmt: skip


def both(after: Year) -> list[Any]:
    """Return the changes of the year, the same in the dry run and on the public pages."""
    run = dry_runs.report(make_draft(after, seen=False), after.at)
    dry = {row.standing.unit_code: row.change for group in run.groups for row in group.rows}
    after.cycle.publications.all().delete()
    done = publish(after)
    tables = published.rankings(done, after.at)
    public = {row.result.unit_code: row.change for table in tables for row in table.ranked}
    assert shown(dry) == shown(public)
    return shown(public)


@pytest.fixture
def before() -> Year:
    year = make_finished_year(("0.9", "0.8", "0.7"))
    publish(year)
    return year


def next_year(before: Year, shares: tuple[str, ...] = ("0.6", "0.8"), year: int = 2032) -> Year:
    after = make_finished_year(shares, year=year, at=before.at)
    take_group_over(after, before)
    return after


def test_renamed_unit_is_compared_with_its_former_self_over_two_steps(before):
    after = next_year(before)
    follows(after, 0, before, 0)
    middle = make_finished_year(("0.5",), year=2040, at=before.at)
    follows(middle, 0, before, 1)
    follows(after, 1, middle, 0)

    codes = [dossier.unit.code for dossier in before.dossiers]
    assert both(after) == [(codes[0], -1, "-30.00", ""), (codes[1], 1, "0.00", "")]


def test_merged_unit_is_compared_with_nothing(before):
    after = next_year(before)
    follows(after, 0, before, 0, 1)

    assert both(after) == [(None, None, None, "")] * 2


def test_missing_year_leaves_nothing_to_compare(before):
    after = next_year(before, year=2033)
    follows(after, 0, before, 0)

    assert both(after) == [(None, None, None, "")] * 2


def test_unit_of_another_group_then_is_marked_and_not_compared(before):
    after = make_finished_year(("0.6", "0.8"), year=2032, at=before.at)
    follows(after, 0, before, 0)

    code, name = before.dossiers[0].unit.code, before.group.name
    assert both(after) == [(code, None, None, name), (None, None, None, "")]
    page = Client().get(f"/xep-hang/2032/{after.group.code}/").content.decode()
    assert f"năm trước thuộc nhóm “{name}”" in page


def test_lineage_is_copied_and_later_mergers_change_nothing(before):
    after = next_year(before)
    follows(after, 0, before, 0)
    done = publish(after)
    assert [row.predecessors for row in done.results.order_by("unit_code")] == [
        [before.dossiers[0].unit.code], [],
    ]  # fmt: skip

    Succession.objects.all().delete()

    tables = published.rankings(done, after.at)
    assert [row.change.places for row in tables[0].ranked] == [None, -1]


def test_records_and_other_kinds_are_never_compared_with(before):
    for kind in (PublicationKind.ILLUSTRATIVE, PublicationKind.OFFICIAL):
        publication = make_publication(year=2050, kind=kind)
        earlier = movement.year_before(before.at, publication)
        assert earlier is None
    make_publication(year=2049, kind=PublicationKind.ILLUSTRATIVE)
    official = make_publication(year=2060)
    make_publication(year=2059, kind=PublicationKind.ILLUSTRATIVE)

    assert movement.year_before(before.at, official) is None
