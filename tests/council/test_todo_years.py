"""The start page over several years: a line per open year, and nothing said where nothing waits."""

import datetime as dt

from django.urls import reverse
from django.utils import translation

from assessments.choices import CycleState, SubmissionState
from assessments.models import Cycle, Submission
from assessments.queries import progress
from assessments.queries.decisions_due import Item
from cchc.templatetags.portal import grouped
from tests.council.conftest import Enter
from tests.factories.council import make_judged_year
from tests.factories.cycles import Year

START = "submitted, waiting for the start"


def lines_of(year: Year) -> list[Item]:
    """Return the secretary's lines of dossiers that wait for the start."""
    items = progress.todo(year.secretary, year.at)[0].items
    return [item for item in items if str(item.label).endswith(START)]


def test_lines_part_the_years_and_lead_to_them(year: Year, enter: Enter) -> None:
    old = make_judged_year(year=year.cycle.year - 1)
    old.council.members.create(user=year.secretary, role="secretary", since=dt.date(2020, 1, 1))
    Submission.objects.update(state=SubmissionState.SUBMITTED)

    lines = lines_of(year)

    names = [f"{one.cycle.year}, {START}" for one in (year, old)]
    assert [(item.label, item.count) for item in lines] == [(name, 2) for name in names]
    address = f"{reverse('admin:assessments_submission_changelist')}?{lines[0].query}"
    found = enter(year.secretary).get(address).context["cl"].result_list
    assert {row.cycle for row in found} == {year.cycle}


def test_year_that_is_over_has_a_line_only_while_something_waits(year: Year) -> None:
    Cycle.objects.filter(pk=year.cycle.pk).update(state=CycleState.PUBLISHED)
    assert lines_of(year) == []

    Submission.objects.filter(pk=year.first.submission.pk).update(state=SubmissionState.SUBMITTED)

    assert [item.count for item in lines_of(year)] == [1]


def test_many_lines_that_count_nothing_are_left_out() -> None:
    few = progress.Section("", [Item("a", 1), *[Item("b", 0)] * 3])
    many = progress.Section("", [Item("a", 1), *[Item("b", 0)] * 4])

    assert (len(few.shown), few.hides) == (4, False)
    assert ([item.label for item in many.shown], many.hides) == (["a"], True)


def test_start_page_says_so_once_and_folds_earlier_boards(year: Year, enter: Enter) -> None:
    old = make_judged_year(year=year.cycle.year - 1)
    Cycle.objects.filter(pk=old.cycle.pk).update(state=CycleState.PUBLISHED)

    shown = enter(year.leader).get(reverse("admin:index"))

    content = shown.content.decode()
    assert ": <strong>0</strong>" not in content
    assert content.count("Nothing waits for you.") == 1
    assert (shown.context["boards"], shown.context["past_boards"]) == ([year.cycle], [old.cycle])
    assert content.count("Progress of earlier years") == 1


def test_counts_part_the_thousands() -> None:
    with translation.override("vi"):
        assert (grouped(1234567), grouped(999)) == ("1.234.567", "999")
    with translation.override("en"):
        assert grouped(1234) == "1,234"
