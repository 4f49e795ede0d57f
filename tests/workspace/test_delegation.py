"""Leaves in the hands of people of the unit: handed out, done, given back, taken back."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from assessments.choices import HandState
from assessments.errors import BadInput, NotPermitted, WindowClosed, WrongState
from assessments.models import Delegation, Event
from assessments.queries import delegations as reads
from assessments.workflow import delegations, scores
from tests.factories.cycles import make_user, make_year
from units.models import Membership, Succession, Unit

DAY = dt.timedelta(days=1)


@pytest.fixture
def today(year):
    return timezone.localtime(year.at).date()


@pytest.fixture
def hand(year):
    """Delegate leaves to the first unit's contributor as its focal officer."""

    def give(*codes, **given):
        first = year.first
        values = {"to": first.contributor, "by": first.focal, "at": year.at} | given
        return delegations.delegate(submission=first.submission, codes=codes, **values)

    return give


def fill(year, code="1.1", **claim):
    score = year.first.score(code)
    scores.save_leaf(
        score=score, by=year.first.focal, at=year.at, version=score.version,
        **({"met": True, "no_evidence_reason": "Chưa có"} | claim),
    )  # fmt: skip


def done(year, *codes, by=None):
    return delegations.mark_done(
        submission=year.first.submission, codes=codes, by=by or year.first.contributor, at=year.at
    )


def give_back(year, *codes, note="Xem lại b", by=None):
    return delegations.give_back(
        submission=year.first.submission, codes=codes, note=note, by=by or year.first.focal,
        at=year.at,
    )  # fmt: skip


def take_back(year, *codes, by=None):
    return delegations.take_back(
        submission=year.first.submission, codes=codes, by=by or year.first.focal, at=year.at
    )


def test_leaves_are_handed_out_in_one_act(year, hand, today):
    hand("1.1", "1.3", due_on=today + DAY, note=" Lấy số ở Văn thư ")

    held = Delegation.objects.get(score__criterion__code="1.3")
    assert (held.user, held.given_by) == (year.first.contributor, year.first.focal)
    assert (held.due_on, held.note) == (today + DAY, "Lấy số ở Văn thư")
    event = Event.objects.get(action="delegate")
    assert event.data == {
        "codes": ["1.1", "1.3"], "to": year.first.contributor.pk,
        "due": (today + DAY).isoformat(),
    }  # fmt: skip
    assert event.unit_id_at == year.first.unit.pk


def test_delegated_leaf_is_filled_in_by_its_holder_and_the_focal_officer_only(year, hand):
    other = make_user("Người khác")
    year.first.unit.memberships.create(
        user=other, role=Membership.Role.CONTRIBUTOR, since=dt.date(2020, 1, 1)
    )
    hand("1.1", to=other)
    score = year.first.score("1.1")

    with pytest.raises(NotPermitted):
        scores.save_leaf(score=score, by=year.first.contributor, at=year.at, version=0, met=True)
    scores.save_leaf(score=score, by=other, at=year.at, version=0, met=True)

    take_back(year, "1.1")
    score = year.first.score("1.1")
    scores.save_leaf(
        score=score, by=year.first.contributor, at=year.at, version=score.version, met=False
    )
    assert year.first.score("1.1").saved_by == year.first.contributor


def test_staff_and_strangers_are_given_nothing(year, hand):
    staff, gone = make_user("Nhân viên"), make_user("Đã chuyển")
    year.first.unit.memberships.create(user=staff, role="staff", since=dt.date(2020, 1, 1))
    year.first.unit.memberships.create(
        user=gone, role="contributor", since=dt.date(2020, 1, 1), until=dt.date(2020, 12, 31)
    )
    for person in (staff, gone, year.second.focal, year.outsider):
        with pytest.raises(BadInput) as caught:
            hand("1.1", to=person)
        assert caught.value.field == "to"
    assert set(reads.members_of(year.first.submission, year.at)) == {
        year.first.contributor, year.first.focal, year.first.head,
    }  # fmt: skip


def test_staff_of_a_successor_hand_out_and_hold_leaves(year, hand):
    heir = Unit.objects.create(code="KT", name="Sở Kế tục", group=year.group)
    Succession.objects.create(
        predecessor=year.first.unit,
        successor=heir,
        kind="renamed",
        effective_on=dt.date(2020, 1, 1),
    )
    focal, helper = make_user("Đầu mối mới"), make_user("Người mới")
    for user, role in ((focal, "focal"), (helper, "contributor")):
        heir.memberships.create(user=user, role=role, since=dt.date(2020, 1, 1))

    hand("1.1", to=helper, by=focal)

    assert Delegation.objects.get().user == helper
    assert helper in reads.members_of(year.first.submission, year.at)


@pytest.mark.parametrize("act", ["delegate", "take_back", "give_back"])
def test_only_those_who_run_the_dossier_hand_out(year, hand, act):
    hand("1.1")
    acts = {
        "delegate": lambda by: hand("1.1", by=by),
        "take_back": lambda by: take_back(year, "1.1", by=by),
        "give_back": lambda by: give_back(year, "1.1", by=by),
    }
    for by in (year.first.contributor, year.second.focal, year.secretary, year.outsider):
        with pytest.raises(NotPermitted):
            acts[act](by)
    assert Event.objects.filter(refused=True).count() == 4
    acts[act](year.first.head)


@pytest.mark.parametrize("codes", [[], ["9.9"], ["1.1", "9.9"], ["2.3"], ["2.4"]])
def test_leaves_that_the_unit_does_not_score_are_refused(year, hand, codes):
    with pytest.raises(BadInput) as caught:
        hand(*codes)
    assert caught.value.field == "leaves"
    assert not Delegation.objects.exists()


def test_day_lies_between_today_and_the_end_of_the_unit_s_time(year, hand, today):
    last = delegations.last_day(year.first.submission, year.at)
    for day in (today - DAY, last + DAY, dt.date(9999, 12, 31)):
        with pytest.raises(BadInput) as caught:
            hand("1.1", due_on=day)
        assert caught.value.field == "due_on"
    hand("1.1", due_on=today)
    hand("1.3", due_on=last)
    assert sorted(Delegation.objects.values_list("due_on", flat=True)) == [today, last]


def test_nothing_is_handed_out_outside_the_window_or_after_submission(year, hand):
    with pytest.raises(WindowClosed):
        hand("1.1", at=year.at + 60 * DAY)
    year.first.submission.state = "submitted"
    year.first.submission.save()
    with pytest.raises(WrongState):
        hand("1.1")


def test_of_a_returned_dossier_only_the_reopened_leaves_are_handed_out(year, hand):
    submission = year.first.submission
    submission.state, submission.return_due_at = "returned", year.at + 3 * DAY
    submission.returned_from = "submitted"
    submission.save()
    submission.scores.filter(criterion__code="1.3").update(open_to_unit=True)

    with pytest.raises(WrongState):
        hand("1.1")
    hand("1.3", due_on=delegations.last_day(submission, year.at))
    assert Delegation.objects.get().score.criterion.code == "1.3"


def test_done_is_the_holder_s_word_and_survives_a_save(year, hand):
    hand("1.1", "1.3")
    with pytest.raises(BadInput) as caught:
        done(year, "1.1")
    assert caught.value.code == "1.1"
    fill(year)
    for by in (year.first.focal, year.first.head, year.second.contributor):
        with pytest.raises(NotPermitted):
            done(year, "1.1", by=by)

    done(year, "1.1")
    fill(year, met=False)

    assert Delegation.objects.get(score__criterion__code="1.1").done_at == year.at
    assert Event.objects.get(action="mark_done", refused=False).data == {"codes": ["1.1"]}


def test_leaf_without_evidence_or_reason_is_not_done(year, hand):
    hand("1.1")
    fill(year, no_evidence_reason="")
    with pytest.raises(BadInput):
        done(year, "1.1")


def test_holder_who_left_the_unit_reports_nothing(year, hand):
    hand("1.1")
    fill(year)
    year.first.contributor.memberships.update(
        until=dt.date(2020, 12, 31), since=dt.date(2020, 1, 1)
    )
    with pytest.raises(NotPermitted):
        done(year, "1.1")


def test_given_back_leaf_says_why_and_is_done_again(year, hand, today):
    hand("1.1", note="Lần đầu")
    fill(year)
    done(year, "1.1")
    with pytest.raises(BadInput) as caught:
        give_back(year, "1.1", note="  ")
    assert caught.value.field == "note"

    give_back(year, "1.1")
    held = Delegation.objects.get()
    assert (held.note, held.done_at, held.returned_at) == ("Xem lại b", None, year.at)
    assert reads.Hand(held.score, today).state == HandState.GIVEN_BACK
    assert "Xem lại" not in str(Event.objects.get(action="give_back", refused=False).data)

    hand("1.1", due_on=today)  # a new day without a note keeps what is to be mended
    assert Delegation.objects.get().note == "Xem lại b"

    done(year, "1.1")
    held = Delegation.objects.get()
    assert (held.done_at, held.returned_at) == (year.at, None)


def test_leaf_in_nobody_s_hands_is_neither_taken_nor_given_back(year, hand):
    hand("1.1")
    for act in (take_back, give_back):
        with pytest.raises(BadInput):
            act(year, "1.1", "1.3")
    assert Delegation.objects.count() == 1


def test_new_holder_starts_anew_and_the_old_one_keeps_what_was_done(year, hand, today):
    hand("1.1")
    fill(year)
    done(year, "1.1")
    hand("1.1", due_on=today, note="Thêm số")
    assert Delegation.objects.get().done_at == year.at

    hand("1.1", to=year.first.head)
    held = Delegation.objects.get()
    assert (held.user, held.done_at, held.due_on) == (year.first.head, None, None)


def test_taking_back_names_who_held_the_leaf(year, hand):
    hand("1.1")
    take_back(year, "1.1")

    assert not Delegation.objects.exists()
    data = Event.objects.get(action="undelegate").data
    assert data == {"codes": {"1.1": year.first.contributor.pk}}


def test_people_are_followed_by_what_they_filled_and_what_is_late(year, hand, today):
    hand("1.1", "1.2", "1.3", due_on=today)
    fill(year)
    done(year, "1.1")
    give_back(year, "1.2")
    rows = year.first.submission.scores.select_related("criterion", "delegation__user")
    rows = [row for row in rows if row.criterion.is_self_scored]
    for row in rows:
        row.files = []

    person, nobody = reads.by_person(rows, today + DAY)

    assert person.user == year.first.contributor
    assert (person.leaves, person.settled, person.done) == (3, 1, 1)
    assert (person.overdue, person.given_back) == (2, 1)
    assert (nobody.user, nobody.leaves) == (None, 4)
    mine = reads.in_hands_of(year.first.contributor, rows, today + DAY)
    assert [hand.score.criterion.code for hand in mine] == ["1.2", "1.3", "1.1"]
    assert [hand.state for hand in mine] == ["given_back", "overdue", "done"]


# The page -------------------------------------------------------------------------------------


@pytest.fixture
def focal(year, signed_in):
    return signed_in(year.first.focal)


def send(browser, address, **data):
    return browser.post(address("delegations"), data)


def test_page_hands_out_a_whole_field_and_single_leaves(year, focal, address, today):
    to = year.first.contributor.pk
    response = send(
        focal, address, do="delegate", whole=["1"], leaves=["1.1", "2.1"], to=to,
        due_on=f"{today:%d/%m/%Y}", note="Xong sớm",
    )  # fmt: skip

    assert (response.status_code, response.url) == (302, address("delegations"))
    codes = Delegation.objects.order_by("score__criterion__position").values_list(
        "score__criterion__code", flat=True
    )
    assert list(codes) == ["1.1", "1.2", "1.3", "1.4", "1.5", "2.1"]
    body = focal.get(address("delegations")).content.decode()
    assert body.count("Xong sớm") == 6


def test_page_says_in_words_that_nothing_is_delegated(year, hand, focal, address):
    words, table = "Chưa phân công gì: cả 7 tiêu chí chưa giao cho ai.", "Tiến độ theo người"
    page = focal.get(address("delegations"))
    bare = page.content.decode()
    hand("1.1")
    held = focal.get(address("delegations")).content.decode()

    assert page.context["people"] == []
    assert [text in bare for text in (words, table)] == [True, False]
    assert [text in held for text in (words, table)] == [False, True]


def test_page_leads_to_its_acts_while_they_are_open(year, focal, address):
    ends = ('href="#acts"', 'id="acts"')
    body = focal.get(address("delegations")).content.decode()
    type(year.first.submission).objects.update(state="submitted")
    closed = focal.get(address("delegations")).content.decode()

    assert [body.count(end) for end in ends] == [1, 1]
    assert body.index(ends[0]) < body.index("<table")
    assert [closed.count(end) for end in ends] == [0, 0]


def test_page_gives_and_takes_back(year, hand, focal, address):
    hand("1.1", "1.3")

    assert send(focal, address, do="give_back", leaves=["1.1"], note="Sai số").status_code == 302
    assert send(focal, address, do="take_back", leaves=["1.3"]).status_code == 302

    held = Delegation.objects.get()
    assert (held.score.criterion.code, held.note) == ("1.1", "Sai số")


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({"do": "delegate", "leaves": ["1.1"]}, 422),
        ({"do": "delegate", "leaves": ["1.1"], "to": "999999"}, 422),
        ({"do": "delegate", "leaves": ["9.9"]}, 422),
        ({"do": "give_back", "leaves": ["1.1"]}, 422),
        ({"do": "take_back", "leaves": ["1.1"]}, 422),
        ({"do": "take_back"}, 422),
        ({"do": "elope", "leaves": ["1.1"]}, 422),
        ({"do": "delegate", "due_on": "31/02/2031", "leaves": ["1.1"]}, 422),
        ({"do": "done", "leaves": ["1.1"]}, 403),
        ({}, 422),
    ],
)
def test_what_cannot_be_done_keeps_ticks_and_note(year, focal, address, data, status):
    response = send(focal, address, **data, **({} if "note" in data else {"note": " Giữ lại"}))
    assert response.status_code == status
    assert "Giữ lại" in response.content.decode()
    if data.get("leaves") == ["1.1"]:
        assert 'value="1.1" id="tick-' in response.content.decode()
        assert response.context["form"].ticked == ["1.1"]
    assert not Delegation.objects.exists()


def test_contributor_sees_own_leaves_and_reports_them_done(year, hand, client, address):
    hand("1.1", note="Nhờ anh")
    fill(year)
    page = client.get(address("delegations"))

    assert page.context["parts"] == []
    assert "Nhờ anh" in page.content.decode()
    assert send(client, address, do="done", leaves="1.1", then="home").url == reverse(
        "workspace:home"
    )
    assert Delegation.objects.get().done_at is not None
    refused = send(client, address, do="take_back", leaves="1.1")
    assert refused.status_code == 403
    assert Delegation.objects.count() == 1


def test_closed_dossier_shows_who_held_what_and_hands_out_nothing(year, hand, focal, address):
    hand("1.1")
    type(year.first.submission).objects.update(state="submitted")

    page = focal.get(address("delegations")).content.decode()
    refused = send(focal, address, do="take_back", leaves="1.1")

    assert str(year.first.contributor) in page
    assert 'name="do"' not in page
    assert refused.status_code == 409
    assert Delegation.objects.count() == 1


def test_page_belongs_to_the_unit(year, signed_in, address):
    for person in (year.second.head, year.secretary, year.outsider):
        browser = signed_in(person)
        assert browser.get(address("delegations")).status_code == 404
        assert send(browser, address, do="take_back", leaves="1.1").status_code == 404


def test_page_refuses_other_methods(client, address):
    assert client.put(address("delegations")).status_code == 405
    assert client.delete(address("delegations")).status_code == 405


def test_typed_note_survives_the_end_of_the_session(year, focal, address):
    focal.get(address("delegations"))
    focal.cookies.pop("sessionid")
    over = send(focal, address, do="give_back", leaves="1.1", note="Đừng mất")

    assert over.status_code == 403
    assert "Đừng mất" in over.content.decode()


def test_queries_do_not_grow_with_leaves_or_people(db, signed_in):
    counts = []
    for number, codes in enumerate((["1.1"], ["1.1", "1.3", "1.5", "2.1"])):
        year = make_year(year=2031 + number, codes=codes)
        people = [year.first.contributor, year.first.focal, year.first.head]
        for place, code in enumerate(codes):
            delegations.delegate(
                submission=year.first.submission, codes=[code], to=people[place % 3],
                by=year.first.focal, at=year.at,
            )  # fmt: skip
        browser = signed_in(year.first.focal)
        keys = {"key": year.cycle, "slug": year.first.unit.slug}
        path = reverse("workspace:delegations", kwargs=keys)
        browser.get(path)
        with CaptureQueriesContext(connection) as captured:
            assert browser.get(path).status_code == 200
        counts.append(len(captured))

    assert counts[0] == counts[1] <= 20
