"""How often one reader may ask: so many requests in a minute, counted in the shared cache.

Counted by address, kept as a keyed hash and forgotten with its minute. Two requests at the very
same instant may be counted once: the limit guards the portal, it bills nobody.
"""

import time

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

WINDOW = 60


def seconds_to_wait(request: HttpRequest) -> int:
    """Count a request; return 0, or in how many seconds the reader may ask again."""
    now = int(time.time())
    key = f"api-{_reader(request)}-{now // WINDOW}"
    if cache.add(key, 1, timeout=WINDOW):
        return 0
    try:
        count = cache.incr(key)
    except ValueError:  # forgotten between the two steps
        return 0
    return WINDOW - now % WINDOW if count > settings.API_REQUESTS_PER_MINUTE else 0


def _reader(request: HttpRequest) -> str:
    """Return a hash of the reader's address: behind a proxy the one that the proxy saw."""
    address = request.META.get("REMOTE_ADDR", "")
    if settings.SECURE_PROXY_SSL_HEADER:
        seen = request.headers.get("x-forwarded-for", "")
        address = seen.rpartition(",")[2].strip() or address
    return salted_hmac("assessments.views.api.limits", address).hexdigest()
