"""What a scorecard tells beyond its leaves: lost points, the group beside, claim against end."""

from typing import Any

from django.utils.translation import gettext as _

from assessments import charts
from assessments.models import PublishedResult
from assessments.queries.public import published
from assessments.queries.public.leaf_story import gap_sums
from assessments.queries.public.losses import losses
from assessments.queries.public.peers import field_rows, peers
from assessments.queries.public.rankings import Ranking

#: By group its number of ranked units, and by field the group's median and best.
Beside = dict[int, tuple[int, dict[str, Any]]]


def beside(tables: list[Ranking]) -> Beside:
    """Return what every scorecard of a group is compared with, computed once a group."""
    return {
        table.group.pk: (len(table.ranked), peers(row.result for row in table.ranked).by_field)
        for table in tables
    }


def scorecard_context(result: PublishedResult, groups: Beside) -> dict[str, Any]:
    """Return the leaves of a result by field, what it lost, and its charts."""
    ranked, by_field = groups[result.group_id]
    scores = result.scores.all()
    return {
        "result": result,
        "peers": ranked,
        "sheet": published.sheet(result),
        "lost": losses(result, scores),
        "dots": charts.dots(field_rows(result, by_field)),
        "gaps": charts.gaps(gap_sums(result, scores)),
    }


def scorecard_words(year: int) -> dict[str, str]:
    """Return the heads of a scorecard, looked up once and not once a leaf."""
    return {
        "leaves": _("Points by criterion"),
        "criterion": _("Criterion"),
        "highest": _("Highest points"),
        "self": _("Self-assessed"),
        "appraised": _("Appraised"),
        "final": _("Final"),
        "trace": _("How the points come about"),
        "na": _("does not apply"),
        "dots": _("Each field against the group, %(year)d") % {"year": year},
        "gaps": _("Self-assessed against final points, %(year)d") % {"year": year},
    }
