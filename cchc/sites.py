"""The portal's admin: Django's own, with its titles and the models in the order of the year."""

from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assessments import permissions, roles


class PortalAdminSite(AdminSite):
    """The council's, secretariat's and Home Affairs' workplace."""

    site_header = _("Public administration reform index")
    site_title = _("CCHC administration")
    index_title = _("To do")
    enable_nav_sidebar = True

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send visitors to the portal's own sign-in, so that lockout and second factor hold here."""
        if request.user.is_authenticated:
            raise PermissionDenied
        target = request.GET.get(REDIRECT_FIELD_NAME) or request.get_full_path()
        return redirect_to_login(target, login_url=settings.LOGIN_URL)

    def has_permission(self, request: HttpRequest) -> bool:
        """Let in everyone who holds a role with work in the admin today."""
        user = request.user
        if not (user.is_active and user.is_authenticated):
            return False
        held = permissions.roles_of(user, timezone.localdate())
        return user.is_superuser or any(roles.ROLES[role].enters_admin for role in held)
