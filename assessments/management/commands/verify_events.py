"""Walk every event chain and name the first broken link of each (design 6)."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from assessments.workflow import events


class Command(BaseCommand):
    """End with 1 when a chain is broken."""

    help = "Verify the event chains; name the first broken link of each."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print a line per chain."""
        broken = 0
        for chain in events.verify():
            broken += chain.broken is not None
            self.stdout.write(
                _("Chain %(chain)s: %(sealed)s sealed, %(unsealed)s open, %(head)s: %(result)s")
                % {
                    "chain": chain.cycle_id or "–", "sealed": chain.sealed,
                    "unsealed": chain.unsealed, "head": chain.head[:16],
                    "result": chain.broken or _("unbroken"),
                }
            )  # fmt: skip
        if broken:
            raise CommandError(_("Broken chains: %s.") % broken)
