"""Each finding appears exactly when it should; what blocks is what signing refuses."""

import datetime as dt
import random
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import gettext as _

from assessments.choices import ScanState
from assessments.errors import GuardFailed
from assessments.models import CriterionScore, Delegation, DocumentConfirmation, Evidence
from assessments.queries import checks
from assessments.queries.findings import Severity, by_leaf
from assessments.queries.wording import sentence
from assessments.scoring import Reason
from assessments.workflow.machine import perform, problems
from tests.factories.cycles import D, Dossier, Year, make_year
from tests.workspace.filling import fill
from tests.workspace.papers import attach


def make_ready(dossier: Dossier, at: dt.datetime) -> Dossier:
    """Fill in the dossier so that no check finds anything."""
    fill(dossier, at)
    dossier.submission.difficulties = "Thiếu người"
    dossier.submission.save()
    return dossier


@pytest.fixture
def ready(year: Year) -> Dossier:
    return make_ready(year.first, year.at)


def stored(dossier: Dossier, code: str, **values: object) -> None:
    """Put values on a leaf past the verbs, as an import or an old version might have."""
    CriterionScore.objects.filter(pk=dossier.score(code).pk).update(**values)


def back(dossier: Dossier, code: str, **paper: Any) -> Evidence:
    """Tie a paper to a leaf in place of its reason for no evidence."""
    stored(dossier, code, no_evidence_reason="")
    return attach(dossier, code, **paper)


def found(dossier: Dossier, at: dt.datetime) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return kind and leaf of the blocking and of the advisory findings."""
    report = checks.report(dossier.submission, at)
    assert {row.severity for row in report.blocking} <= {Severity.BLOCKING}
    assert {row.severity for row in report.advisory} <= {Severity.ADVISORY}
    return tuple(
        sorted((row.code, row.leaf.criterion.code if row.leaf else "") for row in rows)
        for rows in (report.blocking, report.advisory)
    )  # type: ignore[return-value]


def test_ready_dossier_has_no_finding(year, ready):
    assert found(ready, year.at) == ([], [])


@pytest.mark.parametrize(
    ("code", "values", "blocking"),
    [
        ("1.1", {"met": None, "self_points": None}, [("blank", "1.1")]),
        ("1.3", {"b": None, "self_points": None}, [("blank", "1.3")]),
        ("1.1", {"no_evidence_reason": " "}, [("bare", "1.1")]),
        ("1.3", {"not_applicable": True, "self_points": D(0), "self_applicable": False},
         [("contradiction", "1.3")]),
        ("1.3", {"not_applicable": True, "a": None, "b": None, "self_points": D(0),
                 "self_applicable": False}, []),
        ("1.4", {"claimed_percent": D("90.5")}, [("contradiction", "1.4")]),
        ("1.4", {"claimed_percent": D(90)}, []),
        ("2.3", {"self_points": None}, []),
    ],
)  # fmt: skip
def test_what_stands_in_the_way_of_submitting(year, ready, code, values, blocking):
    stored(ready, code, **values)

    assert found(ready, year.at) == (blocking, [])


def test_half_filled_leaf_is_told_what_it_lacks(year, ready):
    stored(ready, "1.3", b=None, self_points=None)
    stored(ready, "1.1", met=None, self_points=None)

    told = {row.leaf.criterion.code: row.sentence for row in checks.blocking(ready.submission)}

    assert told["1.1"] == _("Not filled in.")
    assert told["1.3"] == _("Not finished: %s.") % sentence(Reason.MISSING_FACT, {"field": "b"})


@pytest.mark.parametrize(
    ("code", "values", "advisory"),
    [
        ("1.3", {"self_points": D(1)}, [("arithmetic", "1.3")]),
        ("1.3", {"self_applicable": False}, [("arithmetic", "1.3")]),
        ("1.1", {"met": None}, [("arithmetic", "1.1")]),
        ("1.3", {"a": D(10), "b": D(11)}, [("done_over_due", "1.3")]),
        ("1.3", {"b": D(50), "self_points": D(2)}, []),
        ("1.1", {"met": False, "self_points": D(0)}, [("zero", "1.1")]),
        ("1.1", {"no_evidence_reason": "1. Không có"}, [("short_reason", "1.1")]),
        ("1.1", {"no_evidence_reason": "Không có gì"}, [("short_reason", "1.1")]),
        ("1.1", {"no_evidence_reason": "Chưa ban hành"}, []),
        ("1.4", {"a": None, "b": None, "claimed_percent": D("90.125"), "self_points": D("1.8025")},
         [("fine_percent", "1.4")]),
        ("1.4", {"a": None, "b": None, "claimed_percent": D("90.12"), "self_points": D("1.8024")},
         []),
        ("1.3", {"version": 0}, [("untouched", "1.3")]),
        ("1.3", {"independent_a": D(50), "independent_b": D(47)}, []),
        ("1.3", {"independent_a": D(60), "independent_b": D(47)}, [("independent", "1.3")]),
        ("1.3", {"independent_a": D(60), "independent_b": D(48)}, [("independent", "1.3")] * 2),
        ("1.3", {"not_applicable": True, "a": None, "b": None, "self_points": D(0),
                 "self_applicable": False, "independent_a": D(3)}, [("independent", "1.3")]),
        ("1.3", {"not_applicable": True, "a": None, "b": None, "self_points": D(0),
                 "self_applicable": False, "independent_a": D(0)}, []),
    ],
)  # fmt: skip
def test_figures_that_deserve_a_second_look(year, ready, code, values, advisory):
    stored(ready, code, **values)

    assert found(ready, year.at) == ([], advisory)


def test_empty_third_part_of_the_report_is_told_of_the_whole_dossier(year, ready):
    ready.submission.difficulties = ready.submission.proposals = " "
    ready.submission.save()
    stored(ready, "2.2", version=0)
    groups = by_leaf(checks.report(ready.submission, year.at).advisory)

    assert found(ready, year.at) == ([], [("remarks", ""), ("untouched", "2.2")])
    assert [group.leaf and group.leaf.criterion.code for group in groups] == ["2.2", None]


# Papers ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "advisory"),
    [
        (dt.date(2030, 12, 31), [("dated_before", "1.1")]),
        (dt.date(2031, 1, 1), []),
        (dt.date(2031, 12, 31), []),
        (dt.date(2032, 1, 1), [("dated_after", "1.1")]),
    ],
)
def test_paper_dated_outside_the_assessed_year(year, ready, day, advisory):
    back(ready, "1.1", issued_on=day)

    assert found(ready, year.at) == ([], advisory)


def test_older_paper_confirmed_for_this_cycle_is_not_told(year, ready):
    evidence = back(ready, "1.1", issued_on=dt.date(2029, 5, 4))
    other = make_year(year=2030)
    document = evidence.revision.document
    given = {"document": document, "confirmed_by": ready.focal, "confirmed_at": year.at}

    DocumentConfirmation.objects.create(cycle=other.cycle, **given)
    assert found(ready, year.at) == ([], [("dated_before", "1.1")])

    DocumentConfirmation.objects.create(cycle=year.cycle, **given)
    assert found(ready, year.at) == ([], [])


@pytest.mark.parametrize(
    ("paper", "advisory"),
    [
        ({"number": "", "issued_on": None}, [("undated", "1.1")]),
        ({"number": "", "issued_on": dt.date(2031, 3, 2)}, []),
        ({"number": "3/KH", "issued_on": None}, []),
    ],
)
def test_paper_without_number_and_date(year, ready, paper, advisory):
    back(ready, "1.1", **paper)

    assert found(ready, year.at) == ([], advisory)


def test_same_bytes_on_two_leaves_name_each_other(year, ready):
    back(ready, "1.1")
    second = back(ready, "2.1")
    back(ready, "1.2", sha256="c" * 64)

    told = {row.leaf.criterion.code: row.sentence
            for row in checks.report(ready.submission, year.at).advisory}  # fmt: skip
    assert {code: ("1.1" in words, "2.1" in words) for code, words in told.items()} == {
        "1.1": (False, True), "2.1": (True, False),
    }  # fmt: skip

    second.removed_at = year.at
    second.save()
    stored(ready, "2.1", no_evidence_reason="Đang thu thập")
    assert found(ready, year.at) == ([], [])


def test_same_bytes_at_another_unit_are_told_without_naming_it(year, ready):
    theirs = attach(year.second, "2.2", number="TEN-RIENG-CUA-HO")
    back(ready, "1.1")
    back(ready, "1.2", sha256="c" * 64)

    (told,) = checks.report(ready.submission, year.at).advisory
    assert (told.code, told.leaf.criterion.code) == ("same_bytes_elsewhere", "1.1")
    assert told.sentence == _("“%(paper)s”: another unit uses the very same file this year.") % {
        "paper": "12/BC-STN"
    }

    theirs.removed_at = year.at
    theirs.save()
    assert found(ready, year.at) == ([], [])


def test_same_bytes_of_another_year_or_of_the_own_unit_are_nobody_elses(year, ready):
    other = make_year(year=2030)
    attach(other.first, "1.1")
    back(ready, "1.1")

    assert found(ready, year.at) == ([], [])


def test_quarantined_file_backs_nothing(year, ready):
    attach(ready, "1.1", scan_state=ScanState.QUARANTINED)
    assert found(ready, year.at) == ([], [("quarantined", "1.1")])

    stored(ready, "1.1", no_evidence_reason="")
    assert found(ready, year.at) == ([("bare", "1.1")], [])

    attach(ready, "1.1", sha256="c" * 64)
    assert found(ready, year.at) == ([], [("quarantined", "1.1")])


def test_file_that_waits_for_the_scan_backs_its_leaf(year, ready):
    back(ready, "1.1", scan_state=ScanState.PENDING)

    assert found(ready, year.at) == ([], [("pending", "1.1")])


# One truth with signing -----------------------------------------------------------------------


def _damage(dossier: Dossier, dice: random.Random) -> dict[str, list[str]]:
    """Spoil some leaves; return which, by the sentence that signing must say."""
    spoilt: dict[str, list[str]] = {
        "Leaves not filled in: %s.": [],
        "Leaves with neither evidence nor a reason: %s.": [],
        "Leaves with facts that contradict each other: %s.": [],
    }
    blank, bare, torn = spoilt.values()
    for code in ("1.1", "1.2", "1.3", "1.4", "1.5", "2.1", "2.2"):
        values: dict[str, object] = {}
        if dice.random() < 0.4:
            values["self_points"] = None
            blank.append(code)
        if dice.random() < 0.4:
            values["no_evidence_reason"] = ""
            state = dice.choice([None, ScanState.QUARANTINED, ScanState.CLEAN, ScanState.PENDING])
            if state:
                attach(dossier, code, sha256=code[0] * 64, scan_state=state)
            if state in (None, ScanState.QUARANTINED):
                bare.append(code)
        if dice.random() < 0.4:
            values["not_applicable"] = True
            torn.append(code)
        stored(dossier, code, **({"note": ""} | values))
    return {words: codes for words, codes in spoilt.items() if codes}


@pytest.mark.parametrize("seed", range(6))
def test_what_blocks_here_is_what_signing_refuses(year, ready, seed):
    spoilt = _damage(ready, random.Random(seed))
    expected = [_(words) % ", ".join(codes) for words, codes in spoilt.items()]

    report = checks.report(ready.submission, year.at)
    refused = problems("submit", ready.submission, by=ready.head, at=year.at, statement=True)

    assert expected
    assert checks.summary(report.blocking) == expected
    assert [str(reason) for reason in refused] == expected
    with pytest.raises(GuardFailed):
        perform("submit", ready.submission, by=ready.head, at=year.at, statement=True)


def test_dossier_with_advice_only_is_submitted(year, ready):
    attach(ready, "1.1", issued_on=dt.date(2032, 1, 1))

    done = perform("submit", ready.submission, by=ready.head, at=year.at, statement=True)

    assert done.receipts.count() == 1


def test_leaf_that_cannot_be_mended_does_not_stand_in_the_way(year, ready):
    """A returned dossier reopens the named leaves alone; the others are only told."""
    ready.submission.state, ready.submission.return_due_at = "returned", year.at + dt.timedelta(1)
    ready.submission.save()
    stored(ready, "1.3", open_to_unit=True, no_evidence_reason="")
    stored(ready, "1.1", self_points=None, no_evidence_reason="")

    assert found(ready, year.at) == ([("bare", "1.3")], [("bare", "1.1"), ("blank", "1.1")])
    refused = problems("submit", ready.submission, by=ready.head, at=year.at, statement=True)
    assert refused == [_("Leaves with neither evidence nor a reason: %s.") % "1.3"]

    stored(ready, "1.3", no_evidence_reason="Đang thu thập")
    done = perform("submit", ready.submission, by=ready.head, at=year.at, statement=True)
    assert done.receipts.count() == 1


# The unit's own hands -------------------------------------------------------------------------


def delegate(dossier: Dossier, code: str, at: dt.datetime, **values: Any) -> None:
    Delegation.objects.create(
        score=dossier.score(code), user=dossier.contributor, given_by=dossier.focal, given_at=at,
        **values,
    )  # fmt: skip


def test_delegated_leaf_is_told_until_it_is_reported_done(year, ready):
    delegate(ready, "1.1", year.at)
    delegate(ready, "1.3", year.at, done_at=year.at)
    delegate(ready, "2.1", year.at, returned_at=year.at, note="Thiếu số liệu quý 4")

    told = checks.report(ready.submission, year.at).advisory
    person = {"person": ready.contributor}

    assert found(ready, year.at) == ([], [("given_back", "2.1"), ("undone", "1.1")])
    assert [row.sentence for row in told] == [
        _("Delegated to %(person)s, who has not reported it done yet.") % person,
        _("Given back to %(person)s and not mended yet: %(note)s")
        % (person | {"note": "Thiếu số liệu quý 4"}),
    ]


@pytest.mark.parametrize(
    ("state", "told"), [("draft", ["1.1", "1.3"]), ("returned", ["1.3"]), ("submitted", [])]
)
def test_delegated_leaf_is_told_while_the_unit_may_mend_it(year, ready, state, told):
    delegate(ready, "1.1", year.at)
    delegate(ready, "1.3", year.at)
    stored(ready, "1.3", open_to_unit=True)
    ready.submission.state, ready.submission.return_due_at = state, year.at + dt.timedelta(1)
    ready.submission.save()

    assert found(ready, year.at) == ([], [("undone", code) for code in told])


@pytest.mark.parametrize("state", ["draft", "submitted"])
def test_council_is_not_told_who_of_the_unit_holds_what(year, ready, state):
    delegate(ready, "1.1", year.at)
    ready.submission.state = state
    ready.submission.save()
    everything = CriterionScore.objects.all()

    assert checks.report(ready.submission, year.at, everything).advisory == ()


def test_reason_beside_a_file_is_told_unless_nobody_can_open_the_file(year, ready):
    attach(ready, "1.1")
    assert found(ready, year.at) == ([], [("needless_reason", "1.1")])

    stored(ready, "1.1", no_evidence_reason=" ")
    assert found(ready, year.at) == ([], [])


# Speed ----------------------------------------------------------------------------------------


def test_checks_take_the_same_queries_for_few_and_many_leaves(db):
    counts = []
    for number, codes in enumerate((["1.1"], ["1.1", "1.2", "1.3", "1.4", "1.5", "2.1", "2.2"])):
        year = make_year(year=2031 + number, codes=codes)
        for code in codes:
            for letter in "abc":
                attach(year.first, code, sha256=f"{letter}{code}" * 16)
            delegate(year.first, code, year.at)
        with CaptureQueriesContext(connection) as context:
            checks.report(year.first.submission, year.at)
        counts.append(len(context))

    assert counts == [6, 6]
