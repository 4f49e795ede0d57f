"""Run `tick` every minute for as long as the command lives."""

import logging
import time
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import Error, close_old_connections

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
        """Run round after round; one that fails is logged, and the next one makes up for it."""
        done = 0
        while True:
            begun = time.monotonic()
            close_old_connections()
            try:
                self._round(options["with_tasks"])
            except Error:  # the database is restarting, or so busy that a lock was not to be had
                log.exception("a round of the clock failed")
            done += 1
            if done == options["rounds"]:
                return
            time.sleep(max(0.0, options["every"] - (time.monotonic() - begun)))

    def _round(self, with_tasks: bool) -> None:
        call_command("tick", stdout=self.stdout)
        if with_tasks:
            call_command("db_worker", batch=True, startup_delay=False, verbosity=0)
