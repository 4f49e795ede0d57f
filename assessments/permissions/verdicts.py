"""What a predicate answers: allowed, or not and why."""

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Verdict:
    """Whether an act is allowed, and the sentence that says why not."""

    allowed: bool
    reason: str | Promise = ""

    def __bool__(self) -> bool:
        return self.allowed


YES = Verdict(True)
CONFLICT = Verdict(False, _("You have a conflict of interest with this unit."))


def day_of(at: dt.datetime) -> dt.date:
    """Return the local day of a moment."""
    return timezone.localtime(at).date()


def no(reason: str | Promise) -> Verdict:
    """Return a refusal with its reason."""
    return Verdict(False, reason)
