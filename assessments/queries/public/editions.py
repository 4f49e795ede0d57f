"""What is public at a moment, in a form that is cheap to compare with what was public before."""

import datetime as dt
from typing import NamedTuple

from django.db.models import Q

from assessments.choices import PublicationState
from assessments.models import Publication


class Edition(NamedTuple):
    """The public publications by key and state, and when the next one is due, as far as known."""

    public: frozenset[tuple[int, str]]
    next_at: dt.datetime | None


def edition(at: dt.datetime) -> Edition:
    """Return what is public at `at`; two that are equal show the same stored pages."""
    due = Q(pk__in=Publication.objects.public(at))
    to_come = Q(state=PublicationState.SCHEDULED, published_at__gt=at)
    rows = Publication.objects.filter(due | to_come).values_list("pk", "state", "published_at")
    moments = [moment for _pk, _state, moment in rows if moment and moment > at]
    public = frozenset((pk, state) for pk, state, moment in rows if moment and moment <= at)
    return Edition(public, min(moments, default=None))
