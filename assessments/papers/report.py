"""The self-assessment report: one structure, from which PDF, Word and the sign page are drawn.

It is built from what a receipt's hash covers: of a signed dossier from the receipt's own bytes, of
any other from what the same receipt would hold now. The paper is Vietnamese in either language of
the portal.
"""

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils import timezone

from assessments.choices import SubmissionState
from assessments.models import Receipt, SiteIdentity, Submission
from assessments.papers.heading import (
    Heading,
    SignatureBlock,
    basis,
    full_name,
    heading_of,
    signature_block,
    written,
)  # fmt: skip
from assessments.papers.text import clean, fit, paragraphs
from assessments.papers.words import Words
from assessments.permissions import Signature
from assessments.workflow import receipts

Content = dict[str, Any]
_ZERO = Decimal(0)
#: States in which the unit's own copy is not, or no more, what was signed.
_UNSIGNED = (SubmissionState.DRAFT, SubmissionState.LOCKED, SubmissionState.RETURNED)


@dataclass(frozen=True)
class Row:
    """A line of the score table: `kind` is field, criterion, leaf or total."""

    kind: str
    code: str
    name: str
    maximum: str
    points: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Unbacked:
    """A leaf without evidence and the reason that the unit gives."""

    code: str
    name: str
    reason: tuple[str, ...]


@dataclass(frozen=True)
class Report:
    """The whole paper, ready to be set."""

    heading: Heading
    subject: str
    bases: tuple[str, ...]
    opening: str
    rows: tuple[Row, ...]
    total: str
    unbacked: tuple[Unbacked, ...]
    difficulties: tuple[str, ...]
    proposals: tuple[str, ...]
    closing: str
    signature: SignatureBlock
    recipients: tuple[str, ...]
    draft: bool
    marks: tuple[str, ...]
    words: Words = field(default_factory=Words)


def source_of(submission: Submission) -> Receipt | None:
    """Return the receipt whose content is the dossier's report, None while it may change."""
    if submission.state in _UNSIGNED:
        return None
    return submission.receipts.order_by("sequence").last()


def report_of(submission: Submission, at: dt.datetime, *, receipt: Receipt | None = None) -> Report:
    """Return the report of a receipt, or without one that of the dossier as it stands now."""
    content = fit(json.loads(receipt.content) if receipt else receipts.content_of(submission))
    site = SiteIdentity.objects.first()
    unit, signed = content["unit"]["name"], content.get("signature")
    moment = timezone.localtime(receipt.signed_at if receipt else at)
    tally = _Tally(content)
    head = content["head"]
    signature = Signature(**(signed or {"form": "", "head_title": head["title"], **head}))
    heading = heading_of(unit, site, year=moment.year, day=moment.date() if signed else None)
    return Report(
        heading=heading,
        subject=f"Kết quả tự đánh giá, chấm điểm Chỉ số cải cách hành chính năm {content['cycle']}"
        f" của {full_name(unit)}",
        bases=_bases(content, site),
        opening=f"{full_name(unit)} báo cáo kết quả tự đánh giá, chấm điểm Chỉ số cải cách"
        f" hành chính năm {content['cycle']} như sau:",
        rows=tally.rows(),
        total=tally.sentence(),
        unbacked=tuple(_unbacked(content["leaves"])),
        difficulties=paragraphs(content["difficulties"]),
        proposals=paragraphs(content["proposals"]),
        closing=_closing(content, receipt),
        signature=signature_block(unit, signature),
        recipients=_recipients(submission, site),
        draft=signed is None,
        marks=heading.marks(signed=signed is not None, illustrative=content["illustrative"]),
    )


def _bases(content: Content, site: SiteIdentity | None) -> tuple[str, ...]:
    city = site.city_name if site else ""
    scheme = content["scheme"]
    found = basis(scheme["decision"], f"về việc ban hành {scheme['title']}", city)
    found += basis(content["plan"], f"về {_lowered(content['cycle_title'])}", city)
    return tuple(clean(line) for line in found)


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:]


def _closing(content: Content, receipt: Receipt | None) -> str:
    said = f"Trên đây là báo cáo kết quả tự đánh giá của {full_name(content['unit']['name'])}"
    if receipt is None:
        return f"{said}./."
    moment = timezone.localtime(receipt.signed_at)
    return (
        f"{said}; hồ sơ được nộp trên Cổng lúc {moment:%H:%M:%S} {written(moment.date())},"
        f" biên nhận số {receipt.number}, mã băm SHA-256 {receipt.sha256}./."
    )


def _recipients(submission: Submission, site: SiteIdentity | None) -> tuple[str, ...]:
    council = getattr(submission.cycle, "council", None)
    names = [site.governing_body if site else "", council.name if council else ""]
    return (*(f"- {clean(name)};" for name in names if name), "- Lưu: VT.")


def _unbacked(leaves: Iterable[Content]) -> Iterable[Unbacked]:
    for leaf in leaves:
        reason = paragraphs(leaf["no_evidence_reason"])
        bare = leaf["self_scored"] and not leaf["evidence"]
        if bare and (leaf["evidence_required"] or reason):
            yield Unbacked(leaf["code"], leaf["name"], reason)


class _Tally:
    """The score table of a content: rows in the order of the scheme, sums exact until printed."""

    def __init__(self, content: Content) -> None:
        self.places = int(content["scheme"]["decimals"])
        self.branches = {node["code"]: node for node in content["branches"]}
        self.leaves = content["leaves"]
        self.sums = dict.fromkeys(self.branches, _ZERO)
        self.total = self.claimable = _ZERO
        for leaf in self.leaves:
            self._count(leaf)

    def _count(self, leaf: Content) -> None:
        if not leaf["self_scored"] or not leaf["applicable"]:
            return
        points = Decimal(leaf["points"] or 0)
        self.total += points
        self.claimable += Decimal(leaf["max_points"])
        parent = leaf["parent"]
        while parent:
            self.sums[parent] += points
            parent = self.branches[parent]["parent"]

    def rows(self) -> tuple[Row, ...]:
        """Return the branches with their sums, the leaves, and the total."""
        nodes = [*self.branches.values(), *self.leaves]
        highest = sum((Decimal(leaf["max_points"]) for leaf in self.leaves), _ZERO)
        total = Row("total", "", "Tổng cộng", self._shown(highest), self._shown(self.total))
        found = [self._row(node) for node in sorted(nodes, key=lambda node: int(node["position"]))]
        return (*found, total)

    def _row(self, node: Content) -> Row:
        code, maximum = node["code"], self._shown(Decimal(node["max_points"]))
        if code in self.branches:
            kind = "criterion" if node["parent"] else "field"
            return Row(kind, code, clean(node["name"]), maximum, self._shown(self.sums[code]))
        counts = node["self_scored"] and node["applicable"] and node["points"] is not None
        points = self._shown(Decimal(node["points"])) if counts else "–"
        return Row("leaf", code, clean(node["name"]), maximum, points, _notes(node))

    def sentence(self) -> str:
        """Return the total in words, beside the highest that the unit could claim."""
        return (
            f"Tổng điểm tự chấm: {self._shown(self.total)} điểm trên {self._shown(self.claimable)}"
            " điểm tối đa của các tiêu chí do đơn vị tự chấm và có áp dụng."
        )

    def _shown(self, value: Decimal) -> str:
        exact = value.quantize(Decimal(1).scaleb(-self.places), rounding=ROUND_HALF_UP)
        return format(exact, "f").replace(".", ",")


def _notes(leaf: Content) -> tuple[str, ...]:
    if not leaf["self_scored"]:
        return ("Đơn vị không tự chấm tiêu chí này.",)
    found = [] if leaf["trace"] or leaf["points"] is not None else ["Chưa chấm."]
    found += paragraphs(leaf["trace"])
    found += paragraphs(leaf["note"])
    papers = "; ".join(_paper(item) for item in leaf["evidence"])
    return (*found, *([f"Tài liệu kiểm chứng: {papers}."] if papers else []))


def _paper(item: Content) -> str:
    said = clean(item["number"] or item["abstract"] or item["name"])
    if item["date"]:
        said += f" ngày {dt.date.fromisoformat(item['date']):%d/%m/%Y}"
    return said
