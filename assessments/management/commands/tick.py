"""Do what time itself does: publish what is due, seal the event chains."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.workflow import events, publications


class Command(BaseCommand):
    """Run by a timer every minute; safe to repeat and to run twice at once."""

    help = "Publish what is due and seal the event chains."

    def handle(self, *args: Any, **options: Any) -> None:
        """Call each act of the clock once."""
        for publication in publications.flip_due(timezone.now()):
            self.stdout.write(_("Published: %s") % publication)
        for cycle_id in events.unsealed_chains():
            events.seal(cycle_id)
