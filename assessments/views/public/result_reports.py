"""The report of the results of a publication: the stored page."""

import re

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from assessments import press
from assessments.choices import PublicationKind
from assessments.queries.public import published
from assessments.views.public import frozen

_YEAR = re.compile("[0-9]{4}")


@require_safe
def report(request: HttpRequest, key: str) -> HttpResponse:
    """Serve the stored report; a year in place of a publication leads there.

    Raise Http404 when the figures in force of a year are a record of the press: it has no report.
    """
    now = timezone.now()
    if not _YEAR.fullmatch(key) or published.publication(now, key):
        return frozen.serve(request, request.path, now)
    press.ring(now)
    found = published.of_year(now, int(key))
    if found is None or found.kind == PublicationKind.RECORD:
        raise Http404
    return redirect("public:report", key=found.slug)
