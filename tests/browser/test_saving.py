"""Saving while typing, in a real browser: by keyboard, without a connection, beside a colleague."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Browser, Locator, expect

from tests.browser.looking import WIDE, Visitor
from tests.browser.people import sign_in
from tests.factories.cycles import D, Dossier, Year, make_year

pytestmark = pytest.mark.browser
#: The script waits a little over a second after the last key; a busy machine needs longer.
PATIENCE = 15_000
Enter = Callable[[Any], Visitor]


@pytest.fixture(scope="module")
def year(db: None) -> Year:
    return make_year(units=4)


@pytest.fixture
def colleague(browser: Browser, base: str) -> Iterator[Enter]:
    """Open a second window, of another person."""
    context = browser.new_context(locale="vi-VN", viewport=WIDE, reduced_motion="reduce")

    def entered(user: Any) -> Visitor:
        sign_in(context, base, user)
        return Visitor(context.new_page(), base)

    yield entered
    context.close()


def open_field(visitor: Visitor, dossier: Dossier) -> None:
    visitor.go(f"/tu-danh-gia/{dossier.submission.cycle.year}/{dossier.unit.slug}/linh-vuc/1/")


def card(visitor: Visitor, dossier: Dossier, code: str) -> Locator:
    return visitor.page.locator(f"#leaf-{dossier.score(code).pk}")


def wait(place: Locator, text: str) -> None:
    expect(place).to_contain_text(text, timeout=PATIENCE)


def bar(visitor: Visitor) -> Locator:
    return visitor.page.locator("[data-saving-bar]")


def test_points_and_trace_appear_as_facts_are_typed(year: Year, enter: Enter) -> None:
    visitor, dossier = enter(year.first.contributor), year.first
    open_field(visitor, dossier)
    leaf = card(visitor, dossier, "1.3")
    leaf.locator("[name=a]").focus()
    visitor.page.keyboard.type("50")
    wait(leaf.locator("[data-points]"), "Chưa có điểm")
    visitor.page.keyboard.press("Tab")
    visitor.page.keyboard.type("47")
    wait(leaf.locator("[data-points]"), "b/a = 47/50 = 94 %")
    wait(leaf.locator(".leaf__saving"), "Đã lưu lúc")
    expect(bar(visitor)).to_be_hidden()
    wait(visitor.page.locator("[data-progress]"), "Điểm hiện có: 1,88")
    assert dossier.score("1.3").self_points == D("1.88")
    visitor.check()
    visitor.check(dark=True, narrow=True)


def test_nothing_typed_without_a_connection_is_lost(year: Year, enter: Enter) -> None:
    visitor, dossier = enter(year.dossiers[1].contributor), year.dossiers[1]
    context = visitor.page.context
    open_field(visitor, dossier)
    first, second = (card(visitor, dossier, code) for code in ("1.1", "1.3"))
    context.set_offline(True)
    first.locator("[name=note]").fill("Ghi chú khi mất mạng")
    second.locator("[name=a]").fill("12")
    second.locator("[name=b]").fill("12")
    wait(bar(visitor), "Mất kết nối")
    wait(bar(visitor), "1.1, 1.3")
    assert dossier.score("1.1").version == dossier.score("1.3").version == 0
    visitor.said.clear()
    visitor.check()

    context.set_offline(False)
    expect(bar(visitor)).to_be_hidden(timeout=40_000)

    assert dossier.score("1.1").note == "Ghi chú khi mất mạng"
    assert dossier.score("1.3").self_points == D(2)


def test_text_survives_a_closed_window(year: Year, enter: Enter) -> None:
    visitor, dossier = enter(year.dossiers[1].focal), year.dossiers[1]
    context = visitor.page.context
    open_field(visitor, dossier)
    context.set_offline(True)
    card(visitor, dossier, "1.4").locator("[name=note]").fill("Đang viết thì mất điện")
    wait(bar(visitor), "Mất kết nối")
    visitor.page.close(run_before_unload=False)
    context.set_offline(False)

    again = Visitor(context.new_page(), visitor.base)
    open_field(again, dossier)
    wait(card(again, dossier, "1.4").locator("[data-points]"), "lưu lúc")
    assert dossier.score("1.4").note == "Đang viết thì mất điện"


@pytest.mark.parametrize(
    ("place", "choice", "kept"),
    [
        (2, "Lưu bản của tôi thay vào", "của tôi"),
        (3, "Giữ bản đang lưu, bỏ bản của tôi", "của bạn"),
    ],
)
def test_second_editor_chooses_between_both_texts(
    year: Year, enter: Enter, colleague: Enter, *, place: int, choice: str, kept: str
) -> None:
    dossier = year.dossiers[place]
    mine, theirs = enter(dossier.contributor), colleague(dossier.focal)
    open_field(mine, dossier)
    open_field(theirs, dossier)
    other = card(theirs, dossier, "1.1")
    other.locator("[name=note]").fill("của bạn")
    wait(other.locator(".leaf__saving"), "Đã lưu lúc")

    card(mine, dossier, "1.1").locator("[name=note]").fill("của tôi")
    conflict = mine.page.locator("[data-conflict].conflict")
    conflict.wait_for(timeout=PATIENCE)
    wait(conflict, "của bạn")
    wait(conflict, "của tôi")
    assert mine.page.evaluate("document.activeElement.matches('.conflict')")
    assert dossier.score("1.1").note == "của bạn"
    mine.check()
    mine.check(dark=True, narrow=True)

    conflict.get_by_text(choice).click()
    expect(conflict).to_be_hidden(timeout=PATIENCE)
    expect(bar(mine)).to_be_hidden(timeout=PATIENCE)
    note = card(mine, dossier, "1.1").locator("[name=note]")
    expect(note).to_have_value(kept, timeout=PATIENCE)
    assert dossier.score("1.1").note == kept


def test_session_that_ended_keeps_the_text_until_signed_in_again(year: Year, enter: Enter) -> None:
    dossier = year.first
    visitor = enter(dossier.focal)
    open_field(visitor, dossier)
    Session.objects.all().delete()
    leaf = card(visitor, dossier, "1.5")
    leaf.locator("[name=note]").fill("Viết khi phiên đã hết")
    wait(bar(visitor), "Phiên làm việc đã hết")
    wait(bar(visitor), "Đăng nhập")
    assert dossier.score("1.5").version == 0

    sign_in(visitor.page.context, visitor.base, dossier.focal)
    visitor.page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(bar(visitor)).to_be_hidden(timeout=PATIENCE)
    assert dossier.score("1.5").note == "Viết khi phiên đã hết"


def test_refused_fact_is_told_beside_its_input_and_mended(year: Year, enter: Enter) -> None:
    visitor, dossier = enter(year.first.contributor), year.first
    open_field(visitor, dossier)
    leaf = card(visitor, dossier, "1.4")
    leaf.locator("[name=a]").fill("10")
    leaf.locator("[name=b]").fill("11")
    told = leaf.locator(".field--invalid .field__error")
    told.wait_for(timeout=PATIENCE)
    assert leaf.locator("[name=b]").get_attribute("aria-invalid") == "true"
    visitor.check()
    leaf.locator("[name=b]").fill("10")
    wait(leaf.locator("[data-points]"), "2,00")
    expect(told).to_have_count(0)
    assert dossier.score("1.4").b == 10
