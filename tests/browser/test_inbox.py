"""The inbox in a real browser: clean for axe, wide and narrow, read by keyboard."""

import datetime as dt

import pytest
from django.utils import timezone

from assessments.choices import MessageKind
from assessments.models import Message
from tests.browser.looking import Visitor
from tests.browser.people import sign_in
from tests.factories.cycles import Year, make_year
from units.models import User

_TEXTS = (
    "Hội đồng đề nghị Sở Khoa học và Công nghệ giải trình tiêu chí 1.1, 1.3 của hồ sơ năm 2031; "
    "hạn trả lời: 23:59:59 ngày 02/12/2031.",
    "Tổ Thư ký nhắc Sở Khoa học và Công nghệ về hồ sơ năm 2031: “Xin nộp trước thứ Sáu.”",
    "Kỳ đánh giá năm 2031 đã mở; hồ sơ tự đánh giá của đơn vị đã sẵn sàng để điền.",
)


@pytest.fixture(scope="module")
def year(db: None) -> Year:
    return make_year()


def fill(user: User) -> None:
    """Put thirty messages into the inbox, the last ten of them read."""
    now = timezone.now()
    Message.objects.filter(user=user).delete()
    Message.objects.bulk_create(
        Message(
            user=user, kind=MessageKind.values[number % 5], text=_TEXTS[number % 3],
            key=str(number), url="/tu-danh-gia/", at=now - dt.timedelta(hours=number),
            read_at=now if number >= 20 else None,
        )
        for number in range(30)
    )  # fmt: skip


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("dark", [False, True])
def test_inbox_and_first_pages_are_clean(year: Year, visitor: Visitor, narrow: bool, dark: bool):
    fill(year.first.focal)
    sign_in(visitor.page.context, visitor.base, year.first.focal)
    for path in ("/hop-thu/", "/hop-thu/?page=2", "/hop-thu/?loc=chua-doc", "/tu-danh-gia/"):
        visitor.go(path)
        visitor.check(dark=dark, narrow=narrow)


@pytest.mark.parametrize("narrow", [False, True])
def test_reminder_and_start_of_the_admin_are_clean(year: Year, visitor: Visitor, narrow: bool):
    fill(year.secretary)
    sign_in(visitor.page.context, visitor.base, year.secretary)
    keys = ",".join(str(dossier.submission.pk) for dossier in year.dossiers)
    for path in ("/admin/", f"/admin/assessments/submission/nhac-viec/?ho-so={keys}"):
        visitor.go(path)
        visitor.check(narrow=narrow)


def test_message_is_opened_and_marked_by_keyboard(year: Year, visitor: Visitor):
    fill(year.first.focal)
    sign_in(visitor.page.context, visitor.base, year.first.focal)
    visitor.go("/hop-thu/")
    visitor.tab_to(".inbox__text a")
    visitor.page.keyboard.press("Enter")
    visitor.page.wait_for_url("**/tu-danh-gia/")
    assert Message.objects.filter(user=year.first.focal, read_at=None).count() == 19

    visitor.go("/hop-thu/")
    visitor.tab_to(".inbox__item button")
    with visitor.page.expect_navigation():
        visitor.page.keyboard.press("Enter")
    assert Message.objects.filter(user=year.first.focal, read_at=None).count() == 18
