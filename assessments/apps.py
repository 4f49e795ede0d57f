"""The app that knows everything about a year."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AssessmentsConfig(AppConfig):
    """Configure the assessments app and register the checks that units ask for."""

    name = "assessments"
    verbose_name = _("Assessment")

    def ready(self) -> None:
        """Declare the transitions, and register the merger checks and the press (design 0.16)."""
        from assessments import press
        from assessments.workflow import mergers, table  # noqa: F401

        mergers.register()
        press.register()
