"""Which publication replaces which: the one place that follows the chain of corrections."""

import datetime as dt
from collections.abc import Iterable

from assessments.models import Publication

#: The publication that corrects another, by the corrected one's key.
After = dict[int, Publication]


def after(rows: Iterable[Publication]) -> After:
    """Return which of the rows corrects which other one, or one that is not among them."""
    return {row.corrects_id: row for row in rows if row.corrects_id}


def corrections_of(at: dt.datetime, publications: Iterable[Publication]) -> After:
    """Return what is public at `at` and corrects one of the publications. One statement."""
    return after(Publication.objects.public(at).filter(corrects__in=list(publications)))


def chain(of: Publication, known: After) -> list[Publication]:
    """Return a publication and every later correction of it, the one in force last."""
    found = [of]
    while later := known.get(found[-1].pk):
        found.append(later)
    return found


def last(of: Publication, known: After) -> Publication | None:
    """Return the newest correction of a publication; None when it is in force itself."""
    newest = chain(of, known)[-1]
    return None if newest is of else newest
