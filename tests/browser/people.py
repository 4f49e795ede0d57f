"""Sign people in without the form: a session of theirs as a cookie of the browser."""

from django.conf import settings
from django.test import Client
from playwright.sync_api import BrowserContext

from units.models import User

BACKEND = "django.contrib.auth.backends.ModelBackend"


def sign_in(context: BrowserContext, base: str, user: User) -> None:
    """Give the browser a session of `user`."""
    client = Client()
    client.force_login(user, backend=BACKEND)
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": base}])
