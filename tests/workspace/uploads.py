"""Small files of every kind, good and bad, built from bytes."""

import io
import zipfile

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

OFFICE = "application/vnd.openxmlformats-officedocument"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\x00IEND\xaeB`\x82"
)
JPG = (
    b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
    b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00\x00\xff\xd9"
)


def upload(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def pdf(name: str = "Kế hoạch.pdf", extra: bytes = b"") -> SimpleUploadedFile:
    comment = b"%" + extra + b"\n" if extra else b""
    return upload(name, PDF.replace(b"%%EOF", comment + b"%%EOF"))


def printed(pages: int = 1, text: str = "") -> bytes:
    """Return a PDF with real pages, each with a word on it; `text` stands in a comment."""
    kids = " ".join(f"{3 + 2 * n} 0 R" for n in range(pages))
    objects = ["<</Type/Catalog/Pages 2 0 R>>", f"<</Type/Pages/Kids[{kids}]/Count {pages}>>"]
    for n in range(pages):
        drawn = f"0 0 0 rg 50 {50 + n} 100 20 re f"
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 300]/Contents {4 + 2 * n} 0 R>>"
        )
        objects.append(f"<</Length {len(drawn)}>>stream\n{drawn}\nendstream")
    body, places = b"%PDF-1.4\n" + (f"% {text}\n".encode() if text else b""), []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += f"{number} 0 obj{content}endobj\n".encode()
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    return (
        body
        + (
            f"xref\n0 {size}\n0000000000 65535 f \n{table}"
            f"trailer<</Size {size}/Root 1 0 R>>\nstartxref\n{len(body)}\n%%EOF\n"
        ).encode()
    )


def package(
    main: str = "word/document.xml", kind: str = f"{OFFICE}.wordprocessingml.document.main+xml",
    parts: dict[str, bytes] | None = None, contents: bytes | None = None,
) -> bytes:  # fmt: skip
    """Return an Office package with one main part."""
    listed = (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        f'<Override PartName="/{main}" ContentType="{kind}"/></Types>'
    ).encode()
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("[Content_Types].xml", listed if contents is None else contents)
        file.writestr(main, b"<w/>")
        for name, body in (parts or {}).items():
            file.writestr(name, body)
    return stream.getvalue()


def status(browser: Client, path: str) -> int:
    """Ask for a file and return the status; a file is read to its end, which closes it."""
    response = browser.get(path)
    if response.streaming:
        b"".join(response.streaming_content)
    return response.status_code


def workbook() -> bytes:
    return package("xl/workbook.xml", f"{OFFICE}.spreadsheetml.sheet.main+xml")
