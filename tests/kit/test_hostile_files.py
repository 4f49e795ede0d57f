"""Evidence that acts, loads or is two kinds at once is refused; real files are kept."""

import io
import struct
import zipfile
import zlib

import openpyxl
import pytest
from django.utils import translation

from cchc.kit.files import FileRefused, inspect
from tests.workspace import uploads

RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
JPG, PNG, PDF = uploads.JPG, uploads.PNG, uploads.PDF


def chunk(kind, body=b""):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


END = chunk(b"IEND")


def pdf(objects=b"", catalog=b""):
    """Return a PDF as printers write them: a compressed page, an information object."""
    stream = zlib.compress(b"BT (Ke hoach) Tj ET" * 50)
    return (
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<</Type /Catalog /Pages 2 0 R" + catalog + b">>\n"
        b"endobj\n3 0 obj\n<</Filter /FlateDecode>> stream\n" + stream + b"\nendstream\nendobj\n"
        + objects + b"trailer <</Root 1 0 R>>\nstartxref\n9\n%%EOF\n"
    )  # fmt: skip


def related(kind, mode="External", name="word/_rels/document.xml.rels", **parts):
    xml = f'<Relationships><Relationship Id="a" Type="{kind}" Target="x" TargetMode="{mode}"/>'
    return uploads.package(parts={name: f"{xml}</Relationships>".encode(), **parts})


def part(name):
    return uploads.package(parts={name: b"x"})


def workbook():
    book = openpyxl.Workbook()
    book.active["A1"] = "Kế hoạch"
    book.active["A1"].hyperlink = "https://example.org/"
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def jpeg_comment(text):
    return b"\xff\xd8\xff\xfe" + struct.pack(">H", len(text) + 2) + text + JPG[2:]


def word(body):
    """Return a Word file whose text is `body`; W: names are Word's."""
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    xml = f'<w:document xmlns:w="{space}"><w:body>{body}</w:body></w:document>'
    return uploads.package(parts={"word/footnotes.xml": xml.encode()})


def field(*runs):
    """Return a field of Word whose instruction is cut over the runs."""
    cut = "".join(f"<w:r><w:instrText>{run}</w:instrText></w:r>" for run in runs)
    begin, end = (f'<w:fldChar w:fldCharType="{kind}"/>' for kind in ("begin", "end"))
    return f"{begin}{cut}{end}"


def big_png(wide, high):
    head = chunk(b"IHDR", struct.pack(">II5B", wide, high, 8, 6, 0, 0, 0))
    return PNG[:8] + head + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + END


def big_jpeg(wide, high):
    frame = b"\xff\xc0\x00\x0b\x08" + struct.pack(">HH", high, wide) + b"\x01\x01\x11\x00"
    place = JPG.index(b"\xff\xda")
    return JPG[:place] + frame + JPG[place:]


DOCTYPE = b'<!DOCTYPE w SYSTEM "http://example.org/a.dtd"><w/>'
#: The harmless text by which scanners are tried, put together so that none stops on this file.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
ZIP = uploads.package()
GOOD = {
    "fields.docx": word(field("PAGE") + field(" HYPERLINK ", "dde.example.org")),
    "sixteen bits.docx": uploads.package(
        parts={
            "customXml/item1.xml": '<?xml version="1.0" encoding="utf-16"?><a/>'.encode("utf-16")
        }
    ),
    "formula.xlsx": uploads.package(
        "xl/workbook.xml",
        f"{uploads.OFFICE}.spreadsheetml.sheet.main+xml",
        parts={"xl/worksheets/sheet1.xml": b'<s><f>IF(A1="a|b!",1,Sheet2!A1)</f></s>'},
    ),
    "large.png": big_png(10_000, 10_000),
    "large.jpg": big_jpeg(10_000, 10_000),
    "printed.pdf": pdf(),
    "opens at a page.pdf": pdf(catalog=b"/OpenAction [4 0 R /Fit]"),
    "opens at a listed page.pdf": pdf(b"7 0 obj\n[4 0 R /Fit]\nendobj\n", b"/OpenAction 7 0 R"),
    "goes to a page.pdf": pdf(b"7 0 obj<</S/GoTo/D[4 0 R/Fit]>>endobj\n", b"/OpenAction 7 0 R"),
    "saved twice.pdf": PDF + PDF[9:],
    "padded.pdf": PDF + b"\r\n \0",
    "three letters in a stream.pdf": pdf(b"9 0 obj<<>> stream\n\x01/JS(\x02\nendstream endobj\n"),
    "link.docx": related(f"{RELATIONS}/hyperlink"),
    "styles.docx": related(f"{RELATIONS}/styles", "Internal"),
    "picture.docx": part("word/media/image1.png"),
    "embedded picture.docx": part("word/embeddings/image1.emf"),
    "openpyxl.xlsx": workbook(),
    "picture.png": PNG[: -len(END)] + chunk(b"tEXt", b"Title\0Anh") + END,
    "picture.jpg": JPG + b"\0" * 512,
    "comment.jpg": jpeg_comment(b"Camera"),
}
BAD = {
    "javascript.pdf": pdf(b"7 0 obj<</S/JavaScript/JS(app.alert\\(1\\))>>endobj\n"),
    "named in hex.pdf": pdf(b"7 0 obj<</S/J#61vaScript>>endobj\n"),
    "js.pdf": pdf(b"7 0 obj<</S/Rendition/JS(x)>>endobj\n"),
    "js by reference.pdf": pdf(b"7 0 obj<</S/Rendition/JS 8 0 R>>endobj\n"),
    "js behind a false stream.pdf": pdf(b"%stream\n7 0 obj<</S/JavaScript>>endobj\n%endstream\n"),
    "launch.pdf": pdf(b"7 0 obj<</S /Launch /F (cmd.exe)>>endobj\n"),
    "attached.pdf": pdf(b"7 0 obj<</Type /EmbeddedFile>>endobj\n"),
    "open action.pdf": pdf(catalog=b"/OpenAction <</S /URI /URI (http://x)>>"),
    "open action listed.pdf": pdf(b"7 0 obj\n<</S/URI>>endobj\n", b"/OpenAction 7 0 R"),
    "goes and acts.pdf": pdf(catalog=b"/OpenAction <</S/GoTo/D[4 0 R/Fit]/Next 8 0 R>>"),
    "before.pdf": b"\n" + PDF,
    "after.pdf": PDF + b"<html>",
    "no end.pdf": PDF.replace(b"%%EOF", b""),
    "html inside.pdf": PDF[:9] + b"%<HTML><script>alert(1)</script>\n" + PDF[9:],
    "zip inside.pdf": PDF[:9] + ZIP + PDF[9:],
    "zip in a stream.pdf": pdf(b"9 0 obj<<>> stream\n" + ZIP + b"\nendstream endobj\n"),
    "template.docx": related(f"{RELATIONS}/attachedTemplate", name="word/_rels/settings.xml.rels"),
    "template in capitals.docx": related(
        f"{RELATIONS}/attachedTemplate", "EXTERNAL", "word/_rels/settings.xml.RELS"
    ),
    "object outside.docx": related(f"{RELATIONS}/oleObject"),
    "picture outside.docx": related(f"{RELATIONS}/image"),
    "book outside.docx": related(f"{RELATIONS}/externalLinkPath"),
    "object.docx": related(f"{RELATIONS}/oleObject", "Internal"),
    "html part.docx": related(f"{RELATIONS}/aFChunk", "Internal"),
    "macros under another name.docx": related(
        "http://schemas.microsoft.com/office/2006/relationships/vbaProject", "Internal"
    ),
    "macro sheet.docx": part("xl/macrosheets/sheet1.xml"),
    "macro relation.docx": related(
        "http://schemas.microsoft.com/office/2006/relationships/xlMacrosheet", "Internal"
    ),
    "embedded.docx": part("word/embeddings/oleObject1.bin"),
    "embedded in capitals.docx": part("word\\Embeddings\\a.EXE"),
    "control.docx": part("word/activeX/activeX1.xml"),
    "damaged relations.docx": uploads.package(parts={"_rels/.rels": b"<Relationships>"}),
    "entities.docx": uploads.package(
        parts={"_rels/.rels": b'<!DOCTYPE r [<!ENTITY a "b">]><Relationships/>'}
    ),
    "doctype.docx": uploads.package(parts={"word/styles.xml": DOCTYPE}),
    "doctype in sixteen bits.docx": uploads.package(
        parts={"word/styles.xml": DOCTYPE.decode().encode("utf-16")}
    ),
    "doctype under another name.docx": uploads.package(parts={"word/styles.bin": DOCTYPE}),
    "doctype in a drawing.docx": uploads.package(
        parts={"word/drawing.vml": b"<xml><br>" + b" " * 262140 + DOCTYPE}
    ),
    "broken part.docx": uploads.package(parts={"word/styles.xml": b"<w>"}),
    "dde.docx": word(field(' DDEAUTO c:\\\\windows\\\\cmd.exe "/k calc"')),
    "dde in small letters.docx": word(field("dde", " excel")),
    "dde cut over runs.docx": word(field("D", "DEA", "UTO c:\\\\cmd.exe")),
    "dde with something between.docx": word(
        field("DD</w:instrText></w:r><w:f/><w:r><w:instrText>E cmd")
    ),
    "dde at the end.docx": word("<w:instrText>DDE cmd</w:instrText>"),
    "simple dde.docx": word('<w:fldSimple w:instr="DDE cmd"/>'),
    "spelt in numbers.docx": word(field("QUOTE 68 68 69 65 85 84 79")),
    "endless field.docx": word(field("A" * 100_001)),
    "dde link.xlsx": uploads.package(
        "xl/workbook.xml",
        f"{uploads.OFFICE}.spreadsheetml.sheet.main+xml",
        parts={"xl/externalLinks/externalLink1.xml": b'<l><ddeLink ddeService="cmd"/></l>'},
    ),
    "dde formula.xlsx": uploads.package(
        "xl/workbook.xml",
        f"{uploads.OFFICE}.spreadsheetml.sheet.main+xml",
        parts={"xl/worksheets/sheet1.xml": b"<s><f>cmd&#124;'/C calc'!A0</f></s>"},
    ),
    "many parts.docx": uploads.package(parts={f"word/{n}.png": b"" for n in range(4000)}),
    "eicar.pdf": EICAR,
    "eicar.txt": EICAR,
    "eicar.docx": EICAR,
    "bomb.png": big_png(50_000, 50_000),
    "bomb.jpg": big_jpeg(60_000, 60_000),
    "after.png": PNG + b"<script>",
    "zip after.png": PNG + ZIP,
    "zip in a chunk.png": PNG[: -len(END)] + chunk(b"tEXt", ZIP) + END,
    "cut.png": PNG[:-1],
    "no end.png": PNG[: -len(END)],
    "changed.png": PNG.replace(b"\x08\x06", b"\x08\x02"),
    "no header.png": PNG[:8] + END,
    "script.jpg": jpeg_comment(b"<ScRiPt>alert(1)</script>"),
    "after.jpg": JPG + b"MZ",
    "much padding.jpg": JPG + b"\0" * 513,
    "zip after.jpg": JPG + ZIP,
    "cut.jpg": JPG[:-2],
    "no scan.jpg": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9",
    "broken segment.jpg": JPG.replace(b"\xff\xe0\x00\x10", b"\xff\xe0\xff\x10"),
}


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize("name", GOOD)
def test_good_file_is_kept(name):
    assert inspect(uploads.upload(name, GOOD[name])).size == len(GOOD[name])


@pytest.mark.parametrize("name", BAD)
def test_hostile_file_is_refused(name):
    with pytest.raises(FileRefused):
        inspect(uploads.upload(name, BAD[name]))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("javascript.pdf", "print it to PDF anew"),
        ("after.pdf", "not that of a .pdf file"),
        ("template.docx", "loads other files"),
        ("macros under another name.docx", "contains macros"),
        ("dde.docx", "starts another program"),
        ("doctype.docx", "declares entities"),
        ("bomb.png", "unreasonable size"),
        ("many parts.docx", "unreasonable size"),
        ("eicar.txt", "Only PDF, DOCX"),
    ],
)
def test_refusal_says_what_to_do(name, words):
    with pytest.raises(FileRefused, match=words):
        inspect(uploads.upload(name, BAD[name]))


def test_two_relations_parts_are_both_read():
    out = io.BytesIO(related(f"{RELATIONS}/styles", "Internal"))
    with zipfile.ZipFile(out, "a") as package:
        bad = zipfile.ZipFile(io.BytesIO(related(f"{RELATIONS}/oleObject")))
        package.writestr("word/_rels/a.xml.rels", bad.read("word/_rels/document.xml.rels"))

    with pytest.raises(FileRefused):
        inspect(uploads.upload("a.docx", out.getvalue()))
