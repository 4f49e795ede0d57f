"""The trend over the years: a line that stops wherever two years cannot be compared."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby, pairwise

from assessments.charts.scale import Scale, nice, number

#: Pixels from the top: the first and the last line of the grid, and the whole picture.
TOP, FOOT, HEIGHT = 44, 188, 220
#: Percent of the width: the plot leaves room for the figures of the scale at its left.
_LEFT, _RIGHT = Decimal(14), Decimal(90)
#: With more years than this, only some are written below and only the last value above.
_ROOM = 7
_STEPS = 4
#: Points of the index: a scale finer than this would make a slope of every small change.
_LEAST_STEP = Decimal(5)


@dataclass(frozen=True)
class TrendPoint:
    """One value of one year.

    `name` is the predecessor that it belongs to, empty for the unit itself. `median` is the
    group's. `breaks` say in words why it cannot be compared with the year before.
    """

    year: int
    value: Decimal | None
    name: str = ""
    median: Decimal | None = None
    breaks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Mark:
    """A point with its places; those of a missing value or median are empty."""

    point: TrendPoint
    x: str
    y: str
    median_y: str
    text_y: str
    written: bool


@dataclass(frozen=True)
class Segment:
    """A line from one comparable year to the next."""

    x1: str
    y1: str
    x2: str
    y2: str


@dataclass(frozen=True)
class Break:
    """A place where the line stops, numbered, with its reasons in words."""

    number: int
    year: int
    x: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class Level:
    """A line of the grid: its value and how far down it runs."""

    value: Decimal
    y: str
    text_y: str


@dataclass(frozen=True)
class Trend:
    """The marks, the lines between them and the breaks, oldest year first."""

    marks: list[Mark]
    segments: list[Segment]
    breaks: list[Break]
    levels: list[Level]
    years: list[tuple[int, str]]
    top: int = TOP
    foot: int = FOOT
    height: int = HEIGHT

    @property
    def last(self) -> TrendPoint:
        """Return the newest point. Raise IndexError for a trend without points."""
        return self.marks[-1].point

    @property
    def before(self) -> TrendPoint | None:
        """Return the point that the newest is joined to by a line, or None."""
        joined = bool(self.segments) and self.segments[-1].x2 == self.marks[-1].x
        return self.marks[-2].point if joined else None

    @property
    def has_predecessors(self) -> bool:
        """Tell whether some point belongs to a predecessor."""
        return any(mark.point.name for mark in self.marks)

    @property
    def has_medians(self) -> bool:
        """Tell whether some median is known."""
        return any(mark.median_y for mark in self.marks)

    @property
    def numbers(self) -> dict[int, int]:
        """Return the number of the break before a year."""
        return {row.year: row.number for row in self.breaks}


def trend(points: Iterable[TrendPoint]) -> Trend:
    """Return the trend of points of one kind; several in a year are several predecessors'."""
    given = sorted(points, key=lambda point: point.year)
    shown = [value for row in given for value in (row.value, row.median) if value is not None]
    scale = nice(shown, most=_STEPS, least_step=_LEAST_STEP)
    span = range(given[0].year, given[-1].year + 1) if given else range(0)
    places = dict(zip(span, _across(len(span)), strict=True))
    crowded = len(span) > _ROOM
    marks = [_mark(row, places, scale, row is given[-1] or not crowded) for row in given]
    return Trend(
        marks=marks,
        segments=_segments(marks),
        breaks=_breaks(given, places),
        levels=[_level(tick.value, scale) for tick in scale.ticks],
        years=_years(places, crowded),
    )


def _across(count: int) -> list[Decimal]:
    if count == 1:
        return [(_LEFT + _RIGHT) / 2]
    return [_LEFT + (_RIGHT - _LEFT) * n / (count - 1) for n in range(count)]


def _down(value: Decimal, scale: Scale) -> Decimal:
    return FOOT - scale.share(value) * (FOOT - TOP)


def _level(value: Decimal, scale: Scale) -> Level:
    y = _down(value, scale)
    return Level(value, number(y), number(y + 4))


def _mark(point: TrendPoint, places: dict[int, Decimal], scale: Scale, written: bool) -> Mark:
    x = f"{number(places[point.year])}%"
    median = "" if point.median is None else number(_down(point.median, scale))
    if point.value is None:
        return Mark(point, x, "", median, "", False)
    y = _down(point.value, scale)
    under = point.median is not None and point.median > point.value
    # The figure stands away from the median's mark, and below the top of the picture.
    text = y + 22 if under and y + 22 < FOOT else y - 12
    return Mark(point, x, number(y), median, number(text), written)


def _segments(marks: list[Mark]) -> list[Segment]:
    alone = [
        found[0]
        for _year, rows in groupby(marks, key=lambda mark: mark.point.year)
        if len(found := list(rows)) == 1
    ]
    return [
        Segment(one.x, one.y, two.x, two.y) for one, two in pairwise(alone) if _joined(one, two)
    ]


def _joined(one: Mark, two: Mark) -> bool:
    follows = two.point.year == one.point.year + 1
    same = one.point.name == two.point.name
    return bool(follows and same and one.y and two.y and not two.point.breaks)


def _breaks(points: list[TrendPoint], places: dict[int, Decimal]) -> list[Break]:
    found: dict[int, list[str]] = {}
    for point in points:
        words = found.setdefault(point.year, [])
        words += [word for word in point.breaks if word not in words]
    broken = [(year, words) for year, words in found.items() if words and year - 1 in places]
    return [
        Break(n, year, f"{number((places[year - 1] + places[year]) / 2)}%", tuple(words))
        for n, (year, words) in enumerate(broken, start=1)
    ]


def _years(places: dict[int, Decimal], crowded: bool) -> list[tuple[int, str]]:
    every = -(-len(places) // _ROOM) if crowded else 1
    last = max(places, default=0)
    return [
        (year, f"{number(place)}%") for year, place in places.items() if (last - year) % every == 0
    ]
