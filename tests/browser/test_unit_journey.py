"""One dossier in a real Chromium, from the first delegation to the answer to a question."""

import datetime as dt
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from django.db.models import F
from django.test import override_settings
from django.utils import timezone
from playwright.sync_api import Browser, expect

from assessments.workflow import questions
from assessments.workflow.machine import perform
from tests.browser import filling
from tests.browser.looking import WIDE, Visitor
from tests.browser.people import sign_in
from tests.browser.walking import NAMES, PATIENCE, Walk, both, file, press, sentences, told
from tests.factories.cycles import PASSWORD, STAGE_DAYS, Year, make_year
from tests.papers import check_receipt
from tests.workspace import uploads
from units.models import User

pytestmark = pytest.mark.browser
DAY = dt.timedelta(days=1)
Open = Callable[..., Visitor]


@pytest.fixture(scope="module")
def year(db: None, tmp_path_factory: Any) -> Iterator[Year]:
    """Store a year under self-assessment with one unit, and a low limit for its files."""
    folder = tmp_path_factory.mktemp("media")
    with override_settings(MEDIA_ROOT=folder, CLAMAV="", EVIDENCE_MAX_BYTES=filling.MEGABYTE):
        yield make_year(codes=["1.1", "1.3", "1.5", "2.1"], units=1)


@pytest.fixture
def window(browser: Browser, base: str) -> Iterator[Open]:
    """Open a window of its own for each person."""
    contexts = []

    def opened(user: User, **more: Any) -> Visitor:
        context = browser.new_context(
            locale="vi-VN", viewport=WIDE, reduced_motion="reduce", **more
        )
        contexts.append(context)
        sign_in(context, base, user)
        return Visitor(context.new_page(), base)

    yield opened
    for context in contexts:
        context.close()


def test_one_dossier_from_the_first_delegation_to_the_answer(
    year: Year, window: Open, tmp_path: Path
) -> None:
    dossier = year.first
    people = {name: window(getattr(dossier, name)) for name in ("focal", "contributor", "head")}
    walk = Walk(year=year, dossier=dossier, folder=tmp_path, **people)
    filling.delegate(walk)
    filling.fill_by_keyboard(walk)
    filling.give_back_and_mend(walk)
    plain = window(dossier.contributor, java_script_enabled=False)
    filling.send_files_by_the_plain_form(walk, plain)
    filling.drop_files(walk)
    filling.follow_the_checks(walk)
    filling.take_the_workbook_out_and_back(walk)
    first = sign(walk, sequence=1)
    read_only(walk)
    mend_what_was_returned(walk)
    assert sign(walk, sequence=2) != first
    walk.head.go(walk.path("bien-nhan/1/"))
    assert hash_on(walk.head) == first
    answer_the_question(walk)


# Signature and receipts -----------------------------------------------------------------------


def sign(walk: Walk, *, sequence: int) -> str:
    """Let the head read the report and sign it; return the hash shown, recomputed elsewhere."""
    head, address = walk.head, walk.path(f"bien-nhan/{sequence}/")
    head.go(walk.path("nop/"))
    assert "5,92 điểm trên 6,00" in head.page.inner_text("main")
    head.page.check("[name=statement]")
    press(head, "main .panel button[type=submit]")
    if "/reauthenticate/" in head.page.url:
        head.page.fill("input[type=password]", PASSWORD)
        press(head, "main button[type=submit]")
    if not head.page.url.endswith(address):
        press(head, "main .panel button[type=submit]")
    assert head.page.url.endswith(address)
    shown = hash_on(head)
    for link in ("noi-dung.json", "ho-so.zip"):
        path = walk.download(head, f"main a[href$='/{link}']")
        said = recomputed(shown, path)
        assert (said.returncode, said.stdout) == (0, "ok\n"), link
    assert recomputed("0" * 64, path).returncode == 1
    printed = pypdfium2.PdfDocument(walk.download(head, "main a[href$='/bien-nhan.pdf']"))
    text = "".join(page.get_textpage().get_text_bounded() for page in printed)
    assert shown in "".join(text.split())
    return shown


def hash_on(visitor: Visitor) -> str:
    return visitor.page.inner_text("code.hash")


def recomputed(shown: str, path: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, check_receipt.__file__, shown, str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


#: Whatever could send something away.
WRITABLE = "main form[method=post] :is(button, select, textarea, input:not([type=hidden]))"


def read_only(walk: Walk) -> None:
    """Look for any form left on the pages of a submitted dossier."""
    pages = [
        "", "linh-vuc/1/", "linh-vuc/2/", "tieu-chi", "phan-cong/", "bang-tinh/", "kiem-tra/",
        "nop/",
    ]  # fmt: skip
    for rest in pages:
        path = walk.evidence("1.1") if rest == "tieu-chi" else walk.path(rest)
        for visitor in (walk.focal, walk.head):
            visitor.go(path)
            assert visitor.page.locator(WRITABLE).count() == 0, path
        if rest in ("linh-vuc/1/", "tieu-chi", "nop/"):
            both(walk.head)


def mend_what_was_returned(walk: Walk) -> None:
    now, mine = timezone.now(), walk.contributor
    perform(
        "return", walk.submission(), by=walk.year.secretary, at=now, leaves=["1.3"],
        note="Số liệu quý IV chưa khớp", due_at=now + DAY,
    )  # fmt: skip
    mine.go("/tu-danh-gia/")
    press(mine, "main .message a:has-text('1.3')")
    open_forms = mine.page.locator("form[data-autosave]")
    assert [one.get_attribute("data-code") for one in open_forms.all()] == ["1.3"]
    leaf = walk.card(mine, "1.3")
    leaf.locator("[name=note]").fill("Đã đối chiếu quý IV")
    expect(leaf).to_contain_text("Đã lưu lúc", timeout=PATIENCE)
    mine.go(walk.path("linh-vuc/2/"))
    assert mine.page.locator(WRITABLE).count() == 0


# The council asks -----------------------------------------------------------------------------


def answer_the_question(walk: Walk) -> None:
    now, focal, year = timezone.now(), walk.focal, walk.year
    span = dt.timedelta(days=STAGE_DAYS)
    year.cycle.milestones.update(opens_at=F("opens_at") - span, closes_at=F("closes_at") - span)
    perform("start", walk.submission(), by=year.secretary, at=now)
    asked = questions.ask(
        score=walk.dossier.score("2.1"), by=year.member, at=now, due_at=now + DAY,
        question="Báo cáo nào chứng minh không chậm?",
    )  # fmt: skip
    focal.go("/tu-danh-gia/")
    press(focal, f"main a[href$='/giai-trinh/{asked.pk}/']")
    both(focal)
    focal.page.click("main details summary")
    press(focal, "main a[href$='/2.1/tai-lieu/']")
    focal.page.locator(".drop__pick").wait_for()  # the script is there
    focal.page.set_input_files("[data-pick]", [file("Sổ.pdf", uploads.printed(1, "sổ"))])
    focal.page.locator(".drop__row--done").wait_for()
    press(focal, f"main a[href$='/giai-trinh/{asked.pk}/']")
    assert sentences(focal, NAMES) == ["Sổ.pdf"]
    focal.page.fill("[name=answer]", "Sổ theo dõi báo cáo kèm theo.")
    press(focal, "main form[method=post] button[type=submit]")
    told(focal, "Đã gửi trả lời.")
    both(focal)
    asked.refresh_from_db()
    assert (asked.answer, asked.answered_by) == (
        "Sổ theo dõi báo cáo kèm theo.", walk.dossier.focal
    )  # fmt: skip
    assert focal.page.locator(WRITABLE).count() == 0
