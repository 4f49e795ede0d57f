"""Uploaded files: what is kept, and what is refused whatever its name says."""

import hashlib
import io
import socketserver
import struct
import threading
import zipfile

import pytest
from django.core.management import call_command
from django.test import override_settings
from django.urls import reverse

from assessments.choices import ScanState
from assessments.errors import BadInput
from assessments.models import DocumentRevision
from assessments.workflow.documents import attach_file
from cchc.checks import scanner_is_configured
from cchc.kit.files import CONTENT_TYPES, FileRefused, clean_name, inspect
from tests.workspace import uploads

GOOD = {
    "a.pdf": uploads.PDF, "a.png": uploads.PNG, "a.jpg": uploads.JPG, "a.JPEG": uploads.JPG,
    "a.docx": uploads.package(), "a.xlsx": uploads.workbook(),
}  # fmt: skip
MACRO = "application/vnd.ms-word.document.macroEnabled.main+xml"
ENTITY = b'<!DOCTYPE t [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><Types>&b;</Types>'
ZEROS = b"\0" * (4 * 1024 * 1024)
BAD = {
    "exe": ("a.exe", b"MZ\x90\0"),
    "renamed exe": ("a.pdf", b"MZ\x90\0" + uploads.PDF),
    "svg": ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
    "renamed svg": ("a.png", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
    "html": ("a.html", b"<html></html>"),
    "renamed html": ("a.pdf", b"<html><script>1</script>"),
    "zip": ("a.zip", uploads.package()),
    "plain zip as docx": ("a.docx", uploads.package(contents=b"<Types/>")),
    "workbook as docx": ("a.docx", uploads.workbook()),
    "docm": ("a.docm", uploads.package(kind=MACRO)),
    "docm as docx": ("a.docx", uploads.package(kind=MACRO)),
    "macros inside": ("a.docx", uploads.package(parts={"word/vbaProject.bin": b"x"})),
    "bomb": ("a.docx", uploads.package(parts={"word/media/a.bin": ZEROS})),
    "entities": ("a.docx", uploads.package(contents=ENTITY)),
    "way out": ("a.docx", uploads.package(parts={"../../a": b"x"})),
    "cut": ("a.docx", uploads.package()[:60]),
    "before the zip": ("a.docx", b"MZ" + uploads.package()),
    "empty": ("a.pdf", b""),
    "no ending": ("pdf", uploads.PDF),
    "nothing": ("", uploads.PDF),
}


@pytest.mark.parametrize("name", GOOD)
def test_good_file_is_described(name):
    facts = inspect(uploads.upload(name, GOOD[name]))

    assert facts.name == name
    assert facts.size == len(GOOD[name])
    assert facts.sha256 == hashlib.sha256(GOOD[name]).hexdigest()
    assert facts.content_type == CONTENT_TYPES[name.rsplit(".", 1)[1].lower()]


@pytest.mark.parametrize("case", BAD)
def test_bad_file_is_refused(case):
    name, content = BAD[case]
    upload = uploads.pdf()
    upload = uploads.upload(name or "x", content)
    upload._name = name

    with pytest.raises(FileRefused):
        inspect(upload)


def test_encrypted_package_is_refused():
    content = bytearray(uploads.package())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = content.find(mark)
        while place >= 0:
            content[place + offset] |= 1
            place = content.find(mark, place + 4)
    assert all(
        part.flag_bits & 1 for part in zipfile.ZipFile(io.BytesIO(bytes(content))).infolist()
    )

    with pytest.raises(FileRefused):
        inspect(uploads.upload("a.docx", bytes(content)))


def test_size_limit_counts_to_the_byte():
    size = len(uploads.PDF)

    assert inspect(uploads.pdf(), max_bytes=size).size == size
    with pytest.raises(FileRefused):
        inspect(uploads.pdf(), max_bytes=size - 1)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\x\\Kế hoạch.pdf", "Kế hoạch.pdf"),
        ("Ke\u0302\u0301 hoa\u0323ch.pdf", "Kế hoạch.pdf"),
        ("a\r\nSet-Cookie: b.pdf", "aSet-Cookie: b.pdf"),
        ("xls\u202efdp.pdf", "xlsfdp.pdf"),
        (".htaccess.pdf", "htaccess.pdf"),
        ("x" * 300 + ".pdf", "x" * 146 + ".pdf"),
    ],
)
def test_name_is_cleaned(given, kept):
    assert clean_name(given) == kept


class _Daemon(socketserver.BaseRequestHandler):
    """Speak INSTREAM: find a virus in streams that hold the word VIRUS."""

    def handle(self):
        assert self.request.recv(10) == b"zINSTREAM\0"
        stream = b""
        while size := struct.unpack(">I", self._exactly(4))[0]:
            stream += self._exactly(size)
        self.request.sendall(b"stream: Test FOUND\0" if b"VIRUS" in stream else b"stream: OK\0")

    def _exactly(self, size):
        got = b""
        while len(got) < size:
            got += self.request.recv(size - len(got))
        return got


@pytest.fixture
def daemon(settings):
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Daemon) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.CLAMAV = f"127.0.0.1:{server.server_address[1]}"
        yield
        server.shutdown()


@pytest.fixture
def unreachable(settings, tmp_path):
    settings.CLAMAV = str(tmp_path / "no-such-socket")


def attach(year, upload=None, **paper):
    return attach_file(
        score=year.first.score("1.1"), by=year.first.focal, at=year.at,
        upload=upload or uploads.pdf(), **{"number": "12/KH"} | paper,
    )  # fmt: skip


def test_scanner_finds_clean(year, daemon):
    assert attach(year).revision.scan_state == ScanState.CLEAN


def test_scanner_finds_a_virus_and_nothing_is_kept(year, daemon, settings, tmp_path):
    with pytest.raises(BadInput):
        attach(year, uploads.pdf(extra=b"VIRUS"))

    assert DocumentRevision.objects.count() == 0
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_pending_file_is_opened_by_its_unit_only(year, unreachable, signed_in):
    item = attach(year)
    type(year.first.submission).objects.filter(pk=year.first.submission.pk).update(
        state="submitted"
    )
    path = reverse("workspace:file", args=[item.revision_id])

    assert item.revision.scan_state == ScanState.PENDING
    assert uploads.status(signed_in(year.first.head), path) == 200
    assert uploads.status(signed_in(year.secretary), path) == 404


def test_scan_pending_scans_what_waits(year, unreachable, settings, capsys, request):
    good, bad = attach(year), attach(year, uploads.pdf(extra=b"VIRUS"))
    call_command("scan_pending")
    assert capsys.readouterr().out == "0 scanned, 0 quarantined, 2 still waiting\n"

    request.getfixturevalue("daemon")
    call_command("scan_pending")

    assert capsys.readouterr().out == "2 scanned, 1 quarantined, 0 still waiting\n"
    good.revision.refresh_from_db()
    bad.revision.refresh_from_db()
    assert (good.revision.scan_state, bad.revision.scan_state) == (
        ScanState.CLEAN,
        ScanState.QUARANTINED,
    )


def test_quarantined_file_is_opened_by_nobody(year, signed_in):
    item = attach(year)
    DocumentRevision.objects.update(scan_state=ScanState.QUARANTINED)

    assert (
        signed_in(year.first.head)
        .get(reverse("workspace:file", args=[item.revision_id]))
        .status_code
        == 404
    )


def test_deployment_without_a_scanner_fails_its_check(settings):
    assert [found.id for found in scanner_is_configured(None)] == ["cchc.E001"]
    with override_settings(CLAMAV="127.0.0.1:3310"):
        assert scanner_is_configured(None) == []
