"""The annex of the City's decision (Phụ lục): ranks, indexes and bands, one annex for each group.

One structure for PDF, Word and Excel. Before the results are frozen it is drawn from the live
standings, as the dry run shows them; afterwards from the frozen copy and nothing else. The paper
is Vietnamese in either language of the portal.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from assessments.choices import PublicationState
from assessments.models import Publication, SiteIdentity
from assessments.papers.heading import BLANK, written
from assessments.papers.text import clean
from assessments.papers.words import DRAFT, ILLUSTRATIVE
from assessments.queries import dry_runs
from assessments.queries.public import published
from assessments.scoring import format_decimal

_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X")


@dataclass(frozen=True)
class AnnexWords:
    """What every annex says."""

    number: str = "TT"
    rank: str = "Thứ hạng"
    unit: str = "Đơn vị"
    index: str = "Chỉ số (%)"
    band: str = "Xếp loại"
    note: str = "Ghi chú"
    tied: str = "đồng hạng"
    others: str = "Đơn vị được chấm điểm, không xếp hạng"
    reason: str = "Lý do không xếp hạng"
    nothing: str = "Không có đơn vị được xếp hạng."
    missing: str = "–"


@dataclass(frozen=True)
class Entry:
    """One unit as printed: `index` is text with its decimals, `note` a tie or why not ranked."""

    number: str
    rank: str
    unit: str
    index: str
    band: str
    note: str


@dataclass(frozen=True)
class Annex:
    """One group: its heading, its table, its units without a rank, and the notes under both."""

    heading: str
    group: str
    ranked: tuple[Entry, ...]
    others: tuple[Entry, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Annexes:
    """All annexes of one decision."""

    title: str
    attached: str
    annexes: tuple[Annex, ...]
    marks: tuple[str, ...]
    words: AnnexWords = field(default_factory=AnnexWords)

    @property
    def is_draft(self) -> bool:
        """Tell whether the decision has no number yet."""
        return DRAFT in self.marks


@dataclass(frozen=True)
class _Place:
    """A result of either source: live standings or the frozen copy."""

    rank: int | None
    unit: str
    index: str
    lengthened: bool
    band: str
    reason: str


@dataclass(frozen=True)
class _Table:
    group: str
    decimals: int
    ranked: Sequence[_Place]
    others: Sequence[_Place]


def annexes_of(publication: Publication, at: dt.datetime) -> Annexes:
    """Return the annexes of a publication of a cycle; raise ValueError for a record.

    Whether its figures may leave yet is asked before: see `drafts.figure_problems`.
    """
    if publication.cycle is None:
        raise ValueError("a record of the press has no decision to be annexed to")
    live = publication.state == PublicationState.DRAFT
    tables = list(_live(publication, at) if live else _frozen(publication, at))
    site = SiteIdentity.objects.first()
    marks = ("" if publication.is_decided else DRAFT,
             ILLUSTRATIVE if publication.is_illustrative else "")  # fmt: skip
    replaced = _replaced(publication)
    return Annexes(
        title=f"KẾT QUẢ CHỈ SỐ CẢI CÁCH HÀNH CHÍNH NĂM {publication.year}",
        attached=f"(Kèm theo {_decision(publication, site)})",
        annexes=tuple(
            _annex(table, place, of=len(tables), replaced=replaced)
            for place, table in enumerate(tables)
        ),
        marks=tuple(mark for mark in marks if mark),
    )


def _decision(publication: Publication, site: SiteIdentity | None) -> str:
    city = clean(site.city_name) if site else BLANK
    number = clean(publication.decision_number)
    if not publication.is_decided or publication.decision_date is None:
        day, number = f"ngày …… tháng …… năm {publication.year + 1}", BLANK
    else:
        day = written(publication.decision_date)
    by_city = number == BLANK or number.upper().endswith("-UBND")
    issuer = f"Ủy ban nhân dân {city}" if by_city else BLANK
    return f"Quyết định số {number} {day} của {issuer}"


def _replaced(publication: Publication) -> tuple[str, ...]:
    old = publication.corrects
    if old is None:
        return ()
    what = "Phụ lục này thay thế phụ lục đã công bố"
    if old.is_decided and old.decision_date is not None:
        day = written(old.decision_date)
        what += f" kèm theo Quyết định số {clean(old.decision_number)} {day}"
    return (f"{what}. Lý do đính chính: {clean(publication.correction_reason)}.",)


def _live(publication: Publication, at: dt.datetime) -> Iterable[_Table]:
    for group in dry_runs.report(publication, at).groups:
        rows = [
            _Place(row.standing.rank, row.standing.unit_name, row.shown, row.lengthened,
                   row.standing.band or "", row.standing.unranked_reason)
            for row in group.rows
        ]  # fmt: skip
        yield _table(group.name, group.decimals, rows)


def _frozen(publication: Publication, at: dt.datetime) -> Iterable[_Table]:
    for table in published.rankings(publication, at):
        others = sorted(table.unranked, key=lambda row: row.result.sort_name)
        rows = [
            _Place(row.result.rank, row.result.unit_name, _index(row.result.index, row.decimals),
                   row.lengthened, row.result.band, row.result.unranked_reason)
            for row in (*table.ranked, *others)
        ]  # fmt: skip
        yield _table(table.group.name, table.group.decimals, rows)


def _index(value: Decimal | None, decimals: int) -> str:
    return "" if value is None else format_decimal(value, decimals)


def _table(group: str, decimals: int, rows: Sequence[_Place]) -> _Table:
    ranked = [row for row in rows if row.rank is not None]
    return _Table(group, decimals, ranked, [row for row in rows if row.rank is None])


def _annex(table: _Table, place: int, *, of: int, replaced: tuple[str, ...]) -> Annex:
    words = AnnexWords()
    held = Counter(row.rank for row in table.ranked)
    ranked = [_entry(row, n, words, words.tied if held[row.rank] > 1 else "")
              for n, row in enumerate(table.ranked, start=1)]  # fmt: skip
    others = [_entry(row, n, words, clean(row.reason)) for n, row in enumerate(table.others, 1)]
    # The decree numbers annexes only where there are two or more.
    heading = f"Phụ lục {_ROMAN[place] if place < len(_ROMAN) else place + 1}" if of > 1 else ""
    notes = [f"Chỉ số được làm tròn đến {table.decimals} chữ số thập phân theo Bộ tiêu chí;"
             " thứ hạng xác định trên chỉ số chưa làm tròn."]  # fmt: skip
    if any(row.lengthened for row in table.ranked):
        notes.append("Các đơn vị có chỉ số làm tròn trùng nhau nhưng khác thứ hạng được ghi chỉ số"
                     " đến bốn chữ số thập phân hoặc hơn.")  # fmt: skip
    if any(number > 1 for number in held.values()):
        notes.append("Các đơn vị có chỉ số bằng nhau xếp cùng hạng; hạng kế tiếp được bỏ qua.")
    return Annex(
        heading or "Phụ lục", clean(table.group), tuple(ranked), tuple(others),
        (*notes, *replaced),
    )  # fmt: skip


def _entry(row: _Place, number: int, words: AnnexWords, note: str) -> Entry:
    rank = words.missing if row.rank is None else str(row.rank)
    index = row.index or words.missing
    return Entry(str(number), rank, clean(row.unit), index, clean(row.band), note)
