"""The portal's own address, for what must name it whole: sitemaps, catalogues, links of the API."""

from django.conf import settings
from django.http import HttpRequest


def site_base(request: HttpRequest) -> str:
    """Return scheme and host without a slash: as configured, else as the reader asked for it."""
    return settings.SITE_URL or f"{request.scheme}://{request.get_host()}"
