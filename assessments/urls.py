"""Public addresses, the same in both languages; design 5 lists what each one shows."""

from django.urls import path

from assessments.views.public import (
    about,
    catalog,
    comparison,
    feeds,
    opendata,
    ranking_pages,
    result_reports,
    sitemaps,
    unit_pages,
)
from assessments.views.public import pages as public

app_name = "public"
urlpatterns = [
    path("", public.home, name="home"),
    path("xep-hang/", public.rankings, name="rankings"),
    path("xep-hang/<slug:key>/", ranking_pages.ranking_of, name="ranking_of"),
    path("xep-hang/<slug:key>/bao-cao/", result_reports.report, name="report"),
    path("xep-hang/<slug:key>/<str:group>/", ranking_pages.ranking, name="ranking"),
    path("so-sanh/", comparison.comparison, name="comparison"),
    path("tim-don-vi/", public.search, name="search"),
    path("don-vi/<slug:slug>/", unit_pages.unit, name="unit"),
    path("don-vi/<slug:slug>/ban-tin.atom", feeds.unit_feed, name="unit_feed"),
    path("don-vi/<slug:slug>/<slug:publication>/", public.scorecard, name="scorecard"),
    path("bo-tieu-chi/", public.schemes, name="schemes"),
    path("bo-tieu-chi/<slug:code>/", public.scheme, name="scheme"),
    path("du-lieu-mo/", opendata.page, name="opendata"),
    path("du-lieu-mo/index.json", opendata.index, name="data_index"),
    path("du-lieu-mo/catalog.jsonld", catalog.catalog, name="catalog"),
    path("du-lieu-mo/tinh-lai.py", opendata.script, name="script"),
    path("du-lieu-mo/tinh-hang.py", opendata.short_script, name="short_script"),
    path("du-lieu-mo/<slug:name>.json", opendata.file, name="data"),
    path("du-lieu-mo/<str:name>.csv", opendata.file, name="csv"),
    path("du-lieu-mo/<slug:name>.xlsx", opendata.file, name="workbook"),
    path("du-lieu-mo/<slug:name>.pdf", opendata.file, name="report_pdf"),
    path("du-lieu-mo/<str:name>.png", opendata.file, name="share_image"),
    path("gioi-thieu/", about.about, name="about"),
    path("phuong-phap/", about.method, name="method"),
    path("dieu-khoan-du-lieu/", about.terms, name="terms"),
    path("tiep-can/", public.accessibility, name="accessibility"),
    path("so-do/", public.sitemap, name="sitemap"),
    path("robots.txt", sitemaps.robots, name="robots"),
    path("sitemap.xml", sitemaps.sitemap_xml, name="sitemap_xml"),
]
