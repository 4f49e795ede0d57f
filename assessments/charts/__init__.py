"""Geometry of the portal's charts: plain values in, dataclasses out (design 5).

Pure: labels and Decimals, no rows, no words, no Django. Across the page everything is placed in
percent of the width, downwards in pixels: a chart stretches to a phone and its text keeps its
size. The tags of templatetags/charts.py draw what is measured here.
"""

from assessments.charts.dots import DotRow, Dots, dots
from assessments.charts.gaps import GapRow, Gaps, gaps
from assessments.charts.scale import Scale, Tick, nice
from assessments.charts.spread import Bin, Spread, spread
from assessments.charts.trend import Break, Mark, Segment, Trend, TrendPoint, trend

__all__ = [
    "Bin",
    "Break",
    "DotRow",
    "Dots",
    "GapRow",
    "Gaps",
    "Mark",
    "Scale",
    "Segment",
    "Spread",
    "Tick",
    "Trend",
    "TrendPoint",
    "dots",
    "gaps",
    "nice",
    "spread",
    "trend",
]
