"""Sentences built from figures: translated, with the names in them marked as Vietnamese.

A sentence is runs of text. Names are put in after the words were translated and are never read
as a template or as markup.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from assessments.papers.text import clean
from assessments.scoring import format_decimal, half_up

#: How many names a sentence lists before it counts the others.
LISTED = 15
_SLOT = re.compile(r"%\((\w+)\)s")
MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True)
class Run:
    """A piece of a sentence; a name stays Vietnamese in either language."""

    text: str
    is_name: bool = False


@dataclass(frozen=True)
class Sentence:
    """Runs of text that read as one sentence or as a part of one."""

    runs: tuple[Run, ...]

    def __str__(self) -> str:
        return "".join(run.text for run in self.runs)

    @property
    def html(self) -> SafeString:
        """Return the sentence escaped, each name marked as Vietnamese."""
        vi = (get_language() or "vi").startswith("vi")
        parts = [
            format_html('<span lang="vi">{}</span>', run.text)
            if run.is_name and not vi
            else format_html("{}", run.text)
            for run in self.runs
        ]
        return format_html_join("", "{}", ((part,) for part in parts))


def name(text: str) -> Sentence:
    """Return a name as a part of a sentence."""
    return Sentence((Run(clean(text), is_name=True),))


def say(template: str, **values: Sentence | str | int) -> Sentence:
    """Return the sentence of a translated template whose slots, `%(unit)s`, are filled."""
    runs: list[Run] = []
    # Text and the names of slots take turns.
    for place, piece in enumerate(_SLOT.split(template)):
        value = values[piece] if place % 2 else piece
        runs += value.runs if isinstance(value, Sentence) else (Run(str(value)),)
    return Sentence(tuple(run for run in runs if run.text))


def listed(parts: Sequence[Sentence], most: int = LISTED) -> Sentence:
    """Return the parts as a list in words; beyond `most`, and one more, the rest is counted."""
    if len(parts) > most + 1:
        rest = len(parts) - most
        others = ngettext("%(count)s other", "%(count)s others", rest)
        parts = [*parts[:most], say(others, count=rest)]
    if len(parts) == 1:
        return parts[0]
    # Parts with commas of their own are held apart by semicolons.
    mark = "; " if any("," in str(part) or ";" in str(part) for part in parts) else ", "
    head: list[Run] = []
    for place, part in enumerate(parts[:-1]):
        head += [*([Run(mark)] if place else []), *part.runs]
    return say(_("%(first)s and %(last)s"), first=Sentence(tuple(head)), last=parts[-1])


def shown(value: Decimal | Fraction, places: int) -> str:
    """Return a figure with `places` decimals, rounded half up once, by the active language."""
    return _marked(format_decimal(half_up(value, places), places))


def plain(value: Decimal) -> str:
    """Return stored points with the decimals that they need."""
    return _marked(format_decimal(value))


def signed(value: Decimal | Fraction, places: int) -> str:
    """Return a change with its sign; one that prints as zero has none."""
    text = shown(value if value > 0 else -value, places)
    if not text.strip("0,."):
        return text
    return f"{'+' if value > 0 else MINUS}{text}"


def _marked(text: str) -> str:
    return text if (get_language() or "vi").startswith("vi") else text.replace(",", ".")
