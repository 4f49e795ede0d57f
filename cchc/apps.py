"""App configurations of the project package."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class PortalConfig(AppConfig):
    """Carry the static files, template tags and checks that belong to the whole portal."""

    name = "cchc"

    def ready(self) -> None:
        """Register the portal's checks and the renewal of idle accounts."""
        from allauth.account.signals import password_reset

        from cchc import accounts, checks  # noqa: F401 - importing registers the checks

        password_reset.connect(accounts.renew, dispatch_uid="cchc.renew")


class PortalAdminConfig(AdminConfig):
    """Put the portal's own admin site in place of the stock one."""

    default_site = "cchc.sites.PortalAdminSite"
