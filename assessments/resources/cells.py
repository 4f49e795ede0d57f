"""Read one cell as what it should be; a fault names sheet, row and column in words."""

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from assessments.queries.wording import sentence
from assessments.scoring import Reason, ScoringError, parse_points
from cchc.kit.text import nfc, squeeze, unaccent

T = TypeVar("T")
MOST_FAULTS = 200
#: The largest points, weights and indexes a sheet may hold; anything above is a slip.
MOST_POINTS = Decimal(9999)
MOST_LIMIT = Decimal(99_999_999)
_FORMULA_LIKE = re.compile(r"'*\s*[=+\-@＝＋－＠]")
_CODE = re.compile(r"[0-9A-Za-z]+(\.[0-9A-Za-z]+)*")
_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")


@dataclass(frozen=True)
class Column:
    """One column of a table (or one line of a form): key, heading, need, width, text format."""

    key: str
    heading: str
    required: bool = False
    width: int = 14
    text: bool = False


@dataclass(frozen=True)
class Fault:
    """What is wrong and where; `row` counts from 1 as Excel shows it, `column` is its heading."""

    message: str
    sheet: str = ""
    row: int | None = None
    column: str = ""

    def __str__(self) -> str:
        parts = []
        if self.sheet:
            parts.append(_("sheet “%(sheet)s”") % {"sheet": self.sheet})
        if self.row is not None:
            parts.append(_("row %(row)s") % {"row": self.row})
        if self.column:
            parts.append(_("column “%(column)s”") % {"column": self.column})
        place = ", ".join(parts)
        return f"{place[:1].upper()}{place[1:]}: {self.message}" if place else self.message


@dataclass
class Faults:
    """The faults of one file, the first 200 kept and the rest counted."""

    kept: list[Fault] = field(default_factory=list)
    left_out: int = 0

    def add(
        self, message: str | Promise, *, sheet: str = "", row: int | None = None, column: str = ""
    ) -> None:
        """Add one fault."""
        if len(self.kept) < MOST_FAULTS:
            self.kept.append(Fault(str(message), sheet, row, column))
        else:
            self.left_out += 1

    def __bool__(self) -> bool:
        return bool(self.kept)

    def __iter__(self) -> Iterator[Fault]:
        return iter(self.kept)

    def __len__(self) -> int:
        return len(self.kept) + self.left_out


def escaped(text: str) -> str:
    """Return text that no spreadsheet takes for a formula; `unescaped` gives it back."""
    return f"'{text}" if _FORMULA_LIKE.match(text) else text


def unescaped(text: str) -> str:
    """Return the text that `escaped` was given."""
    return text[1:] if text.startswith("'") and _FORMULA_LIKE.match(text) else text


class Entry:
    """One cell with its place; the readers return None or a default where they add a fault."""

    def __init__(self, cell: Any, sheet: str, row: int, column: str, faults: Faults) -> None:
        self._cell, self._faults = cell, faults
        self.place = {"sheet": sheet, "row": row or None, "column": column}
        self.faulty = False

    def fail(self, message: str | Promise) -> None:
        """Add a fault at this cell."""
        self.faulty = True
        self._faults.add(message, **self.place)  # type: ignore[arg-type]

    @property
    def _value(self) -> Any:
        value = getattr(self._cell, "value", None)
        return None if isinstance(value, str) and not value.strip() else value

    @property
    def blank(self) -> bool:
        """Tell whether the cell holds nothing."""
        return self._value is None

    @property
    def _is_number(self) -> bool:
        return isinstance(self._value, (int, float)) and not isinstance(self._value, bool)

    def _readable(self, required: bool) -> bool:
        """Tell whether there is a plain value; add a fault for formulas, errors, missing values."""
        kind = getattr(self._cell, "data_type", "n")
        if self.blank:
            if required:
                self.fail(_("A value is needed."))
            return False
        if kind == "f":
            self.fail(_("The cell holds a formula; paste its value instead."))
        elif kind == "e":
            self.fail(_("The cell holds an error of the spreadsheet."))
        return kind not in "fe"

    def _typed(self) -> str:
        """Return what a person would have typed into the cell."""
        value = self._value
        if isinstance(value, float):
            return f"{Decimal(repr(value)):f}".removesuffix(".0")
        return str(value)

    def text(self, *, required: bool = False, limit: int = 500) -> str:
        """Read one line of text, at most `limit` characters."""
        return squeeze(self.prose(required=required, limit=limit))

    def prose(self, *, required: bool = False, limit: int = 5000) -> str:
        """Read paragraphs of text, at most `limit` characters."""
        if not self._readable(required):
            return ""
        if isinstance(self._value, (dt.date, dt.time, dt.timedelta)):
            self.fail(_("Text is expected, not a date; format the column as text."))
            return ""
        text = nfc(unescaped(self._typed().replace("\r\n", "\n").replace("_x000D_", ""))).strip()
        if len(text) > limit:
            self.fail(_("The text is longer than %(limit)s characters.") % {"limit": limit})
            return ""
        return text

    def code(self, *, required: bool = False, limit: int = 20) -> str:
        """Read a code such as 1.10; a numeric cell is refused: it may have lost a zero (0.12)."""
        if not self._readable(required):
            return ""
        if not isinstance(self._value, str):
            self.fail(
                _(
                    "The code is stored as a number or date, so 1.10 would read as 1.1; "
                    "format the column as text and type the code again."
                )
            )
            return ""
        text = squeeze(self._value).removesuffix(".")
        if len(text) > limit or not _CODE.fullmatch(text):
            self.fail(_("“%(code)s” is not a code like 1.2.3.") % {"code": text[:40]})
            return ""
        return text

    def points(self, *, required: bool = False, most: Decimal = MOST_POINTS) -> Decimal | None:
        """Read points: one decimal mark, at most four decimals, not negative, at most `most`."""
        return self._number(required=required, most=most, percent=False)

    def percent(self, *, required: bool = False, most: Decimal = MOST_LIMIT) -> Decimal | None:
        """Read a percentage; a cell formatted as percent holds 0.8 where it shows 80 %."""
        return self._number(required=required, most=most, percent=True)

    def _number(self, *, required: bool, most: Decimal, percent: bool) -> Decimal | None:
        if not self._readable(required):
            return None
        typed = self._typed()
        if percent and not self._is_number:
            typed = typed.strip().removesuffix("%")
        try:
            value = parse_points(typed, field=str(self.place["column"]))
        except ScoringError as error:
            self.fail(sentence(error.reason, error.params))
            return None
        if self._is_number and "%" in str(getattr(self._cell, "number_format", "")):
            if not percent:
                self.fail(_("The cell is formatted as a percentage; type the points themselves."))
                return None
            value *= 100
        if value > most:
            params: dict[str, str | Decimal] = {"field": str(self.place["column"]), "value": value}
            self.fail(sentence(Reason.TOO_LARGE, params))
            return None
        return value

    def whole(self, *, required: bool = False, most: int = 9999) -> int | None:
        """Read a whole number from 0 to `most`."""
        value = self.points(required=required, most=Decimal(most))
        if value is not None and value != int(value):
            params: dict[str, str | Decimal] = {"field": str(self.place["column"]), "value": value}
            self.fail(sentence(Reason.NOT_WHOLE, params))
            return None
        return None if value is None else int(value)

    def choice(self, words: Mapping[str, T], default: T) -> T:
        """Read one of `words` (accents and case aside) or a value's own code."""
        if not self._readable(False):
            return default
        typed = unaccent(self._typed())
        for word, value in words.items():
            if typed in (unaccent(word), str(value).casefold()):
                return value
        shown = {"value": squeeze(self._typed())[:60], "words": ", ".join(words)}
        self.fail(_("“%(value)s” is not one of: %(words)s.") % shown)
        return default

    def day(self) -> dt.date | None:
        """Read a day: a date cell, or text as dd/mm/yyyy."""
        if not self._readable(False):
            return None
        if isinstance(self._value, dt.datetime):
            return self._value.date()
        match = _DAY.fullmatch(self._typed().strip())
        try:
            if match:
                return dt.date(int(match[3]), int(match[2]), int(match[1]))
        except ValueError:
            pass
        self.fail(_("A date is expected as day/month/year."))
        return None


def typed_text(entry: Entry, *, percent: bool = False) -> str:
    """Return what a person would have typed for a word or a number, to be judged elsewhere.

    A number has the fifteen digits that spreadsheets show; 0.8 shown as 80 % is 80 where a
    `percent` is meant. Add a fault for a formula, an error or a date.
    """
    value = entry._value
    if not entry._readable(False):
        return ""
    if isinstance(value, (dt.date, dt.time, dt.timedelta)):
        entry.fail(_("A number is expected, not a date; type the number again."))
        return ""
    if not entry._is_number:
        return squeeze(unescaped(str(value)))
    number = Decimal(f"{value:.15g}" if isinstance(value, float) else value)
    if "%" in str(getattr(entry._cell, "number_format", "")):
        if not percent:
            entry.fail(_("The cell is formatted as a percentage; type the number itself."))
            return ""
        number *= 100
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
