"""The daily e-mail, by a real worker through a real mail server: once, late, or not at all."""

import datetime as dt
import logging
import signal

import pytest
from django.core.management import call_command
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from assessments import notices, tasks
from assessments.choices import DigestState, MessageKind
from assessments.models import Digest, Message, MessagePreference, WorkingDay
from tests.factories.cycles import make_user, make_year
from tests.messages.post import Post
from units.models import Membership

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def post(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    sink = Post()
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.port
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.SITE_URL = "https://cchc.example.vn"
    sink.open()
    yield sink
    sink.close()


@pytest.fixture
def noon(db):
    """Return noon of today, which is made a working day."""
    now = timezone.localtime().replace(hour=12, minute=0, second=0, microsecond=0)
    WorkingDay.objects.create(day=now.date(), is_working=True, note="Thử")
    WorkingDay.objects.create(day=now.date() + dt.timedelta(days=1), is_working=True, note="Thử")
    return now


@pytest.fixture
def work():
    """Let the worker empty the queue, as it does beside the portal."""
    handlers = {
        one: signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM, signal.SIGQUIT)
    }

    def run():
        call_command("db_worker", batch=True, startup_delay=False, reload=False, verbosity=0)

    yield run
    for one, handler in handlers.items():
        signal.signal(one, handler)


def put(user, text="Hồ sơ được trả lại để bổ sung.", kind=MessageKind.TASK, **fields):
    return Message.objects.create(
        user=user, text=text, kind=kind, key=f"k{Message.objects.count()}", at=timezone.now(),
        url="/tu-danh-gia/", **fields,
    )  # fmt: skip


def states():
    return [(row.state, row.tries, row.error) for row in Digest.objects.order_by("pk")]


@pytest.mark.django_db(transaction=True)
def test_letter_arrives_readable_with_links_and_once(post, noon, work):
    user = make_user("Nguyễn Thị Ánh", email="anh@example.vn")
    first, second = put(user), put(user, "Còn 3 ngày làm việc.", MessageKind.DEADLINE)
    assert notices.enqueue_digests(noon) == 1
    work()

    [letter] = post.letters
    assert letter["Subject"].strip() == f"[CCHC] 2 tin chưa đọc, ngày {noon:%d/%m/%Y}"
    assert letter["To"] == "anh@example.vn"
    body = letter.get_content()
    lines = [line.strip() for line in body.splitlines()]
    assert lines[0] == f"Kính gửi {user.full_name},"
    assert "- Hồ sơ được trả lại để bổ sung." in lines
    assert lines.index("VIỆC CỦA TÔI") < lines.index("- Hồ sơ được trả lại để bổ sung.")
    for row in (first, second):
        assert f"https://cchc.example.vn/hop-thu/{row.pk}/" in lines
    assert "&" not in body
    assert states() == [(DigestState.SENT, 1, "")]
    assert DBTaskResult.objects.get().status == "SUCCESSFUL"

    for later in (noon + MINUTE, noon + dt.timedelta(hours=5), noon + dt.timedelta(days=1)):
        assert notices.enqueue_digests(later) == 0
    work()
    assert len(post.letters) == 1


@pytest.mark.django_db(transaction=True)
def test_mail_server_down_is_tried_again_later_and_loses_nothing(post, noon, work, caplog):
    put(make_user(email="anh@example.vn"))
    post.close()
    notices.enqueue_digests(noon)
    with caplog.at_level(logging.WARNING, logger="assessments.tasks"):
        work()

    assert states() == [(DigestState.FAILED, 1, "ConnectionRefusedError")]
    assert "anh@example.vn" not in caplog.text
    assert "ConnectionRefusedError" in caplog.text
    tried = Digest.objects.get().tried_at
    assert notices.enqueue_digests(tried + 4 * MINUTE) == 0
    post.open()
    assert notices.enqueue_digests(tried + 5 * MINUTE) == 1
    work()
    assert states() == [(DigestState.SENT, 2, "")]
    assert len(post.letters) == 1


@pytest.mark.django_db(transaction=True)
def test_refused_letter_is_given_up_after_five_tries_and_comes_next_day(post, noon, work):
    put(make_user(email="anh@example.vn"))
    post.refusing = True
    at = noon
    assert notices.enqueue_digests(at) == 1
    for _try in range(tasks.MOST_TRIES):
        Digest.objects.update(queued_at=timezone.now())
        work()
        at = Digest.objects.get().tried_at + dt.timedelta(hours=6)
        # The letter's own day, so that no new one comes beside it, whatever the hour is now.
        Digest.objects.update(day=timezone.localtime(at).date())
        notices.enqueue_digests(at)

    assert states() == [(DigestState.FAILED, tasks.MOST_TRIES, "SMTPDataError")]
    Digest.objects.update(day=noon.date())
    post.refusing = False
    tomorrow = noon + dt.timedelta(days=1)
    assert notices.enqueue_digests(tomorrow) == 1
    work()
    assert len(post.letters) == 1


@pytest.mark.django_db(transaction=True)
def test_read_before_sending_sends_nothing(post, noon, work):
    put(make_user())
    notices.enqueue_digests(noon)
    Message.objects.update(read_at=timezone.now())
    work()

    assert post.letters == []
    assert not Digest.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_tasks_of_one_letter_send_it_once(post, noon, work):
    put(make_user())
    notices.enqueue_digests(noon)
    tasks.send_digest.enqueue(Digest.objects.get().pk)
    work()

    assert len(post.letters) == 1
    assert sorted(row.return_value for row in DBTaskResult.objects.all()) == ["sent", "taken"]


def test_interrupted_letter_is_never_sent_again(noon, post):
    user = make_user()
    row = put(user)
    digest = Digest.objects.create(
        user=user, day=noon.date(), queued_at=noon, tried_at=noon, tries=1
    )
    digest.messages.add(row)
    assert notices.enqueue_digests(noon + 29 * MINUTE) == 0
    assert states() == [(DigestState.WAITING, 1, "")]

    assert notices.enqueue_digests(noon + 31 * MINUTE) == 0
    assert states() == [(DigestState.FAILED, tasks.MOST_TRIES, "Interrupted")]


def test_letter_that_the_queue_lost_is_queued_again(noon):
    put(make_user())
    notices.enqueue_digests(noon)
    later = noon + 31 * MINUTE
    assert notices.enqueue_digests(later) == 0  # the queue is only slow
    DBTaskResult.objects.all().delete()

    assert notices.enqueue_digests(later) == 1
    assert DBTaskResult.objects.count() == 1


# To whom, and when ------------------------------------------------------------------------------


@pytest.mark.parametrize(("hour", "number"), [(6, 0), (7, 1), (23, 1)])
def test_letters_leave_from_the_hour_set(noon, hour, number):
    put(make_user())

    assert notices.enqueue_digests(noon.replace(hour=hour)) == number


def test_no_letter_leaves_on_a_day_off(noon):
    put(make_user())
    WorkingDay.objects.update(is_working=False)

    assert notices.enqueue_digests(noon) == 0


@pytest.mark.parametrize("fields", [{"is_active": False}, {"email": ""}])
def test_closed_accounts_and_those_without_address_get_none(noon, fields):
    put(make_user(**fields))

    assert notices.enqueue_digests(noon) == 0


def test_choices_are_kept(noon):
    nothing, some = make_user(), make_user()
    MessagePreference.objects.create(user=nothing, by_mail=False)
    MessagePreference.objects.create(user=some, not_mailed=["task"])
    put(nothing)
    put(some)
    assert notices.enqueue_digests(noon) == 0

    wanted = put(some, kind=MessageKind.RESULT)
    assert notices.enqueue_digests(noon) == 1
    assert list(Digest.objects.get().messages.all()) == [wanted]


def test_conflict_that_arose_keeps_a_message_out_of_the_letter(noon, post):
    year = make_year()
    of_unit = {"unit": year.first.unit, "cycle": year.cycle, "of_appraisal": True}
    put(year.member, "của đơn vị một", **of_unit)
    other = put(year.member, "của đơn vị hai", **of_unit | {"unit": year.second.unit})
    notices.enqueue_digests(noon)
    digest = Digest.objects.get()
    assert digest.messages.count() == 2
    Membership.objects.create(user=year.member, unit=year.first.unit, since=dt.date(2020, 1, 1))
    tasks.send_digest.func(digest.pk)

    [letter] = post.letters
    assert "của đơn vị một" not in letter.get_content()
    assert list(digest.messages.all()) == [other]


def test_old_messages_letters_and_tasks_are_forgotten(noon, settings):
    old = noon - dt.timedelta(days=settings.MESSAGE_DAYS + 1)
    user = make_user()
    put(user, read_at=old)
    kept = [put(user), put(user, read_at=noon)]
    Digest.objects.create(user=user, day=old.date())
    task = tasks.send_digest.enqueue(1)
    DBTaskResult.objects.filter(pk=task.id).update(status="SUCCESSFUL", finished_at=old)
    notices.purge(noon)

    assert list(Message.objects.order_by("pk")) == kept
    assert not Digest.objects.exists()
    assert not DBTaskResult.objects.exists()
