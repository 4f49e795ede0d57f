"""The portal with one more address whose view does nothing, for granian."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cchc.settings")
settings.ROOT_URLCONF = __name__
application = get_wsgi_application()

from cchc.urls import urlpatterns as portal  # noqa: E402 - the apps are ready only now


def empty(request: HttpRequest) -> HttpResponse:
    """Answer with nothing, through every middleware."""
    return HttpResponse()


urlpatterns = [path("empty/", empty), *portal]
