"""What every template may rely on."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.urls import translate_url
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from assessments.models import SiteIdentity
from assessments.queries import inbox


def site(request: HttpRequest) -> dict[str, Any]:
    """Give templates the identity of the portal, the other language's address, the demo flag and
    the reader's unread messages; each is read from the database only where a page asks."""
    other = "en" if get_language() == "vi" else "vi"
    return {
        "site": SimpleLazyObject(SiteIdentity.objects.first),
        "alternate_language": other,
        "alternate_url": translate_url(request.path, other),
        "demo": settings.DEMO,
        "enters_admin": SimpleLazyObject(lambda: admin.site.has_permission(request)),
        "site_url": settings.SITE_URL,
        "inbox": SimpleLazyObject(lambda: _unread(request)),
    }


def _unread(request: HttpRequest) -> inbox.Unread:
    """Return what the reader has not read; nothing, and no query, for a visitor."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return inbox.Unread([])
    return inbox.unread(user, timezone.now())
