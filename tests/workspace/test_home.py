"""The home of the unit: days left, who is how far, what may be lost, what the head looks for."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from assessments.choices import PublicationKind
from assessments.models import (
    EventNote,
    PublishedScore,
    ScoreHistory,
    SiteIdentity,
    WorkingDay,
)
from assessments.permissions import may_sign, signing_unit_ids
from assessments.queries.lost_points import lost_points
from assessments.workflow import delegations, events, standing
from tests.factories.busy import ask, make_busy, publish
from tests.factories.cycles import D, make_user, make_year
from tests.factories.published import make_publication
from tests.workspace.filling import fill
from units.models import SigningAuthorisation, Succession, Unit

DAY = dt.timedelta(days=1)
HOME = "workspace:home"


@pytest.fixture
def today(year):
    return timezone.localtime(year.at).date()


@pytest.fixture
def head(year, signed_in):
    return signed_in(year.first.head)


def home(browser):
    response = browser.get(reverse(HOME))
    assert response.status_code == 200
    return response


def card_of(browser):
    return home(browser).context["cards"][0]


# Days left ------------------------------------------------------------------------------------


def test_deadline_is_told_in_working_days(year, client, today):
    last = timezone.localtime(year.milestone().closes_at - dt.timedelta(seconds=1)).date()
    days = [today + n * DAY for n in range(1, (last - today).days + 1)]
    WorkingDay.objects.bulk_create(WorkingDay(day=day, note="Thử") for day in days)
    assert "không còn ngày làm việc nào" in home(client).content.decode()

    WorkingDay.objects.filter(day__in=days[:2]).update(is_working=True)
    assert card_of(client).deadline.days_left == 2
    assert "còn 2 ngày làm việc" in home(client).content.decode()


def test_last_day_says_so_even_when_it_is_worked(year, client, today):
    end = timezone.make_aware(dt.datetime.combine(today + DAY, dt.time()))
    year.cycle.milestones.filter(stage="self_assessment").update(closes_at=end)

    assert "hôm nay là ngày cuối" in home(client).content.decode()


# Progress and risk ----------------------------------------------------------------------------


def test_points_at_risk_count_each_leaf_once(year, client, save):
    save("1.1", met="1", no_evidence_reason="Chưa có")  # all of 2: nothing lost
    save("1.3", a="50", b="47")  # 1.88 of 2, neither evidence nor reason
    save("1.4", a="20", b="18", no_evidence_reason="Chưa có")
    shown = card_of(client).overview
    total = sum((row.criterion.max_points for row in shown.rows), D(0))
    claimed = {row.criterion.code: row.self_points for row in shown.rows}

    exposure = shown.exposure
    assert exposure.bare == claimed["1.3"] == D("1.88")
    assert exposure.short == (2 - claimed["1.3"]) + (2 - claimed["1.4"])
    filled = D(2) + D(2) + D(2)
    assert exposure.blank == total - filled
    assert exposure.at_risk == exposure.blank + exposure.bare
    assert {score.criterion.code for score, _lost in exposure.leaves} == {
        "1.2", "1.3", "1.5", "2.1", "2.2",
    }  # fmt: skip


def test_leaf_left_out_of_the_denominator_risks_nothing(year, client, save):
    before = card_of(client).overview.exposure.blank
    save("1.3", not_applicable="on")
    exposure = card_of(client).overview.exposure

    assert (exposure.blank, exposure.bare, exposure.short) == (before - 2, D(0), D(0))


def test_people_are_shown_to_those_who_run_the_dossier(year, client, signed_in):
    delegations.delegate(
        submission=year.first.submission, codes=["1.1"], to=year.first.contributor,
        by=year.first.focal, at=year.at, note="Lấy số ở Văn thư",
    )  # fmt: skip
    focal = signed_in(year.first.focal)

    assert [person.user for person in card_of(focal).people] == [year.first.contributor, None]
    assert "Tiến độ theo người" in home(focal).content.decode()
    own = home(client).content.decode()
    assert "Tiến độ theo người" not in own
    assert "Lấy số ở Văn thư" in own


def test_contributor_s_own_leaves_stand_before_the_progress(year, client, address):
    delegations.delegate(
        submission=year.first.submission, codes=["1.3"], to=year.first.contributor,
        by=year.first.focal, at=year.at,
    )  # fmt: skip
    body = home(client).content.decode()

    assert body.index("Việc của tôi") < body.index("Tiến độ theo lĩnh vực")
    assert f'action="{address("delegations")}"' in body
    assert 'name="do" value="done"' in body


def test_returned_dossier_lists_what_was_reopened_with_the_note(year, client, address):
    submission = year.first.submission
    submission.state, submission.return_due_at = "returned", year.at + 3 * DAY
    submission.returned_from = "submitted"
    submission.save()
    submission.scores.filter(criterion__code="1.3").update(open_to_unit=True)
    told = events.record(action="return", obj=submission, by=year.secretary, at=year.at)
    EventNote.objects.create(event=told, text="Xem lại số b")

    for path in (reverse(HOME), address("dossier")):
        response = client.get(path)
        body = response.content.decode()
        overview = (response.context.get("card") or response.context["cards"][0]).overview
        assert [row.criterion.code for row in overview.reopened] == ["1.3"]
        assert "Xem lại số b" in body
        assert f"{timezone.localtime(year.at):%d/%m/%Y %H:%M:%S}" in body


# The head -------------------------------------------------------------------------------------


def test_complete_dossier_waits_for_the_head_only(year, head, client, address):
    assert not card_of(head).awaits_signature
    fill(year.first, year.at)

    assert card_of(head).awaits_signature
    assert not card_of(client).awaits_signature
    body = head.get(address("dossier")).content.decode()
    assert "Sang bước ký" in body
    assert "Sang bước ký" not in client.get(address("dossier")).content.decode()


@pytest.mark.parametrize("state", ["submitted", "locked", "appraising", "approved", "published"])
def test_read_only_dossier_offers_no_signing(year, head, address, state):
    type(year.first.submission).objects.update(state=state)

    assert "Sang bước ký" not in head.get(address("dossier")).content.decode()
    assert not card_of(head).awaits_signature


def test_overdue_leaves_and_pressing_questions_are_named_to_the_head(year, head, today):
    delegations.delegate(
        submission=year.first.submission, codes=["1.1", "1.3"], to=year.first.contributor,
        by=year.first.focal, at=year.at - DAY, due_on=today - DAY,
    )  # fmt: skip
    WorkingDay.objects.bulk_create(
        WorkingDay(day=today + n * DAY, is_working=True, note="Thử") for n in range(12)
    )
    soon, late = ask(year, year.at + 2 * DAY), ask(year, year.at - DAY, "1.3")
    ask(year, year.at + 4 * DAY, "1.4")
    card = card_of(head)

    assert [hand.score.criterion.code for hand in card.overdue] == ["1.1", "1.3"]
    assert [row.question for row in card.pressing] == [late, soon]
    assert len(card.waiting) == 3


def test_signing_rights_of_all_dossiers_agree_with_those_of_one(year, today):
    heir = Unit.objects.create(code="KT", name="Sở Kế tục", group=year.group)
    Succession.objects.create(
        predecessor=year.first.unit, successor=heir, kind="renamed",
        effective_on=dt.date(2020, 1, 1),
    )  # fmt: skip
    deputy, past = make_user("Phó"), make_user("Phó cũ")
    for user, until in ((deputy, None), (past, today - DAY)):
        SigningAuthorisation.objects.create(
            unit=heir, user=user, form="KT", title="Phó", since=dt.date(2020, 1, 1), until=until
        )
    people = [
        deputy, past, year.first.head, year.first.focal, year.second.head, year.outsider,
    ]  # fmt: skip
    found = [year.first.unit.pk in signing_unit_ids(person, year.at) for person in people]

    assert found == [True, False, True, False, False, False]
    assert found == [bool(may_sign(p, year.first.submission, year.at)) for p in people]


# Last year's lost points ----------------------------------------------------------------------


def test_lost_points_come_from_the_last_published_year(year, head):
    publish(year, year.first.unit.code, ago=2)
    last = publish(year, year.first.unit.code)

    (lost,) = card_of(head).lost
    scored = PublishedScore.objects.filter(result__publication=last, applicable=True)
    missing = {row.code: row.max_points - row.final_points for row in scored}

    assert lost.result.publication == last
    assert lost.total == sum(missing.values())
    assert [leaf.lost for leaf in lost.leaves] == sorted(missing.values(), reverse=True)[:5]
    body = home(head).content.decode()
    assert reverse("public:scorecard", args=[lost.result.unit_slug, last.slug]) in body


def test_lost_points_of_predecessors_are_shown_where_the_unit_has_none(year, head):
    for number in (1, 2):
        old = Unit.objects.create(code=f"CU{number}", name=f"Xã cũ {number}", group=year.group)
        Succession.objects.create(
            predecessor=old, successor=year.first.unit, kind="merged",
            effective_on=dt.date(2025, 7, 1),
        )  # fmt: skip
    made = make_publication(
        year=year.cycle.year - 1, printed=False,
        groups={("N", "Nhóm"): [("CU1", "Xã cũ 1"), ("CU2", "Xã cũ 2")]},
    )  # fmt: skip

    assert [lost.result.unit_code for lost in card_of(head).lost] == ["CU1", "CU2"]
    assert {lost.result.publication for lost in card_of(head).lost} == {made}


def test_lost_points_keep_the_embargo_and_the_kinds_apart(year, head):
    publish(year, year.first.unit.code, at=timezone.now() + DAY)
    publish(year, year.first.unit.code, ago=2, kind=PublicationKind.ILLUSTRATIVE)
    publish(year, year.second.unit.code, ago=3)

    assert card_of(head).lost == []


def test_lost_points_are_the_head_s_and_of_open_dossiers_only(year, head, client):
    publish(year, year.first.unit.code)

    assert card_of(client).lost == []
    type(year.first.submission).objects.update(state="published")
    assert card_of(head).lost == []


def test_nothing_is_read_without_a_dossier(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert lost_points([], timezone.now()) == {}


# What changed ---------------------------------------------------------------------------------


def test_changes_of_others_in_three_days_are_listed(year, client, save, address):
    for code, age in (("1.1", 1), ("1.2", 2), ("1.3", 4)):
        score = year.first.score(code)
        ScoreHistory.objects.create(
            score=score, version=1, at=timezone.now() - age * DAY, by=year.first.focal,
            action="unit.save", values={},
        )  # fmt: skip
    save("1.4", a="20", b="18")  # by the person who looks

    changes = home(client).context["changes"]
    assert [row.score.criterion.code for row in changes] == ["1.1", "1.2"]
    body = client.get(address("dossier")).content.decode()
    assert str(year.first.focal) in body


def test_changes_tell_nothing_of_the_council_nor_of_other_units(year, client):
    for dossier, action in ((year.first, "council.appraise"), (year.second, "unit.save")):
        ScoreHistory.objects.create(
            score=dossier.score("1.1"), version=1, at=timezone.now(), by=year.member,
            action=action, values={},
        )  # fmt: skip

    assert home(client).context["changes"] == []


def saved(year, changes):
    """Put saves of leaves by people in the history, the oldest first; versions count them."""
    ScoreHistory.objects.bulk_create(
        ScoreHistory(
            score=year.first.score(code), version=n, at=timezone.now(), by=by, action="unit.save",
            values={},
        )
        for n, (code, by) in enumerate(changes)
    )  # fmt: skip


def test_ten_changes_at_most_are_listed(year, client):
    people = (year.first.focal, year.first.head)
    codes = ["1.1", "1.2", "1.3", "1.4", "1.5", "2.1"]
    saved(year, [(code, by) for code in codes for by in people])

    assert [row.version for row in home(client).context["changes"]] == list(range(11, 1, -1))


def test_saves_of_one_leaf_by_one_person_are_one_change(year, client):
    focal, head = year.first.focal, year.first.head
    saved(year, [("1.1", focal), ("1.1", head), ("1.2", focal), ("1.1", focal), ("1.1", focal)])

    assert [row.version for row in home(client).context["changes"]] == [4, 2, 1]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"self_points": None}, "2 tiêu chí chưa nhập."),
        ({"no_evidence_reason": ""}, "2 tiêu chí thiếu cả tài liệu và lý do."),
        (
            {"self_points": None, "no_evidence_reason": ""},
            "2 tiêu chí chưa nhập, 2 tiêu chí thiếu cả tài liệu và lý do.",
        ),
    ],
)
def test_head_reads_what_is_missing_and_nothing_else(year, signed_in, values, words):
    fill(year.first, year.at)
    year.first.submission.scores.filter(criterion__code__in=["1.1", "1.3"]).update(**values)

    body = home(signed_in(year.first.head)).content.decode()

    assert f"<p>Chưa thể ký: {words}</p>" in body


# The page -------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["draft", "returned", "submitted", "locked", "published"])
@pytest.mark.parametrize("days", [-60, 0, 60])
def test_card_says_the_same_of_writing_as_the_verbs(year, state, days):
    from assessments.errors import Refused
    from assessments.views.cards import is_writable

    at = year.at + days * DAY
    submission = year.first.submission
    submission.state = state
    submission.return_due_at = year.at + DAY if state == "returned" else None
    try:
        standing.require_writable(submission, at)
        verdict = True
    except Refused:
        verdict = False

    assert is_writable(submission, at) == verdict


def test_home_without_a_unit_says_what_to_do(year, signed_in):
    response = home(signed_in(year.outsider))

    assert response.context["cards"] == []
    assert "Chưa có hồ sơ" in response.content.decode()


def test_help_contact_stands_at_the_foot_of_the_page(year, signed_in):
    browser = signed_in(year.outsider)
    without = home(browser).content.decode()
    SiteIdentity.objects.create(
        pk=1, city_name="Thành phố", governing_body="Sở Nội vụ", help_contact="Tổ hỗ trợ: 1022"
    )
    foot = home(browser).content.decode().partition("<footer")[2]

    assert "Đầu mối hỗ trợ" not in without
    assert 'Đầu mối hỗ trợ: <span lang="vi">Tổ hỗ trợ: 1022</span>' in foot


def test_home_leads_on_from_an_open_dossier_only(year, client, address):
    ways = [
        address("delegations"), address("checks"), address("sheet"),
        reverse("workspace:library", kwargs={"slug": year.first.unit.slug}),
    ]  # fmt: skip
    body = home(client).content.decode()
    assert [f'href="{way}"' in body for way in ways] == [True] * 4

    type(year.first.submission).objects.update(state="published")
    body = home(client).content.decode()
    assert [f'href="{way}"' in body for way in ways] == [False] * 4


def test_home_refuses_other_methods(client):
    assert client.post(reverse(HOME)).status_code == 405


def test_queries_of_a_full_home_do_not_grow_with_dossiers(db, signed_in):
    counts = []
    for dossiers in (1, 3):
        years = [make_year(year=2030 + 10 * dossiers + n, units=1) for n in range(dossiers)]
        person = years[0].first.head
        for each in years:
            make_busy(each, person)
        browser = signed_in(person)
        home(browser)
        with CaptureQueriesContext(connection) as captured:
            response = home(browser)
        assert all(card.people and card.lost and card.waiting for card in response.context["cards"])
        counts.append(len(captured))

    assert counts[0] == counts[1] <= 25
