"""How often one reader may ask: so many requests in a minute, counted in the shared cache.

Counted by address, of IPv6 by its network of 64 bits, kept as a keyed hash and valid for its
minute. Two requests at the very same instant may be counted once: the limit guards the portal, it
bills nobody.
"""

import ipaddress
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
    return salted_hmac("assessments.views.public.api.limits", _network(address)).hexdigest()


def _network(address: str) -> str:
    """Return what one reader cannot change at will: an IPv6 host owns 2^64 addresses."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:  # a socket has none
        return address
    if found.version == 6:
        return str(ipaddress.ip_network((found, 64), strict=False))
    return address
