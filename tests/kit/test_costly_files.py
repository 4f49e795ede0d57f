"""Small files made to keep a worker busy or to fill its memory are refused at once."""

import io
import time
import zipfile

import pytest
from django.utils import translation

from cchc.kit import packages, sheet_scan
from cchc.kit.files import FileRefused, inspect
from tests.workspace import uploads

MEGABYTE = 1024 * 1024
SECONDS = 3
SIZE, SHAPE = "unreasonable size", "not a well-formed Office document"
#: Bytes of a picture: they keep the ratio of the whole package small.
PICTURE = bytes(range(256)) * 1024


def document(*texts):
    """Return a Word file with one more part for each text, and a picture stored as it is."""
    out = io.BytesIO(uploads.package(parts={f"word/{n}.xml": text for n, text in enumerate(texts)}))
    with zipfile.ZipFile(out, "a") as package:
        package.writestr("word/media/a.png", PICTURE)
    return out.getvalue()


def nested(depth):
    return b"<a>" * depth + b"</a>" * depth


def names(count, written):
    return b"<w>" + b"".join(written % n for n in range(count)) + b"</w>"


def judged(name, content):
    """Judge a file and return how it is refused, if it is; it takes little time."""
    started = time.perf_counter()
    with translation.override("en"):
        try:
            inspect(uploads.upload(name, content))
            sentence = ""
        except FileRefused as refusal:
            sentence = str(refusal.message)
    assert time.perf_counter() - started < SECONDS
    return sentence


LONG = b"a" * (2 * MEGABYTE)
COSTLY = {
    "never closed": (b"<a>" * 300_000, SHAPE),
    "one level too deep": (nested(packages.XML_DEPTH + 1), SHAPE),
    "attribute": (b'<w x="' + LONG + b'"/>', SIZE),
    "comment": (b"<w><!--" + LONG + b"--></w>", SIZE),
    "comment before the root": (b"<!--" + LONG + b"--><w/>", SIZE),
    "comment after the root": (b"<w/><!--" + LONG + b"-->", SIZE),
    "instruction": (b"<w><?a " + LONG + b"?></w>", SIZE),
    "names": (names(packages.XML_NAMES + 1, b"<a%d/>"), SIZE),
    "attributes": (names(packages.XML_NAMES + 1, b'<a b%d=""/>'), SIZE),
    "prefixes": (names(packages.XML_NAMES + 1, b'<a xmlns:b%d="c"/>'), SIZE),
}


@pytest.mark.parametrize("case", COSTLY)
def test_costly_part_is_refused(case):
    content, sentence = COSTLY[case]

    assert sentence in judged("a.docx", document(content))


@pytest.mark.parametrize(
    "text",
    [
        nested(packages.XML_DEPTH),
        b"<w>" + LONG + b"</w>",
        b"<w><![CDATA[" + LONG + b"]]></w>",
        b"<w>" + b"<!--" + b"a" * 500_000 + b"-->" + b"</w>",
        names(packages.XML_NAMES // 2, b"<a%d/>"),
        b"<w>" + b"<f>" + b"a|" * 45_000 + b"</f>" + b"</w>",
    ],
    ids=["depth", "text", "cdata", "comment", "names", "formula"],
)
def test_large_but_sound_part_is_kept(text):
    assert judged("a.docx", document(text)) == ""


def test_elements_of_all_parts_count_together(monkeypatch):
    content = document(b"<w>" + b"<a/>" * 500 + b"</w>", b"<w>" + b"<a/>" * 500 + b"</w>")
    written = 2 + 2 * 501  # the list of contents, the main part and the two

    monkeypatch.setattr(packages, "XML_ELEMENTS", written + 1)
    kept = judged("a.docx", content)
    monkeypatch.setattr(packages, "XML_ELEMENTS", written)

    assert kept == ""
    assert SIZE in judged("a.docx", content)


def test_text_of_all_parts_counts_together_and_pictures_do_not(monkeypatch):
    text = b"<w>" + b"a" * 50_000 + b"</w>"
    monkeypatch.setattr(packages, "XML_BYTES", 110_000)

    assert judged("a.docx", document(text, text)) == ""
    assert SIZE in judged("a.docx", document(text, text, text))


def test_long_token_of_a_workbook_is_too_much():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/a.xml", b'<w x="' + LONG + b'"/>')

    with pytest.raises(sheet_scan.TooMuchInside):
        sheet_scan.scan(content)


def opening(objects):
    """Return a PDF that says fifty times what opens."""
    says = b"".join(b"/OpenAction %d 0 R\n" % (1000 + n) for n in range(50))
    return b"%PDF-1.4\n" + says + objects + b"\n%%EOF"


def test_objects_that_open_are_sought_in_one_pass():
    pages = b"".join(b"\n%d 0 obj [1]" % (1000 + n) for n in range(50))

    assert judged("a.pdf", opening(b"1 0 obj [ " * 800_000 + pages)) == ""


@pytest.mark.parametrize("written", [b"1049 0 obj<</S/URI>>", b"01049 00 obj<</S/URI>>"])
def test_last_object_that_opens_is_looked_at(written):
    assert "holds scripts, actions" in judged("a.pdf", opening(b"\n1000 0 obj [1]\n" + written))


def test_blanks_between_the_words_of_an_object_cost_little():
    assert judged("a.pdf", opening(b"1000" + b" " * MEGABYTE + b"1001 0 obj [1]")) == ""
