"""The steps of the journey before the signature: hands, files, checks, workbook."""

import datetime as dt
import io

import PIL.Image
from django.utils import timezone
from playwright.sync_api import expect

from assessments.models import DocumentRevision
from tests.browser.looking import Visitor
from tests.browser.walking import (
    NAMES,
    PATIENCE,
    Walk,
    attach,
    both,
    file,
    press,
    sentences,
    tick,
    told,
)
from tests.factories.cycles import D
from tests.workspace import sheets, uploads

DAY = dt.timedelta(days=1)
MEGABYTE = 1024 * 1024


# Hands ----------------------------------------------------------------------------------------


def delegate(walk: Walk) -> None:
    focal, due = walk.focal, timezone.localdate() + DAY
    focal.go("/tu-danh-gia/")
    press(focal, f"main a[href='{walk.path('phan-cong/')}']")
    tick(focal, "1.1", "1.3")
    focal.page.select_option("#id_to", label=str(walk.dossier.contributor))
    focal.page.fill("#id_due_on", f"{due:%d/%m/%Y}")
    focal.page.fill("#id_note", "Lấy số liệu ở Văn thư")
    press(focal, "button[value=delegate]")
    told(focal, "Đã phân công tiêu chí.")
    held = walk.dossier.submission.scores.filter(delegation__user=walk.dossier.contributor)
    assert [
        (row.criterion.code, row.delegation.due_on, row.delegation.note)
        for row in held.select_related("criterion", "delegation").order_by("criterion__code")
    ] == [("1.1", due, "Lấy số liệu ở Văn thư"), ("1.3", due, "Lấy số liệu ở Văn thư")]


def fill_by_keyboard(walk: Walk) -> None:
    mine, keys = walk.contributor, walk.contributor.page.keyboard
    mine.go("/tu-danh-gia/")
    tasks = mine.page.locator(".tasks__item")
    assert tasks.locator("a").all_inner_texts() == [
        "1.1. Ban hành kế hoạch", "1.3. Tỷ lệ hồ sơ đúng hạn"
    ]  # fmt: skip
    assert tasks.locator(".tasks__note").all_inner_texts() == ["Lấy số liệu ở Văn thư"] * 2
    mine.tab_to(".tasks__item:first-child a")
    keys.press("Enter")
    mine.page.wait_for_url("**/linh-vuc/1/#leaf-*")
    for code, inputs in {
        "1.1": [("[name=met]", " "), ("[name=no_evidence_reason]", "Đang trình ký")],
        "1.3": [
            ("[name=a]", "50"), ("[name=b]", "40"),
            ("[name=no_evidence_reason]", "Trích từ hệ thống"),
        ],
    }.items():  # fmt: skip
        for selector, text in inputs:
            mine.tab_to(f"#leaf-{walk.dossier.score(code).pk} {selector}")
            keys.type(text)
        expect(walk.card(mine, code)).to_contain_text("Đã lưu lúc", timeout=PATIENCE)
    expect(mine.page.locator("[data-saving-bar]")).to_be_hidden(timeout=PATIENCE)
    assert walk.points("1.1", "1.3") == [D(2), D("1.6")]
    mine.go("/tu-danh-gia/")
    for _each in range(2):
        mine.tab_to(".tasks__item button[value=done]")
        keys.press("Enter")
        told(mine, "Đã báo xong tiêu chí.")
    expect(mine.page.locator("button[value=done]")).to_have_count(0)


def give_back_and_mend(walk: Walk) -> None:
    focal, mine = walk.focal, walk.contributor
    focal.go(walk.path("phan-cong/"))
    tick(focal, "1.3")
    press(focal, "button[value=give_back]")
    expect(focal.page.locator(".field--invalid [name=note]")).to_have_count(1)
    focal.page.fill("#id_note", "Còn thiếu hồ sơ của quý IV")
    press(focal, "button[value=give_back]")
    told(focal, "Đã trả lại tiêu chí kèm ghi chú.")

    mine.go("/tu-danh-gia/")
    press(mine, ".tasks__item a:has-text('1.3')")
    leaf = walk.card(mine, "1.3")
    said = sentences(mine, f"#leaf-{walk.dossier.score('1.3').pk} .message")
    assert said == ["Trả lại để hoàn thiện Còn thiếu hồ sơ của quý IV"]
    both(mine)
    leaf.locator("[name=b]").fill("48")
    expect(leaf).to_contain_text("Đã lưu lúc", timeout=PATIENCE)
    mine.go(walk.path("phan-cong/"))
    press(mine, "button[value=done]")
    told(mine, "Đã báo xong tiêu chí.")
    assert walk.points("1.3") == [D("1.92")]
    mine.go(walk.path("linh-vuc/1/"))
    expect(walk.card(mine, "1.3").locator(".message")).to_have_count(0)


# Files ----------------------------------------------------------------------------------------

KINDS = "Chỉ nhận tệp PDF, DOCX, XLSX, PNG và JPG."
MACRO = uploads.package(parts={"word/vbaProject.bin": b"x"})
#: Name, bytes and what the page says of them.
BAD = [
    ("đổi tên.pdf", b"MZ\x90\0 a program", "Nội dung tệp không đúng loại .pdf; chưa lưu gì."),
    ("hình.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", KINDS),
    ("trang.html", b"<html></html>", KINDS),
    ("macro.docx", MACRO, "Tệp có macro; hãy lưu lại không có macro."),
    ("eicar.pdf", b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*",
     "Nội dung tệp không đúng loại .pdf; chưa lưu gì."),
    ("to.pdf", uploads.printed().ljust(MEGABYTE + 1, b"\n"),
     "Tệp quá lớn: chỉ nhận tối đa 1 MB."),
]  # fmt: skip


def send_files_by_the_plain_form(walk: Walk, plain: Visitor) -> None:
    plain.go(walk.evidence("1.1"))
    for name, content, sentence in BAD:
        attach(plain, name, content)
        assert sentences(plain, ".field__error") == [f"Lỗi: {sentence}"], name
    assert DocumentRevision.objects.count() == 0
    attach(plain, "..\\../Kế hoạch\x07\u202e.pdf", uploads.printed(1, "kế hoạch"))
    told(plain, "Đã đính kèm tệp vào tiêu chí 1.1.")
    assert sentences(plain, NAMES) == ["Kế hoạch.pdf"]


def picture() -> bytes:
    """Return a small PNG picture."""
    out = io.BytesIO()
    PIL.Image.new("RGB", (60, 40), "red").save(out, "PNG")
    return out.getvalue()


def drop_files(walk: Walk) -> None:
    mine, drawn = walk.contributor, picture()
    mine.go(walk.evidence("1.1"))
    mine.page.set_input_files("[data-pick]", [file("ảnh.png", drawn, "image/png")])
    mine.page.locator(".drop__row--done").wait_for()
    mine.go(walk.evidence("1.1"))
    assert sentences(mine, NAMES) == ["Kế hoạch.pdf", "ảnh.png"]
    both(mine)
    for place, name in enumerate(["Kế hoạch.pdf", "ảnh.png"]):
        mine.go(walk.evidence("1.1"))
        press(mine, f"a.file__view >> nth={place}")
        shown = mine.page.locator("main img")
        assert shown.evaluate("one => one.decode().then(() => one.naturalWidth > 0)"), name
        assert name in mine.page.inner_text("main")
        both(mine)


# Checks and workbook --------------------------------------------------------------------------


def follow_the_checks(walk: Walk) -> None:
    """Fill in what the checks list, each leaf from its own link."""
    focal = walk.focal
    focal.go(walk.path())
    press(focal, f"main a[href='{walk.path('kiem-tra/')}'] >> nth=0")
    blocking = "[aria-labelledby=blocking] .findings > li"
    bare = "Chưa điền. Chưa có tài liệu kiểm chứng và chưa giải trình lý do."
    assert sentences(focal, blocking) == [f"1.5. Sáng kiến {bare}", f"2.1. Báo cáo chậm {bare}"]
    both(focal)
    for code, count in (("1.5", "1"), ("2.1", "0")):
        focal.go(walk.path("kiem-tra/"))
        press(focal, f"{blocking} a:has-text('{code}')")
        leaf = walk.card(focal, code)
        expect(leaf).to_be_in_viewport()
        assert focal.page.url.endswith(f"/linh-vuc/{code[0]}/#leaf-{walk.dossier.score(code).pk}")
        leaf.locator("[name=count]").fill(count)
        leaf.locator("[name=no_evidence_reason]").fill("Theo dõi tại Văn phòng")
        expect(leaf).to_contain_text("Đã lưu lúc", timeout=PATIENCE)
        expect(focal.page.locator("[data-saving-bar]")).to_be_hidden(timeout=PATIENCE)
    focal.go(walk.path("kiem-tra/"))
    assert "Không còn vướng mắc." in focal.page.inner_text("[aria-labelledby=blocking]")
    assert walk.points("1.5", "2.1") == [D("0.5"), D(1)]


def take_the_workbook_out_and_back(walk: Walk) -> None:
    focal = walk.focal
    focal.go(walk.path())
    press(focal, f"main a[href='{walk.path('bang-tinh/')}']")
    book = walk.download(focal, "main a[href$='/tai-ve/']")
    book.write_bytes(sheets.typed(book.read_bytes(), {("1.5", "count"): 2}))
    focal.page.set_input_files("input[type=file]", book)
    press(focal, "main form button[type=submit]")
    assert sentences(focal, "tbody tr .number") == ["0,50", "1,00"]
    assert sentences(focal, "tbody tr th") == ["1.5. Sáng kiến"]
    assert walk.points("1.5") == [D("0.5")]
    press(focal, "main form button[type=submit]")
    focal.page.wait_for_url(f"**{walk.path()}")
    assert walk.points("1.1", "1.3", "1.5", "2.1") == [D(2), D("1.92"), D(1), D(1)]
