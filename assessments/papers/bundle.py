"""The dossier with its evidence as one ZIP file, written piece by piece as it is read."""

import datetime as dt
import hashlib
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO, Any, cast

from django.db.models import QuerySet
from django.utils import timezone

from assessments.choices import ScanState
from assessments.models import DocumentRevision, Evidence, Receipt, Submission
from assessments.papers.pdf import report_pdf
from assessments.papers.report import report_of
from cchc.kit.files import clean_name

_BLOCK = 64 * 1024
#: What Windows forbids in a name; slashes stand in the numbers of papers.
_FORBIDDEN = re.compile(r'[<>:"/\\|?*]')
_NAME_LENGTH = 150
#: Files that the virus scanner has not passed, or has found bad, are not handed on.
_KEPT_BACK = {
    ScanState.PENDING: "đang chờ quét mã độc", ScanState.QUARANTINED: "bị cách ly vì mã độc",
}  # fmt: skip


@dataclass(frozen=True)
class Item:
    """A file that backs a leaf, under the number and name that it had then."""

    code: str
    number: str
    name: str
    revision: DocumentRevision | None


@dataclass(frozen=True)
class Bundle:
    """What goes into the file; everything but the bytes of the evidence is at hand."""

    report: bytes
    receipt: Receipt | None
    evidence: tuple[Item, ...]
    at: dt.datetime

    def stream(self) -> Iterator[bytes]:
        """Yield the ZIP file; no more than a block of it is ever in memory."""
        return _Writer(self).pieces()


def bundle_of(submission: Submission, at: dt.datetime, receipt: Receipt | None) -> Bundle:
    """Return the dossier's papers, ready to be streamed: report, receipt and its evidence.

    With a receipt it is the evidence that this lists, whatever was attached or taken off since;
    without one, the evidence in force.
    """
    report = report_of(submission, at, receipt=receipt)
    moment = receipt.signed_at if receipt else at
    rows = (
        Evidence.objects.filter(score__submission=submission)
        .select_related("score__criterion", "revision__document")
        .order_by("score__criterion__position", "added_at")
    )
    items = _listed(receipt, rows) if receipt else _in_force(rows)
    return Bundle(report_pdf(report, at=moment), receipt, tuple(items), at)


def _in_force(rows: QuerySet[Evidence]) -> list[Item]:
    return [
        Item(
            row.score.criterion.code, row.revision.document.number, row.revision.name, row.revision
        )
        for row in rows.filter(removed_at=None)
    ]


def _listed(receipt: Receipt, rows: QuerySet[Evidence]) -> list[Item]:
    """Return what the receipt lists, each file found again by its leaf and its hash."""
    found = {(row.score.criterion.code, row.revision.sha256): row.revision for row in rows}
    return [
        Item(
            leaf["code"], file["number"], file["name"], found.get((leaf["code"], file["sha256"]))
        )
        for leaf in json.loads(receipt.content)["leaves"] for file in leaf["evidence"]
    ]  # fmt: skip


class _Sink:
    """Take what the ZIP writer writes and give it away; it cannot be sought in."""

    def __init__(self) -> None:
        self._held = bytearray()

    def write(self, data: bytes) -> int:
        self._held += data
        return len(data)

    def flush(self) -> None:
        """Keep what is held until it is drained."""

    def drained(self) -> bytes:
        data = bytes(self._held)
        self._held.clear()
        return data


class _Writer:
    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self.sums: list[str] = []
        self.missing: list[str] = []
        self.names: set[str] = set()

    def pieces(self) -> Iterator[bytes]:
        sink = _Sink()
        with zipfile.ZipFile(cast(IO[bytes], sink), "w") as file:
            for name, blocks in self._members():
                yield from self._member(file, sink, name, blocks)
            yield from self._closing(file, sink)
        yield sink.drained()

    def _members(self) -> Iterator[tuple[str, Iterator[bytes]]]:
        yield "bao-cao.pdf", iter([self.bundle.report])
        if self.bundle.receipt:
            yield "bien-nhan.json", iter([self.bundle.receipt.content.encode()])
        for item in self.bundle.evidence:
            row = item.revision
            why = _KEPT_BACK.get(ScanState(row.scan_state)) if row else None
            opened = _opened(row) if row and not why else None
            if opened is None:
                said = why or "không đọc được tệp trong kho"
                self.missing.append(f"{item.code}: {item.name} – {said}")
            else:
                yield self._name(item), _blocks(opened)

    def _member(
        self, file: zipfile.ZipFile, sink: _Sink, name: str, blocks: Iterator[bytes]
    ) -> Iterator[bytes]:
        digest = hashlib.sha256()
        info = zipfile.ZipInfo(name, timezone.localtime(self.bundle.at).timetuple()[:6])
        info.external_attr = 0o644 << 16
        with file.open(info, "w", force_zip64=True) as member:
            for block in blocks:
                digest.update(block)
                member.write(block)
                yield sink.drained()
        self.sums.append(f"{digest.hexdigest()}  {name}")

    def _closing(self, file: zipfile.ZipFile, sink: _Sink) -> Iterator[bytes]:
        if self.missing:
            said = ["Các tài liệu không kèm theo tệp này:", *self.missing, ""]
            text = "\r\n".join(said).encode("utf-8-sig")
            yield from self._member(file, sink, "KHONG-KEM-THEO.txt", iter([text]))
        sums = "".join(f"{line}\n" for line in self.sums).encode()
        yield from self._member(file, sink, "SHA256SUMS", iter([sums]))

    def _name(self, item: Item) -> str:
        """Return a readable name, safe on every system and once in the file."""
        number = _safe(item.number)[:60]
        name = _safe(clean_name(item.name)) or "_"
        folder = _safe(item.code) or "_"
        stem, ending = PurePosixPath(name).stem, PurePosixPath(name).suffix
        stem = (f"{number} – {stem}" if number else stem)[:_NAME_LENGTH].rstrip(". ")
        found, count = f"{folder}/{stem}{ending}", 1
        while found.casefold() in self.names:
            count += 1
            found = f"{folder}/{stem} ({count}){ending}"
        self.names.add(found.casefold())
        return found


def _safe(text: str) -> str:
    return _FORBIDDEN.sub("-", clean_name(text.replace("/", "-"))).strip(". ")


def _opened(row: DocumentRevision) -> Any:
    try:
        return row.file.open("rb")
    except (FileNotFoundError, ValueError):
        return None


def _blocks(opened: Any) -> Iterator[bytes]:
    with opened:
        while block := opened.read(_BLOCK):
            yield block
