"""Load the illustrative years."""

import time
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone, translation

from assessments.demo.load import is_loaded, load


class Command(BaseCommand):
    """Load the demo once; a second call says that it is there."""

    help = "Load units, accounts, schemes and illustrative years for the demo."

    def handle(self, *args: Any, **options: Any) -> None:
        """Load unless loaded, telling each step with the seconds passed."""
        if is_loaded():
            self.stdout.write("  Dữ liệu minh họa đã có.")
            return
        begun = time.monotonic()

        def say(text: str) -> None:
            self.stdout.write(f"  [{time.monotonic() - begun:5.1f} giây] {text}")
            self.stdout.flush()

        with translation.override("vi"):
            load(at=timezone.now(), say=say)
        say("Xong")
