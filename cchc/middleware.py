"""Middleware of the whole portal: request ids and headers of private pages."""

import time
import uuid
from collections.abc import Callable

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from cchc.kit.requests import request_id

Handler = Callable[[HttpRequest], HttpResponse]
PERMISSIONS_POLICY = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


class RequestIdMiddleware:
    """Give each request an id that its events and log lines carry, and return it as a header."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = request_id.set(uuid.uuid4().hex)
        try:
            response = self.get_response(request)
            response["X-Request-ID"] = request_id.get()
            response["Permissions-Policy"] = PERMISSIONS_POLICY
            return response
        finally:
            request_id.reset(token)


class SecondFactorMiddleware:
    """Send people who work in the admin or sign to set up a second factor first (design 0.24)."""

    GUARDED = ("/admin/", "/tu-danh-gia/")

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if (
            settings.MFA_REQUIRED
            and user.is_authenticated
            and request.path.startswith(self.GUARDED)
            and not is_mfa_enabled(user)
        ):
            messages.warning(request, _("Set up the second factor first."))
            return HttpResponseRedirect(reverse("mfa_index"))
        return self.get_response(request)


class PrivatePagesMiddleware:
    """Keep signed-in pages out of caches and end sessions that lie idle in the admin."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    #: Seconds between two writes of a session that only lives on: a page that saves while a person
    #: types would write it at every pause.
    TOUCH_SECONDS = 60

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            if request.path.startswith("/admin/"):
                self._end_if_idle(request)
            self._live_on(request)
        response = self.get_response(request)
        if "sessionid" in request.COOKIES and not response.has_header("ETag"):
            response["Cache-Control"] = "private, no-store"
        return response

    def _live_on(self, request: HttpRequest) -> None:
        now = int(time.time())
        if now - request.session.get("touched", 0) >= self.TOUCH_SECONDS:
            request.session["touched"] = now

    def _end_if_idle(self, request: HttpRequest) -> None:
        # Design 0.24: fifteen minutes in the admin, thirty elsewhere (the session's own age).
        now = time.time()
        seen = request.session.get("admin_seen")
        if seen is not None and now - seen > settings.ADMIN_IDLE_SECONDS:
            logout(request)
            return
        request.session["admin_seen"] = now
