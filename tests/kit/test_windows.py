"""Large files are judged in flat memory, and nothing hides on the edge of two windows."""

import hashlib
import io
import re
import time
import tracemalloc
from pathlib import Path

import pytest
from django.core.files import File

from cchc.kit import windows
from cchc.kit.files import FileRefused, inspect
from cchc.kit.windows import OVERLAP, STEP, Windowed, windowed
from tests.kit.memory import peak_of
from tests.kit.test_hostile_files import END, chunk
from tests.workspace import uploads

MEGABYTE = 1024 * 1024
HEAD, TAIL = b"%PDF-1.7\n1 0 obj <<>> stream\n", b"\nendstream endobj\n%%EOF\n"


def large_pdf(folder: Path, size: int, before_end: bytes = b"") -> Path:
    """Write a PDF with one long stream, block by block."""
    path = folder / "lớn.pdf"
    block = bytes(range(256)) * 4096
    with path.open("wb") as file:
        file.write(HEAD)
        left = size - len(HEAD) - len(TAIL) - len(before_end)
        while left > 0:
            file.write(block[:left])
            left -= len(block)
        file.write(TAIL.replace(b"%%EOF", before_end + b"%%EOF"))
    return path


def test_fifty_megabytes_are_judged_in_little_memory(tmp_path):
    path = large_pdf(tmp_path, 50 * MEGABYTE)
    tracemalloc.start()
    try:
        with path.open("rb") as file:
            grown, facts = peak_of(lambda: inspect(File(file, "lớn.pdf")))
        traced = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert facts.size == 50 * MEGABYTE
    assert facts.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert traced < 4 * MEGABYTE
    assert grown < 12 * MEGABYTE


def test_end_of_a_large_pdf_is_looked_at(tmp_path):
    path = large_pdf(tmp_path, 3 * MEGABYTE, b"<</S/JavaScript>>\n")

    with path.open("rb") as file, pytest.raises(FileRefused):
        inspect(File(file, "lớn.pdf"))


@pytest.mark.parametrize("place", range(STEP - 9, STEP + 2))
def test_word_on_the_edge_of_two_windows_is_found_once(place):
    data = b"." * place + b"/Launch" + b"." * (2 * STEP)
    sheet = Windowed(data)

    assert [found.start() for found in sheet.all(re.compile(rb"/Launch"))] == [place]
    assert sheet.search(re.compile(rb"/Launch"), place + 1) is None
    assert sheet.search(re.compile(rb"/Launch"), 0, place + 6) is None


def test_mapped_bytes_are_the_same_after_they_were_given_back(tmp_path, monkeypatch):
    monkeypatch.setattr(windows, "STEP", 8192)
    content = b"".join(b"%07d " % number for number in range(20_000))
    path = tmp_path / "a"
    path.write_bytes(content)

    with path.open("rb") as file, windowed(File(file)) as sheet:
        assert [found[0] for found in sheet.all(re.compile(rb"00199\d\d "))] == [
            b"00199%02d " % number for number in range(100)
        ]
        assert sheet[0:8] == b"0000000 "
        assert sheet[len(content) - 8 : len(content)] == b"0019999 "


def test_file_in_memory_is_taken_as_it_is():
    upload = File(io.BytesIO(b"abc"))
    upload.seek(2)

    with windowed(upload) as sheet:
        assert (len(sheet), sheet[0:9]) == (3, b"abc")
    assert upload.tell() == 0


def test_pattern_fits_into_the_overlap():
    assert 3 * len("/EmbeddedFile") <= OVERLAP


_STREAMS = b"stream\nendstream\n"
_MUCH = 20 * MEGABYTE
#: Files that would cost a look for every few bytes.
TIRESOME = {
    "streams.pdf": HEAD[:9] + _STREAMS * (_MUCH // len(_STREAMS)) + TAIL,
    "openings.pdf": HEAD[:9] + b"/OpenAction 7 0 R " * (_MUCH // 18) + b"7 0 obj[]endobj" + TAIL,
    "objects.pdf": HEAD[:9] + b"/OpenAction 7 0 R " + b"7 0 obj[ " * (_MUCH // 9) + TAIL,
    "filling.jpg": b"\xff\xd8" + b"\xff" * _MUCH + b"\xff\xd9",
    "entries.docx": b"PK\x03\x04" + b"PK\x01\x02" * (_MUCH // 4),
    "chunks.png": uploads.PNG[:33] + chunk(b"tEXt") * (_MUCH // 12) + END,
}


@pytest.mark.parametrize("name", TIRESOME)
def test_tiresome_file_is_refused_before_it_tires(name, tmp_path):
    path = tmp_path / name
    path.write_bytes(TIRESOME[name])
    start = time.process_time()

    with path.open("rb") as file, pytest.raises(FileRefused):
        inspect(File(file, name))
    assert time.process_time() - start < 5
