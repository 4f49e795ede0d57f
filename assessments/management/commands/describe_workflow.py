"""Write docs/workflow.md."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from assessments.workflow import describe


class Command(BaseCommand):
    """Write the page of the transition table; a test holds it true."""

    help = "Write docs/workflow.md from the transition table."

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the file and name it."""
        path = settings.BASE_DIR / "docs" / "workflow.md"
        path.write_text(describe.page(), encoding="utf-8")
        self.stdout.write(str(path.relative_to(settings.BASE_DIR)))
