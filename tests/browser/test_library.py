"""The unit's library in a browser: its pages under axe, and files of every kind sent by script."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import override_settings

from assessments.models import Document, DocumentRevision, Evidence
from assessments.workflow import documents, library
from tests.browser.looking import Visitor
from tests.factories.cycles import Year, make_year
from tests.workspace import uploads

pytestmark = pytest.mark.browser
Enter = Callable[[Any], Visitor]
PDF = "application/pdf"


@pytest.fixture(scope="module")
def year(db: None, tmp_path_factory: Any) -> Iterator[Year]:
    """Store a year whose first unit has papers: of this year, of last year, with two files."""
    with override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("media"), CLAMAV=""):
        made = make_year()
        _fill(made)
        yield made


def _fill(year: Year) -> None:
    given = {"unit": year.first.unit, "by": year.first.focal}
    first = library.add_document(
        upload=uploads.upload("Kế hoạch cải cách hành chính năm 2031.pdf", uploads.printed(3)),
        number="12/KH-SNV", issued_on=dt.date(2020, 1, 15), issuer="Sở Nội vụ", at=year.at,
        abstract="Kế hoạch cải cách hành chính năm 2031 của Sở", **given,
    )  # fmt: skip
    library.add_document(
        upload=uploads.upload("bao-cao.docx", uploads.package()), number="7/BC-SNV", **given,
        at=year.at - dt.timedelta(days=300),
    )  # fmt: skip
    documents.attach_existing(
        score=year.first.score("1.1"), by=year.first.focal, at=year.at, revision=first
    )
    documents.add_revision(
        document=first.document, by=year.first.head, at=year.at,
        upload=uploads.upload("Bản đã sửa.pdf", uploads.printed(2)),
    )  # fmt: skip


def home(year: Year, rest: str = "") -> str:
    return f"/tu-danh-gia/thu-vien/{year.first.unit.slug}/{rest}"


def paper(year: Year, rest: str = "") -> str:
    return home(year, f"{Document.objects.get(number='12/KH-SNV').pk}/{rest}")


def both(visitor: Visitor) -> None:
    visitor.check()
    visitor.check(dark=True, narrow=True)


@pytest.mark.parametrize("rest", ["", "?q=ke+hoach&loc=nam-nay", "?q=khong+co"])
def test_list_has_no_fault(year: Year, enter: Enter, rest: str) -> None:
    visitor = enter(year.first.focal)
    visitor.go(home(year, rest))
    both(visitor)


def test_paper_has_no_fault(year: Year, enter: Enter) -> None:
    visitor = enter(year.first.focal)
    visitor.go(paper(year))
    both(visitor)
    visitor.go(home(year, f"{Document.objects.get(number='7/BC-SNV').pk}/"))
    both(visitor)
    visitor.go(home(year, f"{Document.objects.get(number='7/BC-SNV').pk}/xoa/"))
    both(visitor)


def test_evidence_has_no_fault(year: Year, enter: Enter) -> None:
    visitor = enter(year.first.focal)
    visitor.go(f"/tu-danh-gia/2031/{year.first.unit.slug}/linh-vuc/1/tieu-chi/1.1/tai-lieu/")
    both(visitor)


def test_preview_is_turned_by_keyboard_and_has_no_fault(year: Year, enter: Enter) -> None:
    visitor = enter(year.first.focal)
    file = DocumentRevision.objects.get(name="Kế hoạch cải cách hành chính năm 2031.pdf")
    visitor.go(f"/tai-lieu/{file.pk}/xem/")
    picture = visitor.page.locator(".preview__sheet img")
    assert picture.evaluate("one => one.decode().then(() => one.naturalHeight)") == 1200
    both(visitor)
    visitor.page.locator("[rel=next]").first.focus()
    visitor.page.keyboard.press("Enter")
    visitor.page.wait_for_url("**/xem/?trang=2")
    assert visitor.page.locator("[rel=prev]").first.is_visible()


FILES = [
    {"name": "tốt.pdf", "mimeType": PDF, "buffer": uploads.printed(1, "tốt")},
    {"name": "../../../etc/tên\u202elạ.pdf", "mimeType": PDF, "buffer": uploads.printed(1, "lạ")},
    {"name": "đổi tên.pdf", "mimeType": PDF, "buffer": b"MZ\x90\0 a program"},
    {"name": "hình.svg", "mimeType": "image/svg+xml", "buffer": b"<svg/>"},
    {"name": "trang.html", "mimeType": "text/html", "buffer": b"<html>"},
    {
        "name": "macro.docx",
        "mimeType": "application/msword",
        "buffer": uploads.package(parts={"word/vbaProject.bin": b"x"}),
    },
    {"name": "eicar.pdf", "mimeType": PDF, "buffer": b"X5O!P%@AP[4" + b"EICAR-STANDARD"},
    {"name": "rỗng.pdf", "mimeType": PDF, "buffer": b""},
]
KINDS = "Chỉ nhận tệp PDF, DOCX, XLSX, PNG và JPG."
TOLD = [
    "✓ Đã đưa tài liệu vào kho.",
    "✓ Đã đưa tài liệu vào kho.",
    "✗ Nội dung tệp không đúng loại .pdf; chưa lưu gì.",
    f"✗ {KINDS}",
    f"✗ {KINDS}",
    "✗ Tệp có macro; hãy lưu lại không có macro.",
    "✗ Nội dung tệp không đúng loại .pdf; chưa lưu gì.",
    "✗ Tệp rỗng.",
]


def rows(visitor: Visitor) -> list[str]:
    """Return the last line of each file's row once none is under way."""
    visitor.page.locator("[data-told]", has_text="tệp").wait_for()
    return [one.inner_text() for one in visitor.page.locator(".drop__row .drop__state").all()]


def test_many_files_go_up_at_once_each_with_its_answer(year: Year, enter: Enter) -> None:
    visitor = enter(year.first.contributor)
    visitor.go(home(year))
    visitor.page.locator("[data-pick]").set_input_files(FILES)

    assert rows(visitor) == TOLD
    assert visitor.page.locator("[data-told]").inner_text().startswith("Đã tải lên 2 trên 8 tệp")
    names = DocumentRevision.objects.filter(uploaded_by=year.first.contributor)
    assert sorted(names.values_list("name", flat=True)) == ["tênlạ.pdf", "tốt.pdf"]
    assert Document.objects.filter(abstract__in=["tốt", "tênlạ"]).count() == 2
    both(visitor)


def test_files_are_dropped_onto_a_leaf(year: Year, enter: Enter) -> None:
    visitor = enter(year.first.focal)
    visitor.go(f"/tu-danh-gia/2031/{year.first.unit.slug}/linh-vuc/1/tieu-chi/1.2/tai-lieu/")
    visitor.page.locator(".drop__zone").evaluate(
        """(zone, texts) => {
          const carried = new DataTransfer();
          texts.forEach((text, n) => carried.items.add(new File([text], `thả ${n}.pdf`)));
          for (const kind of ["dragover", "drop"]) {
            const how = { dataTransfer: carried, bubbles: true, cancelable: true };
            zone.dispatchEvent(new DragEvent(kind, how));
          }
        }""",
        [uploads.printed(1, "một").decode(), uploads.printed(1, "hai").decode(), "xấu"],
    )

    assert rows(visitor) == [
        "✓ Đã đính kèm tệp vào tiêu chí 1.2.", "✓ Đã đính kèm tệp vào tiêu chí 1.2.",
        "✗ Nội dung tệp không đúng loại .pdf; chưa lưu gì.",
    ]  # fmt: skip
    attached = Evidence.objects.filter(score=year.first.score("1.2"), removed_at=None)
    assert sorted(item.revision.name for item in attached) == ["thả 0.pdf", "thả 1.pdf"]


def test_lost_connection_is_told_and_tried_again_by_keyboard(year: Year, enter: Enter) -> None:
    visitor = enter(year.first.focal)
    visitor.go(home(year))
    visitor.page.context.set_offline(True)
    content = uploads.printed(1, "mất mạng")
    visitor.page.locator("[data-pick]").set_input_files(
        [{"name": "mạng.pdf", "mimeType": PDF, "buffer": content}]
    )
    assert rows(visitor) == ["✗ Mất kết nối; tệp chưa được lưu."]

    visitor.page.context.set_offline(False)
    visitor.page.locator(".drop__row button").focus()
    visitor.page.keyboard.press("Enter")
    visitor.page.locator(".drop__row--done").wait_for()
    assert rows(visitor) == ["✓ Đã đưa tài liệu vào kho."]
    assert DocumentRevision.objects.filter(name="mạng.pdf").count() == 1
    visitor.said.clear()  # the lost connection itself


def test_refused_form_keeps_the_chosen_file_and_what_was_typed(year: Year, enter: Enter) -> None:
    visitor = enter(year.first.focal)
    visitor.go(home(year))
    form = visitor.page.locator("form[data-upload]")
    content = uploads.printed(1, "thiếu số")
    form.locator("[type=file]").set_input_files(
        {"name": "thiếu.pdf", "mimeType": PDF, "buffer": content}
    )
    form.locator("[name=issuer]").fill("Sở Nội vụ")
    form.locator("[type=submit]").click()
    summary = form.locator(".error-summary")
    summary.wait_for()
    assert summary.evaluate("one => one === document.activeElement")
    said = "Nhập số ký hiệu của văn bản, hoặc nêu đó là tài liệu gì."
    assert form.locator("#id_abstract_error").inner_text() == said
    assert visitor.page.locator(".drop__row").count() == 0
    both(visitor)

    form.locator("[name=number]").fill("77/KH")
    form.locator("[type=submit]").click()
    visitor.page.wait_for_url("**/thu-vien/*/*/")
    document = Document.objects.get(number="77/KH")
    assert (document.issuer, document.revisions.get().name) == ("Sở Nội vụ", "thiếu.pdf")
    told = visitor.page.locator(".messages").inner_text()
    assert told == "Hoàn thành: Đã đưa tài liệu vào kho."


def test_form_on_a_leaf_says_beside_its_own_input_what_is_wrong(year: Year, enter: Enter) -> None:
    visitor = enter(year.first.focal)
    visitor.go(f"/tu-danh-gia/2031/{year.first.unit.slug}/linh-vuc/1/tieu-chi/1.3/tai-lieu/")
    form = visitor.page.locator("form[data-upload]")
    form.locator("[name=number]").fill("78/KH")
    form.locator("[type=submit]").click()
    form.locator(".error-summary").wait_for()
    assert form.locator("#id_upload_error").inner_text() == "Bắt buộc nhập ô này."
    assert form.locator(".error-summary a").inner_text() == "Tệp: Bắt buộc nhập ô này."

    chosen = form.locator("[type=file]")
    chosen.set_input_files({"name": "hình.svg", "mimeType": "image/svg+xml", "buffer": b"<svg/>"})
    form.locator("[type=submit]").click()
    form.locator("#id_upload_error", has_text=KINDS).wait_for()
    assert form.locator(".field__error").count() == 1

    chosen.set_input_files({"name": "a.pdf", "mimeType": PDF, "buffer": uploads.printed(1, "ba")})
    form.locator("[type=submit]").click()
    visitor.page.locator(".messages").wait_for()
    told = visitor.page.locator(".messages").inner_text()
    assert told == "Hoàn thành: Đã đính kèm tệp vào tiêu chí 1.3."
    item = Evidence.objects.get(score=year.first.score("1.3"), removed_at=None)
    assert item.revision.name == "a.pdf"
