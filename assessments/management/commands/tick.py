"""Do what time itself does to dossiers, publications and the log, and tell whom it concerns."""

import datetime as dt
import logging
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import close_old_connections
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments import notices
from assessments.choices import CycleState
from assessments.models import Cycle
from assessments.press import site
from assessments.workflow import appraisals, events, publications, questions, submissions

log = logging.getLogger(__name__)


class Command(BaseCommand):
    """Run by a timer every minute; safe to repeat and to run twice at once."""

    help = "Do what time does to questions, dossiers and publications; seal the log; tell of it."

    def handle(self, *args: Any, **options: Any) -> None:
        """Call each act of the clock once, also after one that failed.

        Raise CommandError at the end, with the names of those that did.
        """
        now = timezone.now()
        self.failed: list[str] = []
        steps: list[tuple[str, Callable[[dt.datetime], Any]]] = [
            ("questions", self._questions), ("dossiers", self._dossiers),
            ("conflicts", self._conflicts), ("publications", self._publications),
            ("site", site.update), ("seals", self._seals),
            ("messages", self._messages), ("reminders", notices.remind),
            ("e-mails", notices.enqueue_digests), ("purge", notices.purge_daily),
        ]  # fmt: skip
        for name, step in steps:
            self._guard(name, step, now)
        if self.failed:
            raise CommandError(_("These steps of the clock failed: %s.") % ", ".join(self.failed))

    def _guard(self, name: str, step: Callable[..., Any], *args: Any) -> None:
        try:
            step(*args)
        # One cycle's broken row must not keep the others' results from being published in time.
        except Exception:
            log.exception("tick: %s failed", name)
            self.failed.append(name)
            close_old_connections()

    def _questions(self, now: dt.datetime) -> None:
        for question in questions.close_overdue(now):
            self.stdout.write(_("Closed unanswered: %s") % question.score)

    def _dossiers(self, now: dt.datetime) -> None:
        for dossier in submissions.tick(now):
            self.stdout.write(f"{dossier}: {dossier.get_state_display()}")

    def _conflicts(self, now: dt.datetime) -> None:
        for cycle in Cycle.objects.filter(state=CycleState.OPEN):
            self._guard(f"conflicts of {cycle}", appraisals.flag_conflicts, cycle, now)

    def _publications(self, now: dt.datetime) -> None:
        for publication in publications.flip_due(now):
            self.stdout.write(_("Published: %s") % publication)

    def _seals(self, now: dt.datetime) -> None:
        for cycle_id in events.unsealed_chains():
            self._guard(f"seal of {cycle_id}", events.seal, cycle_id)

    def _messages(self, now: dt.datetime) -> None:
        for cycle in notices.untold():
            self._guard(f"messages of {cycle}", notices.tell, cycle, now)
