"""Do what time itself does to dossiers, publications and the log, and tell whom it concerns."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments import notices
from assessments.choices import CycleState
from assessments.models import Cycle
from assessments.workflow import appraisals, events, publications, questions, submissions


class Command(BaseCommand):
    """Run by a timer every minute; safe to repeat and to run twice at once."""

    help = "Do what time does to questions, dossiers and publications; seal the log; tell of it."

    def handle(self, *args: Any, **options: Any) -> None:
        """Call each act of the clock once."""
        now = timezone.now()
        for question in questions.close_overdue(now):
            self.stdout.write(_("Closed unanswered: %s") % question.score)
        for dossier in submissions.tick(now):
            self.stdout.write(f"{dossier}: {dossier.get_state_display()}")
        for cycle in Cycle.objects.filter(state=CycleState.OPEN):
            appraisals.flag_conflicts(cycle, now)
        for publication in publications.flip_due(now):
            self.stdout.write(_("Published: %s") % publication)
        for cycle_id in events.unsealed_chains():
            events.seal(cycle_id)
        for cycle in notices.untold():
            notices.tell(cycle, now)
        notices.remind(now)
        notices.enqueue_digests(now)
        notices.purge(now)
