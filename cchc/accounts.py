"""How accounts behave: made by provisioning only, renewed when they lay idle."""

import datetime as dt
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from units.models import User


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Close public sign-up and ask idle accounts to renew their password (design 0.24)."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Refuse sign-up: accounts come from the units' lists."""
        return False

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> Any:
        """Send a person who stayed away too long to the password reset, which reactivates."""
        limit = timezone.now() - dt.timedelta(days=settings.IDLE_ACCOUNT_DAYS)
        if user.last_login is not None and user.last_login < limit:
            messages.warning(
                request,
                _("This account was not used for a long time. Renew the password to use it again."),
            )
            raise ImmediateHttpResponse(HttpResponseRedirect(reverse("account_reset_password")))
        return super().pre_login(request, user, **kwargs)


def renew(sender: Any, user: User, **kwargs: Any) -> None:
    """Let a person whose account lay idle in again after renewing the password."""
    user.last_login = None
    user.save(update_fields=["last_login"])
