"""Read the workbook of a dossier back; nothing is saved, and every fault names its cell."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import IO, Any

from django.utils.translation import gettext as _
from openpyxl.utils import get_column_letter

from assessments.errors import BadInput
from assessments.models import Submission
from assessments.resources import dossiers as form
from assessments.resources.cells import Entry, Faults, typed_text
from assessments.resources.dossiers import Identity, Line, Mark
from assessments.resources.merged import merged_areas
from assessments.resources.workbooks import BadWorkbook, Row, Rows, Table, open_sheets, read_table
from cchc.kit.sheets import cell_text
from cchc.kit.text import unaccent


@dataclass(frozen=True)
class Problem:
    """What is wrong in a workbook: the cell as Excel names it, its heading, the sentence."""

    text: str
    cell: str = ""
    heading: str = ""

    def __str__(self) -> str:
        if self.cell and self.heading:
            place = _("Cell %(cell)s (%(heading)s)") % asdict(self)
        else:
            place = _("Cell %(cell)s") % asdict(self) if self.cell else ""
        return f"{place}: {self.text}" if place else self.text


class BadSheet(BadInput):
    """A workbook that is not accepted; `problems` says why, cell by cell."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(_("The workbook was not accepted; nothing was saved."))
        self.problems = list(problems)


@dataclass(frozen=True)
class SheetRow:
    """What a workbook says of one leaf, and how the leaf stood when it was downloaded."""

    mark: Mark
    number: int
    texts: Mapping[str, str]

    @property
    def code(self) -> str:
        """Return the code of the leaf."""
        return self.mark.code

    @property
    def untouched(self) -> bool:
        """Tell whether the row still says what was downloaded."""
        return form.digest_of(self.texts) == self.mark.digest


def cell_of(number: int, name: str) -> str:
    """Return the address of an input in our own workbook, such as I12."""
    return f"{_LETTERS[name]}{number}"


def heading_of(name: str) -> str:
    """Return the heading over an input, nothing for what has no column."""
    return next((column.heading for column in form.INPUTS if column.key == name), "")


_LETTERS = {
    column.key: get_column_letter(place) for place, column in enumerate(form.COLUMNS, start=1)
}


def read_dossier(
    file: IO[bytes], submission: Submission, lines: Sequence[Line], *, max_bytes: int
) -> list[SheetRow]:
    """Return the rows of a workbook of this very dossier, one for every leaf that takes input.

    Raise BadSheet for a workbook of another unit, year or version, and with every bad cell.
    """
    try:
        sheets = open_sheets(file, max_bytes=max_bytes, hidden=(form.IDENTITY,))
    except BadWorkbook as bad:
        raise BadSheet([Problem(str(fault)) for fault in bad.faults]) from bad
    marks = _identified(sheets.get(form.IDENTITY), submission)
    if form.TABLE not in sheets:
        raise _refused(_("The workbook has no sheet “%s”.") % form.TABLE)
    _require_unmerged(file)
    return _Reader(lines, marks).read(sheets[form.TABLE])


def _require_unmerged(file: IO[bytes]) -> None:
    try:
        merged = merged_areas(file, form.TABLE)
    # A hostile file may name its sheets twice, once for each reader; all of it means the same.
    except Exception as error:
        raise _refused(_("The file is damaged or is not an Excel workbook (.xlsx).")) from error
    if merged:
        text = _("Cells are merged; divide them again.")
        raise BadSheet([Problem(text, area) for area in merged])


def _refused(text: str) -> BadSheet:
    return BadSheet([Problem(text)])


def _identified(rows: Rows | None, submission: Submission) -> dict[str, Mark]:
    """Return how each leaf stood, once the workbook is known to be of this dossier."""
    texts = [tuple(cell_text(cell.value) for cell in cells) for _number, cells in rows or []]
    held = {row[0]: row[1] for row in texts if len(row) > 1 and row[0] in _WORDS}
    if held.get(form.FORMAT_WORD) != form.FORMAT:
        raise _refused(
            _("This is no workbook downloaded from a dossier, or one of an old form. Download it "
              "again and fill in that one.")
        )  # fmt: skip
    found = Identity(**{key: held.get(word, "") for key, word in form.IDENTITY_WORDS.items()})
    marks = [
        Mark(row[0], int(row[1]), row[2]) for row in texts
        if len(row) > 2 and row[0] not in _WORDS and _VERSION.fullmatch(row[1])
    ]  # fmt: skip
    if held.get(form.CHECK_WORD) != form.checksum(found, marks):
        raise _refused(
            _("The hidden sheet “%s” was changed. Download the workbook again.") % form.IDENTITY
        )
    _require_same(found, Identity.of(submission))
    return {mark.code: mark for mark in marks}


_VERSION = re.compile(r"[0-9]{1,9}")
_LETTER = re.compile(r"[A-Z]{1,2}")
_WORDS = {form.FORMAT_WORD, form.CHECK_WORD, *form.IDENTITY_WORDS.values()}


def _require_same(found: Identity, own: Identity) -> None:
    shown = {"found": found.unit_code, "own": own.unit_code}
    if found.unit_code != own.unit_code:
        raise _refused(
            _("This is the workbook of the unit %(found)s; the dossier is of %(own)s.") % shown
        )
    if (found.year, found.illustrative) != (own.year, own.illustrative):
        shown = {"found": found.year, "own": own.year}
        if found.year == own.year:
            raise _refused(_("One of workbook and dossier is illustrative, the other is not."))
        raise _refused(
            _("This is the workbook of the year %(found)s; the dossier is of %(own)s.") % shown
        )
    if found != own:
        shown = {
            "found": f"{found.scheme_code}, {found.scheme_version}",
            "own": f"{own.scheme_code}, {own.scheme_version}",
        }
        raise _refused(
            _("The workbook follows the scheme %(found)s, the dossier %(own)s. Download it again.")
            % shown
        )


class _Reader:
    """One reading of the table: its faults, and the row of each code."""

    def __init__(self, lines: Iterable[Line], marks: Mapping[str, Mark]) -> None:
        self.lines = {line.score.criterion.code: line for line in lines}
        self.marks, self.faults = marks, Faults()
        self.rows: dict[str, int] = {}

    def read(self, rows: Rows) -> list[SheetRow]:
        columns = [form.CODE, *form.INPUTS]
        ignored = [column.heading for column in (*form.LABELS_BEFORE, *form.LABELS_AFTER)]
        table = read_table(form.TABLE, rows, columns, self.faults, ignored)
        found = [row for line in table.rows if (row := self._row(line))] if table else []
        for code in self.lines if table else ():
            if code not in self.rows:
                self.faults.add(
                    _("The row of criterion %s is missing.") % code, column=form.CODE.heading
                )
        if self.faults:
            raise BadSheet(list(self._problems(table)))
        return found

    def _problems(self, table: Table | None) -> Iterator[Problem]:
        places = {c.heading: table.columns.get(c.key) for c in form.COLUMNS} if table else {}
        for fault in self.faults:
            place = places.get(fault.column)
            letter = fault.column if place is None else get_column_letter(place + 1)
            if fault.row and _LETTER.fullmatch(letter):
                heading = "" if place is None else fault.column
                yield Problem(fault.message, f"{letter}{fault.row}", heading)
            else:
                yield Problem(str(fault))
        if self.faults.left_out:
            yield Problem(_("%(count)s more are not shown.") % {"count": self.faults.left_out})

    def _row(self, row: Row) -> SheetRow | None:
        entry = row["code"]
        code = entry.code(required=True)
        line, mark = self.lines.get(code), self.marks.get(code)
        if not code:
            return None
        if line is None or mark is None:
            entry.fail(_("This dossier has no leaf %s.") % code)
            return None
        if code in self.rows:
            shown = {"code": code, "row": self.rows[code]}
            entry.fail(_("Criterion %(code)s stands in row %(row)s already.") % shown)
            return None
        self.rows[code] = row.number
        for column in form.INPUTS:
            if column.key not in line.inputs and not row[column.key].blank:
                row[column.key].fail(_("Criterion %s takes nothing here.") % code)
        if not line.inputs:
            return None
        texts = {name: _text(row[name], name, line) for name in line.inputs}
        return SheetRow(mark, row.number, texts)


def _text(entry: Entry, name: str, line: Line) -> str:
    """Return what a cell says in the words of `dossiers.texts_of`; numbers as they were typed."""
    if name in form.PROSE:
        return form.prose(entry.prose(limit=form.MAX_PROSE))
    if name in form.NUMBERS:
        return typed_text(entry, percent=name == "claimed_percent")
    words: Mapping[str, Any] = {"met": form.MET_WORDS, "not_applicable": form.NA_WORDS}
    return _word(entry, words.get(name) or form.options_of(line.score))


def _word(entry: Entry, words: Mapping[str, str]) -> str:
    typed = typed_text(entry)
    for word, meaning in words.items():
        if typed and unaccent(typed) == unaccent(word):
            return meaning
    if typed:
        shown = {"value": typed[:60], "words": "; ".join(words)}
        entry.fail(_("“%(value)s” is not one of: %(words)s.") % shown)
    return ""
