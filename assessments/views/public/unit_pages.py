"""The page of a unit, live: its last year told in a minute, and its years in a row (design 5)."""

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assessments import charts, press
from assessments.queries.public import published, unit_story
from assessments.views.public.answers import page


@dataclass(frozen=True)
class Pictures:
    """A story with its charts."""

    story: unit_story.Story
    trend: charts.Trend
    dots: charts.Dots
    spread: charts.Spread
    gaps: charts.Gaps


@require_safe
def unit(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one unit over the years, each kind of figures by itself."""
    now = timezone.now()
    subject, series = published.unit(slug), published.unit_series(now, slug)
    for row in (row for section in series for row in section.rows):
        press.ring_for(row.result.publication, now)
    if subject is None and not series:
        raise Http404
    stories = {
        story.series.kind: _pictures(story)
        for story in unit_story.unit_stories(now, subject, series)
    }
    newest = series[0].latest.result if series else None
    name = subject.name if subject else newest and newest.unit_name
    context = {
        "unit": subject,
        "slug": slug,
        "name": name,
        "group": newest.group.name if newest else subject and subject.group.name,
        "sections": [(section, stories.get(section.kind)) for section in series],
        "noindex": any(section.is_illustrative for section in series),
        "nav": "rankings",
        "crumbs": [(_("Rankings"), reverse("public:rankings")), (name, "")],
    }
    return page(request, "public/unit.html", context, by_etag=True)


def _pictures(story: unit_story.Story) -> Pictures:
    return Pictures(
        story=story,
        trend=charts.trend(
            charts.TrendPoint(row.year, row.value, row.name, row.median, row.breaks)
            for row in story.years
        ),
        dots=charts.dots(story.fields),
        spread=charts.spread(story.peers.indexes, story.result.index, story.peers.median),
        gaps=charts.gaps(story.gaps),
    )
