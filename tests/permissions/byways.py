"""Where somebody might look for what the lists do not show: searches, filters, orders, pages."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.test import Client
from django.urls import reverse

from assessments.models import Appeal, CriterionScore, Explanation, Meeting
from assessments.queries.grid_facts import FILTERS
from tests.permissions.secrets import Secrets

_ADMIN = "/admin/assessments"
_GRID = f"{_ADMIN}/criterionscore/luoi"
_BOARD = f"{_ADMIN}/cycle/{{cycle}}/tien-do/"
_SEARCHES = (
    f"{_ADMIN}/submission/?q=Mật",
    f"{_ADMIN}/submission/?q={{code}}",
    f"{_ADMIN}/criterionscore/?q={{code}}",
    f"{_ADMIN}/appraisal/?q=1.3",
    f"{_ADMIN}/submission/?state=appraising",
    f"{_ADMIN}/submission/?group__id__exact={{group}}",
    f"{_ADMIN}/explanation/?q={{code}}",
    f"{_ADMIN}/event/?q=save",
    f"{_ADMIN}/surveyresult/?q={{code}}",
    f"{_ADMIN}/appeal/?q={{code}}",
    f"{_ADMIN}/appeal/?q=Mật",
    f"{_ADMIN}/declaredconflict/?q=Hội",
    "/admin/units/unit/?q=Mật",
    "/admin/autocomplete/?term=Mật&app_label=units&model_name=membership&field_name=unit",
    "/admin/autocomplete/?term=Mật&app_label=assessments&model_name=councilmember&field_name=unit",
    "/admin/autocomplete/?term=1.3&app_label=assessments&model_name=appraisal&field_name=score",
    "/tim-don-vi/?q=Mật",
)
_FILTERS = (
    f"{_ADMIN}/appeal/?state__exact=filed",
    f"{_ADMIN}/appeal/?state__exact=rejected",
    f"{_ADMIN}/appeal/?kind__exact=appeal",
    f"{_ADMIN}/appeal/?waiting=mine",
    f"{_ADMIN}/appeal/?waiting=overdue",
    f"{_ADMIN}/criterionscore/?appraised=yes",
    f"{_ADMIN}/criterionscore/?appraised=no",
    f"{_BOARD}?group={{group}}&state=appraising",
    f"{_BOARD}?state=appraised",
    f"{_BOARD}bang/?group={{group}}&state=appraising",
    f"{_ADMIN}/cycle/duyet/{{part}}/xac-nhan/?dossier={{submission}}",
    *(f"{_GRID}/{{leaf}}/?loc={word}" for word in ("", *FILTERS)),
    f"{_GRID}/{{leaf}}/dong-y/?loc=chua-cham",
    "/hop-thu/?loc=chua-doc",
)
_PAGES = (
    f"{_ADMIN}/cycle/{{cycle}}/thong-nhat-muc-cham/?page=2",
    f"{_ADMIN}/meeting/{{meeting}}/chuong-trinh/?page=2",
    f"{_BOARD}?page=2",
    f"{_GRID}/{{leaf}}/?moi-trang=200&page=1",
    f"{_GRID}/{{leaf}}/?moi-trang=1&page=2",
    f"{_GRID}/{{leaf}}/?ky={{year}}",
    f"{_ADMIN}/criterionscore/?p=1",
    f"{_ADMIN}/submission/?all=",
    "/hop-thu/?page=2",
    "/hop-thu/{message}/",
    f"{_ADMIN}/appeal/{{appeal}}/change/",
    f"{_ADMIN}/explanation/{{explanation}}/change/",
    f"{_ADMIN}/criterionscore/{{abstained}}/xet/",
    f"{_ADMIN}/criterionscore/{{decided}}/xet/",
    f"{_ADMIN}/submission/{{submission}}/tham-dinh/?loc=chua-cham",
)
_OPEN = (
    "/xep-hang/{year}/",
    "/xep-hang/{year}/{group_code}/",
    "/du-lieu-mo/{year}.json",
    "/du-lieu-mo/{year}-{group_code}.csv",
    "/du-lieu-mo/{year}-diem-tieu-chi.csv",
    "/xep-hang/{year}/bao-cao/",
    "/du-lieu-mo/{year}.xlsx",
    "/du-lieu-mo/{year}-bao-cao.pdf",
    "/du-lieu-mo/{year}-{group_code}.png",
    "/don-vi/{slug}/",
    "/don-vi/{slug}/ban-tin.atom",
    "/don-vi/{slug}/{year}/",
    "/",
    "/du-lieu-mo/",
    "/du-lieu-mo/index.json",
    "/sitemap.xml",
    "/en/",
    "/en/xep-hang/{year}/",
    "/en/don-vi/{slug}/{year}/",
    "/media/{file}",
    "/media/{minutes}",
    "/{file}",
    "/static/{file}",
)
#: Lists by each of their columns, up and down, and with the counts of their filters.
_LISTS = (
    "submission", "criterionscore", "appraisal", "explanation", "councildecision", "adjustment",
    "appeal", "approval", "surveyresult", "declaredconflict", "event",
)  # fmt: skip
_ORDERS = tuple(
    f"{_ADMIN}/{model}/?{query}"
    for model in _LISTS
    for query in ("o=1", "o=-3.4", "o=-5", "_facets=True")
)
BYWAYS = (*_SEARCHES, *_FILTERS, *_PAGES, *_OPEN, *_ORDERS)
#: Tables that leave by a form.
EXPORTS = ("assignment", "surveyresult")


def byways(secrets: Secrets) -> Iterator[str]:
    """Yield every byway, about the first unit's things."""
    year, first = secrets.year, secrets.year.first
    meeting = Meeting.objects.get()
    names = {
        "code": first.unit.code, "group": year.group.pk, "year": year.cycle.year,
        "group_code": year.group.code.lower(), "slug": first.unit.slug, "cycle": year.cycle.pk,
        "part": year.cycle_scheme.pk, "submission": first.submission.pk, "meeting": meeting.pk,
        "file": secrets.revision.file.name, "minutes": meeting.minutes_file.name,
        "leaf": year.criterion("1.3").pk, "message": secrets.told["employed"].pk,
        "appeal": Appeal.objects.exclude(answer="").get().pk,
        "explanation": Explanation.objects.exclude(answer="").get().pk,
        "abstained": CriterionScore.objects.get(abstentions__isnull=False).pk,
        "decided": CriterionScore.objects.get(decision__isnull=False).pk,
    }  # fmt: skip
    yield from (byway.format(**names) for byway in BYWAYS)


def visits(secrets: Secrets, browser: Client) -> Iterator[tuple[str, Any]]:
    """Yield each byway and each export with its answer."""
    for address in byways(secrets):
        yield address, browser.get(address)
    for model in EXPORTS:
        address = reverse(f"admin:assessments_{model}_export")
        shown: Any = next(a for m, a in admin.site._registry.items() if m._meta.model_name == model)
        resource = shown.resource_classes[0]
        ticked = {f"{resource.__name__.lower()}_{name}": "on" for name in resource.fields}
        for number in range(2):
            yield address, browser.post(address, {"format": number, "resource": "", **ticked})
