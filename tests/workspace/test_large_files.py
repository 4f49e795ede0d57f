"""Fifty megabytes go up and come down through the real pages in little memory (issue: speed)."""

import hashlib
import io
from pathlib import Path

import pytest
from django.urls import reverse

from assessments.models import DocumentRevision
from tests.kit.memory import peak_of
from tests.kit.test_windows import MEGABYTE, large_pdf

BOUNDARY = "ranh-gioi"


class Body(io.RawIOBase):
    """A request's body that is read from the disk as it is asked for, as a server hands it on."""

    def __init__(self, head, path, tail):
        self.parts = [io.BytesIO(head), path.open("rb"), io.BytesIO(tail)]
        self.size = len(head) + path.stat().st_size + len(tail)

    def read(self, size=-1):
        while self.parts:
            if block := self.parts[0].read(size):
                return block
            self.parts.pop(0).close()
        return b""


def sent(path, fields, kind="application/pdf"):
    head = "".join(
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ) + (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="upload"; filename="{path.name}"\r\n'
        f"Content-Type: {kind}\r\n\r\n"
    )
    return Body(head.encode(), path, f"\r\n--{BOUNDARY}--\r\n".encode())


def post(client, address, body):
    environ = client._base_environ(
        PATH_INFO=address, REQUEST_METHOD="POST", CONTENT_LENGTH=str(body.size),
        CONTENT_TYPE=f"multipart/form-data; boundary={BOUNDARY}", **{"wsgi.input": body},
    )  # fmt: skip
    return client.handler(environ)


@pytest.mark.parametrize("page", ["library", "evidence"])
def test_large_file_goes_up_and_down_in_little_memory(year, client, address, page, tmp_path):
    path = large_pdf(tmp_path, 50 * MEGABYTE)
    goal = (
        reverse("workspace:library", args=[year.first.unit.slug])
        if page == "library"
        else address("evidence", field="1", code="1.1")
    )
    client.get(goal)  # what is loaded once is loaded

    up, answer = peak_of(lambda: post(client, goal, sent(path, {"number": "1", "attach": "1"})))
    revision = DocumentRevision.objects.get()
    assert (answer.status_code, revision.size) == (302, 50 * MEGABYTE)
    assert up < 16 * MEGABYTE

    response = client.get(reverse("workspace:file", args=[revision.pk]))
    digest = hashlib.sha256()

    def read():
        for block in response.streaming_content:
            digest.update(block)

    down, _nothing = peak_of(read)
    assert digest.hexdigest() == revision.sha256
    assert down < 8 * MEGABYTE


def test_file_over_the_limit_is_refused_with_a_sentence(year, client, tmp_path):
    path = large_pdf(tmp_path, 50 * MEGABYTE + 1)
    goal = reverse("workspace:library", args=[year.first.unit.slug])

    answer = post(client, goal, sent(path, {"number": "1"}))

    assert answer.status_code == 422
    assert "Tệp quá lớn" in answer.content.decode()
    assert DocumentRevision.objects.count() == 0


def test_no_more_than_the_limit_lies_on_the_disk(year, client, tmp_path, settings):
    settings.EVIDENCE_MAX_BYTES = 3 * MEGABYTE
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path / "temporary")
    Path(settings.FILE_UPLOAD_TEMP_DIR).mkdir()
    path = large_pdf(tmp_path, 20 * MEGABYTE)
    body = sent(path, {"number": "1"})
    kept = []

    class Watched(Body):
        """Look at the temporary folder whenever a block is asked for."""

        def read(self, size=-1):
            folder = Path(settings.FILE_UPLOAD_TEMP_DIR)
            kept.append(sum(one.stat().st_size for one in folder.iterdir()))
            return super().read(size)

    body.__class__ = Watched
    answer = post(client, reverse("workspace:library", args=[year.first.unit.slug]), body)

    assert answer.status_code == 422
    assert "Tệp quá lớn" in answer.content.decode()
    assert 2 * MEGABYTE < max(kept) <= 3 * MEGABYTE + 1
    assert list(Path(settings.FILE_UPLOAD_TEMP_DIR).iterdir()) == []
