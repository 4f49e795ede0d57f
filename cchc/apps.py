"""App configurations of the project package."""

from typing import Any

from django.apps import AppConfig, apps
from django.contrib.admin.apps import AdminConfig
from django.core.management import call_command
from django.db.models.signals import post_migrate


class PortalConfig(AppConfig):
    """Carry the static files, template tags and checks that belong to the whole portal."""

    name = "cchc"

    def ready(self) -> None:
        """Register the portal's checks and the renewal of idle accounts."""
        from allauth.account.signals import password_reset

        from cchc import accounts, checks  # noqa: F401 - importing registers the checks

        password_reset.connect(accounts.renew, dispatch_uid="cchc.renew")
        # The signal is sent for apps with models only, so this one listens to the units'.
        units = apps.get_app_config("units")
        post_migrate.connect(make_cache_table, sender=units, dispatch_uid="cchc.cache")


def make_cache_table(using: str, **_kwargs: Any) -> None:
    """Make the table of the cache after a migration, where the cache is in the database."""
    call_command("createcachetable", database=using, verbosity=0)


class PortalAdminConfig(AdminConfig):
    """Put the portal's own admin site in place of the stock one."""

    default_site = "cchc.sites.PortalAdminSite"
