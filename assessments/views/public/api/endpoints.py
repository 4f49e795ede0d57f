"""The addresses of the API; each reads behind the embargo at the moment of the request."""

import json
from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from ninja import NinjaAPI, Path, Query
from ninja.errors import ValidationError
from ninja.renderers import BaseRenderer

from assessments import press
from assessments.queries.public import api as portal_api
from assessments.views.public.answers import site_base
from assessments.views.public.api import problems, shapes
from assessments.views.public.api.serving import served

Entries = Callable[[Any], list[dict[str, Any]]]


class Renderer(BaseRenderer):
    """Write JSON with Vietnamese letters as they are."""

    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> str:
        """Return the text of an answer."""
        return json.dumps(data, ensure_ascii=False)


class UnknownParameters(Exception):
    """A request with parameters that its address does not have."""


api = NinjaAPI(
    title="Chỉ số cải cách hành chính – dữ liệu mở",
    version="1",
    description=(
        "Read-only. Figures are decimal strings with a point and never rounded; what is missing is "
        "null. Answers carry an ETag. A problem is application/problem+json with a sentence."
    ),
    docs_url=None,
    urls_namespace="api",
    renderer=Renderer(),
)


@api.get(
    "/publications", response=shapes.PublicationPage, by_alias=True, operation_id="publications"
)
def publications(request: HttpRequest, asked: Query[shapes.PublicationFilter]) -> dict[str, Any]:
    """List the public publications, newest year first."""
    now = timezone.now()
    press.ring(now)
    rows = portal_api.publications(now, year=asked.year, kind=asked.kind)
    return _listed(request, asked, rows, lambda part: portal_api.publication_entries(part, now))


@api.get(
    "/publications/{id}", response=shapes.Publication, by_alias=True, operation_id="publication"
)
def publication(request: HttpRequest, id: Path[shapes.Code]) -> dict[str, Any]:
    """Give one publication."""
    _refuse_unknown(request, set())
    now = timezone.now()
    return portal_api.publication_entries([_public(id)], now)[0]


@api.get("/publications/{id}/results", response=shapes.ResultPage, operation_id="results")
def results(
    request: HttpRequest,
    id: Path[shapes.Code],
    asked: Query[shapes.ResultFilter],
) -> dict[str, Any]:
    """List the results of a publication by group, rank and name."""
    rows = portal_api.results(_public(id), group=asked.group, unit=asked.unit)
    return _listed(request, asked, rows, portal_api.result_entries)


@api.get("/publications/{id}/scores", response=shapes.ScorePage, operation_id="scores")
def scores(
    request: HttpRequest,
    id: Path[shapes.Code],
    asked: Query[shapes.ScoreFilter],
) -> dict[str, Any]:
    """List the leaves of a publication: of a result with `unit`, of all units with `criterion`."""
    rows = portal_api.scores(
        _public(id), group=asked.group, unit=asked.unit, criterion=asked.criterion
    )
    return _listed(request, asked, rows, portal_api.score_entries)


@api.get("/schemes", response=shapes.SchemePage, operation_id="schemes")
def schemes(request: HttpRequest, asked: Query[shapes.SchemeFilter]) -> dict[str, Any]:
    """List the issued schemes with their criteria."""
    rows = portal_api.schemes(group=asked.group, code=asked.code)
    return _listed(request, asked, rows, portal_api.scheme_entries)


@api.get("/units", response=shapes.UnitPage, operation_id="units")
def units(request: HttpRequest, asked: Query[shapes.UnitFilter]) -> dict[str, Any]:
    """List the units with their other names, predecessors and successors."""
    rows = portal_api.units(text=asked.q, group=asked.group)
    return _listed(request, asked, rows, portal_api.unit_entries)


def _public(slug: str) -> Any:
    now = timezone.now()
    found = portal_api.publication(now, slug)
    if found is None:
        raise Http404
    press.ring_for(found, now)
    return found


def _listed(
    request: HttpRequest, asked: shapes.Paging, rows: QuerySet[Any], entries: Entries
) -> dict[str, Any]:
    """Return the asked part of a list, with its length and the addresses of the parts beside it."""
    _refuse_unknown(request, set(type(asked).model_fields))
    total = rows.count()
    part = list(rows[asked.offset : asked.offset + asked.limit])
    after = asked.offset + asked.limit
    before = max(asked.offset - asked.limit, 0)
    return {
        "total": total,
        "limit": asked.limit,
        "offset": asked.offset,
        "next": _address(request, asked.limit, after) if after < total else None,
        "previous": _address(request, asked.limit, before) if asked.offset else None,
        "items": entries(part),
    }


def _address(request: HttpRequest, limit: int, offset: int) -> str:
    query = request.GET.copy()
    query["limit"], query["offset"] = str(limit), str(offset)
    return f"{site_base(request)}{request.path}?{query.urlencode()}"


def _refuse_unknown(request: HttpRequest, known: set[str]) -> None:
    if unknown := sorted(set(request.GET) - known):
        raise UnknownParameters(*unknown)


@api.exception_handler(Http404)
def _not_found(request: HttpRequest, error: Http404) -> HttpResponse:
    return problems.not_found(request)


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return problems.invalid(request, error)


@api.exception_handler(UnknownParameters)
def _unknown(request: HttpRequest, error: UnknownParameters) -> HttpResponse:
    return problems.unknown_parameters(request, list(error.args))


def missing(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Answer every other address below the API."""
    return problems.not_found(request)


def _patterns() -> list[URLPattern]:
    patterns: list[Any] = list(api.urls[0])
    for pattern in patterns:
        # ninja's own root answers with Django's page of what is not found; ours is a problem.
        view = missing if pattern.name == "api-root" else pattern.callback
        pattern.callback = served(view)
    return [*patterns, path("<path:rest>", served(missing), name="missing")]


urls = (_patterns(), "ninja", "api")
