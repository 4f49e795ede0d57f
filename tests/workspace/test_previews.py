"""Pages of evidence as pictures: drawn apart, kept, and never a way past the right to the file."""

import io
import json
import subprocess
import sys
from pathlib import Path

import PIL.Image
import pytest
from django.urls import reverse

from assessments.choices import ScanState
from assessments.models import DocumentRevision
from assessments.workflow import library
from cchc.kit import preview_worker, previews
from tests.workspace import uploads


@pytest.fixture
def keep(year):
    """Keep bytes as a file of the first unit, past the checks that a hostile one fails."""

    def put(content, name="a.pdf", kind="application/pdf"):
        given = {"unit": year.first.unit, "by": year.first.focal, "at": year.at, "number": "1"}
        revision = library.add_document(
            upload=uploads.pdf(extra=b"%d" % DocumentRevision.objects.count()), **given
        )
        Path(revision.file.path).chmod(0o600)
        Path(revision.file.path).write_bytes(content)
        revision.name, revision.content_type = name, kind
        revision.save()
        return revision

    return put


def page(revision, **query):
    found = reverse("workspace:preview", args=[revision.pk])
    return f"{found}?trang={query['trang']}" if query else found


def image(revision, number=1):
    return reverse("workspace:preview_page", args=[revision.pk, number])


def picture(kind, size=(3000, 1500), **more):
    out = io.BytesIO()
    PIL.Image.new("RGB", size, "red").save(out, kind, **more)
    return out.getvalue()


def test_pages_of_a_pdf_are_shown_one_by_one(client, keep):
    revision = keep(uploads.printed(pages=3))
    first, last = client.get(page(revision)), client.get(page(revision, trang=3))
    drawn = client.get(image(revision, 2))

    assert (first.status_code, first.context["picture"].pages) == (200, 3)
    assert 'rel="next" href="?trang=2"' in first.content.decode()
    assert 'rel="prev"' not in first.content.decode()
    assert 'rel="prev" href="?trang=2"' in last.content.decode()
    assert 'rel="next"' not in last.content.decode()
    with PIL.Image.open(io.BytesIO(drawn.content)) as shown:
        assert (shown.format, shown.size) == ("PNG", (800, 1200))
        assert shown.getpixel((400, 1200 - 4 * 61)) == (0, 0, 0)
        assert shown.getpixel((10, 10)) == (255, 255, 255)


def test_picture_is_served_harmless_and_private(client, keep):
    answer = client.get(image(keep(uploads.printed())))

    assert answer["Content-Type"] == "image/png"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    ("kind", "name", "content_type"),
    [("PNG", "a.png", "image/png"), ("JPEG", "a.jpg", "image/jpeg")],
)
def test_images_are_drawn_anew_and_small(client, keep, kind, name, content_type):
    exif = PIL.Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "LOI-RIENG"  # turned by a quarter, with a description
    revision = keep(picture(kind, exif=exif), name, content_type)
    drawn = client.get(image(revision)).content

    with PIL.Image.open(io.BytesIO(drawn)) as shown:
        assert (shown.format, shown.size) == ("PNG", (800, 1600))
    assert b"LOI-RIENG" not in drawn
    assert client.get(page(revision, trang=2)).status_code == 404


@pytest.mark.parametrize("trang", ["0", "4", "201", "x", "-1", "999999999", "²", "1" * 5000])
def test_page_that_is_not_there_is_missing(client, keep, trang):
    assert client.get(page(keep(uploads.printed(pages=3)), trang=trang)).status_code == 404


HOSTILE = {
    "no pages": uploads.PDF,
    "cut": uploads.printed()[:120],
    "nothing": b"",
    "text": b"%PDF-1.4 hello",
    "endless size": uploads.printed().replace(b"[0 0 200 300]", b"[0 0 9e9 1]"),
    "own grandchild": uploads.printed().replace(b"/Kids[3 0 R]", b"/Kids[2 0 R]"),
    "png bomb": uploads.PNG[:16] + b"\0\0\xff\xff\0\0\xff\xff" + uploads.PNG[24:],
    "other kind": b"GIF89a\1\0\1\0\0\0\0;",
    "program": b"MZ" * 1000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_broken_or_hostile_file_is_a_sentence_and_never_an_error(client, keep, name):
    revision = keep(HOSTILE[name])
    shown, drawn = client.get(page(revision)), client.get(image(revision))

    assert shown.status_code in (200, 404)
    assert drawn.status_code in (200, 404)
    if name not in ("endless size", "no pages"):
        assert "Không xem trước được tệp này" in shown.content.decode()
        assert drawn.status_code == 404


def test_image_that_unpacks_to_very_much_is_not_drawn(client, keep):
    out = io.BytesIO()
    PIL.Image.new("1", (30_000, 30_000)).save(out, "PNG")
    revision = keep(out.getvalue(), "a.png", "image/png")

    assert len(out.getvalue()) < 1_000_000
    assert "Không xem trước được tệp này" in client.get(page(revision)).content.decode()


def test_office_files_have_no_preview(client, keep):
    revision = keep(uploads.package(), "a.docx", "application/msword")

    assert "không xem trước được" in client.get(page(revision)).content.decode()
    assert client.get(image(revision)).status_code == 404


@pytest.mark.parametrize(
    ("state", "statuses"),
    [
        (ScanState.CLEAN, [200, 200]), (ScanState.UNSCANNED, [200, 200]),
        (ScanState.PENDING, [200, 404]), (ScanState.QUARANTINED, [404, 404]),
    ],
)  # fmt: skip
def test_what_is_not_scanned_is_not_shown(client, keep, state, statuses):
    revision = keep(uploads.printed())
    client.get(page(revision))  # drawn and kept: the right is asked again all the same
    DocumentRevision.objects.update(scan_state=state)

    assert [client.get(page(revision)).status_code, client.get(image(revision)).status_code] == (
        statuses
    )
    if state == ScanState.PENDING:
        assert client.get(page(revision)).context["reason"].startswith("Tệp đang chờ quét")


def test_drawn_page_is_kept_and_removed_with_the_paper(
    year, client, keep, tmp_path, django_capture_on_commit_callbacks
):
    revision = keep(uploads.printed())
    first = client.get(image(revision)).content
    Path(revision.file.path).write_bytes(b"changed")

    assert client.get(image(revision)).content == first
    with django_capture_on_commit_callbacks(execute=True):
        library.delete_document(document=revision.document, by=year.first.focal, at=year.at)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_failure_is_kept_too(client, keep):
    revision = keep(b"%PDF-1.4 hello")
    client.get(page(revision))
    Path(revision.file.path).write_bytes(uploads.printed())

    assert "Không xem trước được tệp này" in client.get(page(revision)).content.decode()


def test_only_the_first_pages_of_a_long_file_are_shown(client, keep, monkeypatch):
    monkeypatch.setattr(previews, "PAGES", 2)
    revision = keep(uploads.printed(pages=3))

    assert client.get(page(revision)).context["picture"].has_more
    assert client.get(page(revision, trang=2)).status_code == 200
    assert client.get(page(revision, trang=3)).status_code == 404


def test_file_whose_bytes_are_gone_is_a_sentence(client, keep):
    revision = keep(uploads.printed())
    Path(revision.file.path).unlink()

    assert client.get(page(revision)).status_code == 200
    assert client.get(image(revision)).status_code == 404


#: Run inside the worker's process after it took its own rights away.
_PROBE = """
import json, os, socket, sys
sys.path.insert(0, sys.argv[1])
import preview_worker
preview_worker.bound()
def fails(act):
    try:
        act()
    except BaseException as error:
        return type(error).__name__
    return "allowed"
print(json.dumps({
    "environment": sorted(os.environ), "folder": os.getcwd(),
    "file": fails(lambda: open("/etc/hostname")), "net": fails(socket.socket),
    "memory": fails(lambda: bytearray(2 * 1024 ** 3)),
}))
"""


def test_worker_has_no_environment_no_files_no_net_and_little_memory(tmp_path):
    script = tmp_path / "probe.py"
    script.write_text(_PROBE)
    ran = subprocess.run(
        [sys.executable, "-I", "-B", script, str(Path(preview_worker.__file__).parent)],
        capture_output=True, env={}, cwd="/", check=True,
    )  # fmt: skip

    found = json.loads(ran.stdout)
    assert set(found.pop("environment")) <= {"LC_CTYPE"}
    assert found == {"folder": "/", "file": "OSError", "net": "OSError", "memory": "MemoryError"}


def test_worker_that_takes_too_long_is_ended(client, keep, monkeypatch):
    monkeypatch.setattr(previews, "SECONDS", 0.01)

    assert (
        "Không xem trước được tệp này" in client.get(page(keep(uploads.printed()))).content.decode()
    )
