"""Cells of imported and exported tables: text, days and words (design 0.12)."""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from import_export import widgets

from cchc.kit.sheets import cell_text
from cchc.kit.text import fold, squeeze

YES, NO = "Có", "Không"
_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ]00:00(?::00)?)?")


class TextWidget(widgets.Widget):
    """One line of text in NFC; `blank` is what an empty cell means."""

    def __init__(self, blank: str | None = "") -> None:
        super().__init__()
        self.blank = blank

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        """Refuse a number with decimals: Excel has already changed what was typed (design 0.12)."""
        if isinstance(value, float) and not value.is_integer():
            raise ValueError(_("The cell holds a number; format it as text and type it again."))
        return squeeze(cell_text(value)) or self.blank

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        """Print the text."""
        return cell_text(value)


class DayWidget(widgets.Widget):
    """A day written dd/mm/yyyy, or a date cell of Excel."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> dt.date | None:
        """Return the day, None for an empty cell; raise ValueError for anything else."""
        if isinstance(value, dt.datetime):
            return value.date()
        if value is None or isinstance(value, dt.date):
            return value
        text = squeeze(cell_text(value))
        if not text:
            return None
        try:
            if match := _DAY.fullmatch(text):
                return dt.date(int(match[3]), int(match[2]), int(match[1]))
            if match := _ISO_DAY.fullmatch(text):
                return dt.date(int(match[1]), int(match[2]), int(match[3]))
        except ValueError:
            pass
        raise ValueError(_("“%(text)s” is not a day; write dd/mm/yyyy.") % {"text": text})

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        """Print the day as dd/mm/yyyy."""
        return cell_text(value)


class ChoiceWidget(widgets.Widget):
    """One of several words; the file's words do not change with the language of the page."""

    def __init__(
        self, words: Mapping[str, Any], other: Mapping[str, Any] | None = None, blank: Any = None
    ) -> None:
        super().__init__()
        self.words = words
        self.blank = blank
        self.known = {fold(word): value for word, value in {**(other or {}), **words}.items()}

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        """Return the value of the word; raise ValueError that lists the words."""
        text = squeeze(cell_text(value))
        if not text:
            return self.blank
        if fold(text) not in self.known:
            raise ValueError(
                _("“%(text)s” is not one of: %(words)s.")
                % {"text": text, "words": ", ".join(self.words)}
            )
        return self.known[fold(text)]

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        """Print the first word that has this value."""
        return next((word for word, known in self.words.items() if known == value), "")


class YesNoWidget(ChoiceWidget):
    """Có or Không; an empty cell means `blank`."""

    def __init__(self, blank: bool) -> None:
        other = {"x": True, "1": True, "true": True, "yes": True}
        other |= {"0": False, "false": False, "no": False}
        super().__init__({YES: True, NO: False}, other, blank)
