"""Write the files that the web server serves, at a first start or after a repair."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.press import site


class Command(BaseCommand):
    """Safe to repeat; the site is switched when all is written."""

    help = "Write every public page and file into SITE_FOLDER and switch to them at once."

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the site anew.

        Raise CommandError when no folder is set or it cannot be written.
        """
        if not settings.SITE_FOLDER:
            raise CommandError(_("SITE_FOLDER is not set: the app serves every page itself."))
        try:
            release = site.write(timezone.now(), anew=True)
        except OSError as error:
            raise CommandError(_("The site could not be written: %s") % error) from error
        self.stdout.write(_("Written: %s") % release)
