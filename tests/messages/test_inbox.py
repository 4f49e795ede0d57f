"""The inbox: whose messages, in which order, read one by one or all, and what a conflict hides."""

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from assessments.choices import MessageKind
from assessments.models import Message, MessagePreference
from assessments.queries import inbox
from tests.factories.cycles import make_user
from units.models import Membership

INBOX = "workspace:inbox"


def enter(user):
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


def put(user, text="Tin mới", *, ago=0, read=False, **fields):
    number = Message.objects.count()
    now = timezone.now()
    values = {"kind": MessageKind.TASK, "key": f"k{number}", "url": "/tu-danh-gia/"}
    return Message.objects.create(
        user=user, text=text, at=now - dt.timedelta(hours=ago), read_at=now if read else None,
        **values | fields,
    )  # fmt: skip


def shown(client, query=""):
    return [row.text for row in client.get(reverse(INBOX) + query).context["page"]]


def test_unread_messages_come_first_then_the_newest(year):
    user = year.first.focal
    put(user, "đã đọc", read=True)
    put(user, "cũ", ago=5)
    put(user, "mới", ago=1)
    put(year.second.focal, "của người khác")

    client = enter(user)
    assert shown(client) == ["mới", "cũ", "đã đọc"]
    assert shown(client, "?loc=chua-doc") == ["mới", "cũ"]


def test_messages_are_paged(year):
    for number in range(26):
        put(year.member, f"tin {number}", ago=number)

    client = enter(year.member)
    assert len(shown(client)) == 25
    assert shown(client, "?page=2") == ["tin 25"]
    assert client.get(reverse(INBOX) + "?page=x").status_code == 200


def test_opening_a_message_marks_it_and_leads_on(year):
    row = put(year.first.focal)
    address = reverse("workspace:message", args=[row.pk])
    client = enter(year.first.focal)

    client.head(address)
    row.refresh_from_db()
    assert row.read_at is None
    answer = client.get(address)
    row.refresh_from_db()
    assert (answer.status_code, answer.url) == (302, "/tu-danh-gia/")
    assert row.read_at is not None


def test_message_of_another_is_not_found(year):
    row = put(year.first.focal)
    client = enter(year.first.head)

    assert client.get(reverse("workspace:message", args=[row.pk])).status_code == 404
    client.post(reverse("workspace:read"), {"message": row.pk})
    client.post(reverse("workspace:read"), {"all": "1"})
    row.refresh_from_db()
    assert row.read_at is None


def test_visitors_are_sent_to_sign_in(year):
    row = put(year.first.focal)
    for address in (reverse(INBOX), reverse("workspace:message", args=[row.pk])):
        answer = Client().get(address)
        assert answer.status_code == 302
        assert answer.url.startswith("/tai-khoan/login/")


@pytest.mark.parametrize("data", [{"message": "x"}, {"message": "²"}, {"message": "9" * 4400}, {}])
def test_marking_nothing_is_no_error(year, data):
    put(year.first.focal)

    assert enter(year.first.focal).post(reverse("workspace:read"), data).status_code == 302
    assert Message.objects.filter(read_at=None).count() == 1


def test_messages_are_marked_one_by_one_or_all(year):
    rows = [put(year.first.focal, f"tin {number}") for number in range(3)]
    client = enter(year.first.focal)

    client.post(reverse("workspace:read"), {"message": rows[0].pk})
    assert Message.objects.filter(read_at=None).count() == 2
    client.post(reverse("workspace:read"), {"all": "1"})
    assert Message.objects.filter(read_at=None).count() == 0


def test_reading_needs_a_post(year):
    assert enter(year.first.focal).get(reverse("workspace:read")).status_code == 405
    assert enter(year.first.focal).post(reverse(INBOX)).status_code == 405


# Conflicts of interest --------------------------------------------------------------------------


def conflict(year, user):
    Membership.objects.create(user=user, unit=year.first.unit, since=dt.date(2020, 1, 1))


def of_unit(year, number=0):
    dossier = year.dossiers[number]
    return {"unit": dossier.unit, "cycle": year.cycle, "of_appraisal": True}


def test_a_conflict_that_arises_later_hides_what_was_told(year):
    hidden = put(year.member, "của đơn vị một", **of_unit(year, 0))
    put(year.member, "của đơn vị hai", **of_unit(year, 1))
    client = enter(year.member)
    assert len(shown(client)) == 2
    conflict(year, year.member)

    page = client.get(reverse(INBOX)).content.decode()
    assert "của đơn vị một" not in page
    assert "của đơn vị hai" in page
    assert inbox.unread(year.member, timezone.now()).count == 1
    assert client.get(reverse("workspace:message", args=[hidden.pk])).status_code == 404
    client.post(reverse("workspace:read"), {"all": "1"})
    hidden.refresh_from_db()
    assert hidden.read_at is None


def test_first_pages_name_nothing_of_a_conflicted_unit(year):
    put(year.member, "của đơn vị một", **of_unit(year, 0))
    put(year.member, "của đơn vị hai", **of_unit(year, 1))
    conflict(year, year.member)

    page = enter(year.member).get(reverse("admin:index")).content.decode()
    assert "của đơn vị một" not in page
    assert "của đơn vị hai" in page


def test_what_the_own_unit_was_told_stays(year):
    put(year.first.focal, "của chính đơn vị", unit=year.first.unit, cycle=year.cycle)

    assert shown(enter(year.first.focal)) == ["của chính đơn vị"]


# On every page ----------------------------------------------------------------------------------


def test_headers_tell_how_many_are_unread(year):
    for _number in range(2):
        put(year.first.focal)
        put(year.secretary)

    home = enter(year.first.focal).get(reverse("workspace:home")).content.decode()
    assert '<span class="inbox-count">&nbsp;(2<' in home
    assert home.count("Tin mới") == 2
    index = enter(year.secretary).get(reverse("admin:index")).content.decode()
    assert '<span class="inbox-count">&nbsp;(2<' in index
    assert index.count("Tin mới") == 2


def test_many_are_not_counted_to_the_end(year):
    Message.objects.bulk_create(
        Message(user=year.member, kind="task", text="t", key=str(number), at=timezone.now())
        for number in range(101)
    )

    assert inbox.unread(year.member, timezone.now()).label == "99+"


def test_unread_messages_cost_one_query(year, django_assert_num_queries):
    user = make_user()
    for _number in range(3):
        put(user)
    with django_assert_num_queries(1):
        found = inbox.unread(user, timezone.now())
        assert (found.count, len(found.newest)) == (3, 3)


def test_conflicts_cost_the_same_for_many_messages(year):
    def cost():
        with CaptureQueriesContext(connection) as seen:
            inbox.unread(year.member, timezone.now())
        return len(seen)

    put(year.member, **of_unit(year, 0))
    one = cost()
    for _number in range(3):
        put(year.member, **of_unit(year, 1))
    assert cost() == one


def test_page_costs_the_same_for_many_messages(year):
    client = enter(year.first.focal)

    def cost():
        with CaptureQueriesContext(connection) as seen:
            client.get(reverse(INBOX))
        return len(seen)

    put(year.first.focal)
    cost()  # warms what is kept between requests
    one = cost()
    for _number in range(3):
        put(year.first.focal)
    assert cost() == one


# By e-mail --------------------------------------------------------------------------------------


def test_choice_of_kinds_is_kept(year):
    client = enter(year.first.focal)
    form = client.get(reverse(INBOX)).context["form"]
    assert form.initial == {"by_mail": True, "kinds": list(MessageKind.values)}

    client.post(reverse("workspace:mail"), {"kinds": ["task", "result"]})

    kept = MessagePreference.objects.get(user=year.first.focal)
    assert (kept.by_mail, kept.not_mailed) == (False, ["answer", "change", "deadline"])
    form = client.get(reverse(INBOX)).context["form"]
    assert form.initial == {"by_mail": False, "kinds": ["task", "result"]}


def test_unknown_kind_is_refused(year):
    answer = enter(year.first.focal).post(reverse("workspace:mail"), {"kinds": ["x"]})

    assert answer.status_code == 422
    assert not MessagePreference.objects.exists()
