"""What the index is, how it is computed and on what terms its data are given; facts, no figures."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assessments.views.public.answers import page


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """Say what the index is, who decides, how a year runs, and whom to ask."""
    return _page(request, "about", _("About the index"))


@require_safe
def method(request: HttpRequest) -> HttpResponse:
    """Say how points become an index, a rank and a band, and how anybody can check it."""
    return _page(request, "method", _("Method"))


@require_safe
def terms(request: HttpRequest) -> HttpResponse:
    """Say on what terms the data may be used."""
    return _page(request, "terms", _("Terms of data"))


def _page(request: HttpRequest, name: str, title: str) -> HttpResponse:
    above = [] if name == "about" else [(_("About the index"), reverse("public:about"))]
    return page(request, f"public/{name}.html", {"crumbs": [*above, (title, "")]}, by_etag=True)
