"""What every template may rely on."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.urls import translate_url
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from assessments.models import SiteIdentity


def site(request: HttpRequest) -> dict[str, Any]:
    """Give templates the identity of the portal, the other language's address and the demo flag."""
    other = "en" if get_language() == "vi" else "vi"
    return {
        "site": SimpleLazyObject(SiteIdentity.objects.first),
        "alternate_language": other,
        "alternate_url": translate_url(request.path, other),
        "demo": settings.DEMO,
        "enters_admin": SimpleLazyObject(lambda: admin.site.has_permission(request)),
        "site_url": settings.SITE_URL,
    }
