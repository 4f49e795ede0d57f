"""Run `tick` every minute for as long as the command lives."""

import logging
import time
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import close_old_connections

log = logging.getLogger(__name__)


class Command(BaseCommand):
    """Stand in for a timer where there is none; one process instead of a new one a minute."""

    help = "Run tick every minute; with --with-tasks empty the queue of tasks as well."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the seconds between two rounds, and how many there are."""
        parser.add_argument("--every", type=float, default=60, help="seconds between two rounds")
        parser.add_argument("--rounds", type=int, default=0, help="0: until stopped")
        parser.add_argument("--with-tasks", action="store_true", help="run the queued tasks too")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run round after round; what fails is logged, and the next round makes up for it."""
        done = 0
        while True:
            begun = time.monotonic()
            self._run("tick", stdout=self.stdout)
            if options["with_tasks"]:
                self._run("db_worker", batch=True, startup_delay=False, verbosity=0)
            done += 1
            if done == options["rounds"]:
                return
            time.sleep(max(0.0, options["every"] - (time.monotonic() - begun)))

    def _run(self, name: str, **options: Any) -> None:
        close_old_connections()
        try:
            call_command(name, **options)
        # The database may restart, a disk be full, a row be what nobody thought of: no failure may
        # end the process that locks dossiers and publishes results.
        except Exception:
            log.exception("a round of the clock failed in %s", name)
