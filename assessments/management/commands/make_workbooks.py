"""Write the illustrative scheme workbooks anew from their criteria lists."""

from typing import Any

from django.core.management.base import BaseCommand

from assessments.demo.schemes import write_workbooks


class Command(BaseCommand):
    """Write the illustrative scheme workbooks anew from their criteria lists."""

    help = "Write the illustrative scheme workbooks anew from their criteria lists."

    def handle(self, *args: Any, **options: Any) -> None:
        """Write them and name each."""
        for path in write_workbooks():
            self.stdout.write(path.name)
