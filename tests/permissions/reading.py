"""What a reader can make out of an answer: pages as they are, files by what stands in them.

The text of a PDF is compressed and that of Office files zipped, so their bytes tell nothing.
"""

import io
import json
import re
import unicodedata
import zipfile
from typing import Any

import pypdfium2 as pdfium

_TAG = re.compile(r"<[^>]+>")


def read(response: Any) -> str:
    """Return the text of an answer, that of its headers included."""
    content = b"".join(response.streaming_content) if response.streaming else response.content
    headers = "\n".join(f"{name}: {value}" for name, value in response.headers.items())
    return f"{headers}\n{text_of(content)}"


def text_of(content: bytes) -> str:
    """Return the text of a page or file; of an archive that of everything in it."""
    if content.startswith(b"PK\x03\x04"):
        return _unzipped(content)
    text = content.decode(errors="replace")
    if content.startswith(b"%PDF"):
        return f"{text}\n{_printed(content)}"
    if content[:1] in b"{[":
        text += _unescaped(text)
    return unicodedata.normalize("NFC", text)


def _unzipped(content: bytes) -> str:
    """Return the text of each part, raw and without its tags: Word cuts words into runs."""
    parts = []
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        for name in file.namelist():
            text = text_of(file.read(name))
            parts += [name, text]
            if name.endswith((".xml", ".rels")):
                parts.append(_TAG.sub("", text))
    return "\n".join(parts)


def _printed(content: bytes) -> str:
    """Return the text on the pages, and the title and author that the file gives itself."""
    try:
        file = pdfium.PdfDocument(content)
    except pdfium.PdfiumError:  # some files of the tests only begin like one
        return ""
    try:
        pages = [file[place].get_textpage().get_text_bounded() for place in range(len(file))]
        return unicodedata.normalize("NFC", "\n".join([*pages, *file.get_metadata_dict().values()]))
    finally:
        file.close()


def _unescaped(text: str) -> str:
    """Return JSON with its letters written out, nothing where it is none."""
    try:
        return json.dumps(json.loads(text), ensure_ascii=False)
    except ValueError:
        return ""
