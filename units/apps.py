"""The app that knows who is assessed and by whom they are staffed."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class UnitsConfig(AppConfig):
    """Configure the units app."""

    name = "units"
    verbose_name = _("Units and accounts")
