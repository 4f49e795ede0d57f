"""Addresses of the portal: public pages in two languages, everything else in Vietnamese."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.http import Http404
from django.urls import include, path
from django.views.defaults import page_not_found

from assessments.views import workspace
from assessments.views.public.api.endpoints import urls as api_urls

urlpatterns = [
    path("admin/", admin.site.urls),
    # Addresses are kept by the administrator: whoever changes one could take the account over.
    path("tai-khoan/email/", page_not_found, {"exception": Http404()}),
    path("tai-khoan/", include("allauth.account.urls")),
    path("tai-khoan/", include("allauth.mfa.urls")),
    path("bat-dau/", workspace.start, name="start"),
    path("api/v1/", api_urls),
    path("", include("assessments.workspace_urls")),
]
urlpatterns += i18n_patterns(
    path("", include("assessments.urls")),
    prefix_default_language=False,
)
