"""Checks of the whole portal, run by `manage.py check --deploy`."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register


@register(Tags.security, deploy=True)
def scanner_is_configured(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """Fail a deployment whose uploads no virus scanner sees (design 0.25)."""
    if settings.CLAMAV:
        return []
    return [
        Error(
            "No virus scanner is configured: evidence is opened after structural checks only.",
            hint="Set CLAMAV to the daemon's host:port or socket path.",
            id="cchc.E001",
        )
    ]
