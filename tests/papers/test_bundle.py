"""The dossier as one file: what is in it, what is kept back, and that its hashes hold."""

import io
import subprocess
import sys
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from assessments.choices import ScanState
from assessments.models import Document, DocumentRevision, Evidence
from assessments.papers import bundle_of
from assessments.workflow import receipts
from assessments.workflow.documents import attach_file, detach
from tests.workspace import uploads

CHECKER = Path(__file__).with_name("check_receipt.py")


@pytest.fixture
def attach(year):
    def put(code, name="Kế hoạch.pdf", number="12/KH-UBND", extra=b""):
        return attach_file(
            score=year.first.score(code), by=year.first.focal, at=year.at,
            upload=uploads.pdf(name, extra), number=number,
        ).revision  # fmt: skip

    return put


def zip_of(year, receipt=None):
    made = bundle_of(year.first.submission, year.at, receipt)
    return zipfile.ZipFile(io.BytesIO(b"".join(made.stream())))


def signed(year):
    first = year.first
    return receipts.write(first.submission, by=first.head, at=year.at, signed_as="Giám đốc")


def checked(printed, path):
    done = subprocess.run(
        [sys.executable, "-I", CHECKER, printed, path], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout


def test_draft_has_report_evidence_and_sums(year, attach):
    attach("1.1")
    attach("1.3", extra=b"x")
    file = zip_of(year)

    assert file.testzip() is None
    assert file.namelist() == [
        "bao-cao.pdf", "1.1/12-KH-UBND – Kế hoạch.pdf", "1.3/12-KH-UBND – Kế hoạch.pdf",
        "SHA256SUMS",
    ]  # fmt: skip
    assert file.read("1.1/12-KH-UBND – Kế hoạch.pdf") == uploads.PDF
    assert file.read("bao-cao.pdf").startswith(b"%PDF-")


def test_independent_script_finds_every_hash_right(year, attach, tmp_path):
    attach("1.1")
    attach("2.1", extra=b"y")
    receipt = signed(year)
    bundle, content = tmp_path / "a.zip", tmp_path / "a.json"
    bundle.write_bytes(b"".join(bundle_of(year.first.submission, year.at, receipt).stream()))
    content.write_bytes(receipt.content.encode())

    assert checked(receipt.sha256, bundle) == (0, "ok\n")
    assert checked(receipt.sha256, content) == (0, "ok\n")


def test_independent_script_finds_what_was_changed(year, attach, tmp_path):
    revision = attach("1.1")
    receipt = signed(year)
    content = tmp_path / "a.json"
    content.write_bytes(receipt.content.replace("Chưa có", "Đã có").encode())
    revision.file.storage.delete(revision.file.name)
    revision.file.storage.save(revision.file.name, io.BytesIO(b"other"))
    bundle = tmp_path / "a.zip"
    bundle.write_bytes(b"".join(bundle_of(year.first.submission, year.at, receipt).stream()))

    code, said = checked(receipt.sha256, content)
    assert code == 1
    assert said.startswith("content: ")
    assert checked(receipt.sha256, bundle) == (1, "1.1: Kế hoạch.pdf is missing\n")


def test_names_are_safe_and_once(year, attach):
    names = ["../../a.pdf", "CON:a?.pdf", "x" * 140 + ".pdf", "Ke\u0302\u0301 hoạch.pdf"]
    for place, name in enumerate(names):
        attach("1.1", name=name, number="1/KH\\..", extra=b"%d" % place)
    attach("1.1", name="KẾ HOẠCH.pdf", number="1/KH\\..", extra=b"z")
    inside = [name for name in zip_of(year).namelist() if name.startswith("1.1/")]

    assert inside[0] == "1.1/a.pdf"
    assert len({name.casefold() for name in inside}) == 5
    for name in inside:
        folder, last = name.split("/")
        assert folder == "1.1"
        assert ".." not in last
        assert not set(last) & set('<>:"\\|?*')
        assert len(last.encode("utf-16-le")) // 2 <= 160


def test_paper_without_number_is_named_by_its_file(year):
    attach_file(
        score=year.first.score("1.1"), by=year.first.focal, at=year.at,
        upload=uploads.pdf("Biên bản.pdf"), abstract="Biên bản họp",
    )  # fmt: skip

    assert zip_of(year).namelist()[1] == "1.1/Biên bản.pdf"


def test_receipt_comes_with_the_files_that_it_lists(year, attach, tmp_path):
    signed_file = attach("1.1")
    receipt = signed(year)
    detach(evidence=Evidence.objects.get(), by=year.first.focal, at=year.at)
    attach("1.1", name="Sau khi ký.pdf", number="99/KH", extra=b"2")
    attach("1.3", extra=b"3")
    Document.objects.filter(pk=signed_file.document_id).update(number="88/KH")
    bundle = tmp_path / "a.zip"
    bundle.write_bytes(b"".join(bundle_of(year.first.submission, year.at, receipt).stream()))

    assert zip_of(year, receipt).namelist() == [
        "bao-cao.pdf", "bien-nhan.json", "1.1/12-KH-UBND – Kế hoạch.pdf", "SHA256SUMS",
    ]  # fmt: skip
    assert checked(receipt.sha256, bundle) == (0, "ok\n")
    assert zip_of(year).namelist() == [
        "bao-cao.pdf", "1.1/99-KH – Sau khi ký.pdf", "1.3/12-KH-UBND – Kế hoạch.pdf",
        "SHA256SUMS",
    ]  # fmt: skip


@pytest.mark.parametrize("state", [ScanState.PENDING, ScanState.QUARANTINED])
def test_file_that_was_not_passed_is_left_out_and_named(year, attach, state):
    revision = attach("1.1")
    attach("1.2", name="Tốt.pdf", extra=b"x")
    DocumentRevision.objects.filter(pk=revision.pk).update(scan_state=state)
    file = zip_of(year)

    assert [name for name in file.namelist() if name.startswith("1.")] == [
        "1.2/12-KH-UBND – Tốt.pdf"
    ]
    said = file.read("KHONG-KEM-THEO.txt").decode("utf-8-sig")
    assert "1.1: Kế hoạch.pdf – " in said
    assert "Tốt.pdf" not in said


def test_file_whose_bytes_are_gone_is_named(year, attach):
    revision = attach("1.1")
    revision.file.storage.delete(revision.file.name)

    assert "1.1: Kế hoạch.pdf" in zip_of(year).read("KHONG-KEM-THEO.txt").decode("utf-8-sig")


def test_memory_stays_flat_over_large_files(year, attach):
    size = 8 * 1024 * 1024
    for code in ("1.1", "1.2", "1.3"):
        revision = attach(code, extra=code.encode())
        with revision.file.storage.open(revision.file.name, "ab") as file:
            file.write(b"\0" * size)
    made = bundle_of(year.first.submission, year.at, None)
    tracemalloc.start()
    total = sum(len(piece) for piece in made.stream())
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert total > 3 * size
    assert peak < 2 * 1024 * 1024
