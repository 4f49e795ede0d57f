"""People at their browsers, and a calendar that the journey turns."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments.models import CriterionScore
from tests.factories.cycles import PASSWORD, Dossier
from units.models import User

_now = timezone.now


@dataclass
class Calendar:
    """The time that the portal reads; patched over `timezone.now` by the fixture."""

    ahead: dt.timedelta = dt.timedelta(0)

    def now(self) -> dt.datetime:
        """Return the real time moved ahead."""
        return _now() + self.ahead

    def move(self, **span: float) -> dt.datetime:
        """Let time pass; sessions end with it, as they do for people."""
        self.ahead += dt.timedelta(**span)
        return self.now()

    def move_to(self, moment: dt.datetime) -> dt.datetime:
        """Let time pass until a moment."""
        self.ahead = moment - _now()
        return self.now()


@dataclass
class Person:
    """One person with a browser; signs in anew when the session has ended."""

    user: User
    calendar: Calendar
    browser: Client = field(default_factory=Client)
    seen: dt.timedelta | None = None

    def _signed_in(self) -> Client:
        if self.seen is None:
            answer = self.browser.post(
                reverse("account_login"), {"login": self.user.username, "password": PASSWORD}
            )
            assert answer.status_code == 302, answer.content.decode()
        elif self.seen != self.calendar.ahead:
            # Later sign-ins leave out the page: its limit per minute knows no turned calendar.
            self.browser.force_login(self.user, backend="django.contrib.auth.backends.ModelBackend")
        self.seen = self.calendar.ahead
        return self.browser

    def get(self, address: str) -> Any:
        """Read a page."""
        return self._signed_in().get(address)

    def post(self, address: str, **data: Any) -> Any:
        """Send a form, and the password again where it is asked for."""
        answer = self._signed_in().post(address, data)
        if answer.status_code == 302 and answer.url.startswith(reverse("account_reauthenticate")):
            answer = self.browser.post(answer.url, {"password": PASSWORD})
        return answer

    # The unit ---------------------------------------------------------------------------------

    def save(self, dossier: Dossier, code: str, **facts: Any) -> Any:
        """Save one leaf of the dossier at its present version."""
        row = dossier.score(code)
        facts = {"version": row.version, "no_evidence_reason": "Văn bản lưu tại đơn vị"} | facts
        return self.post(page(dossier, "save", field=code[0], code=code), **facts)

    # The council ------------------------------------------------------------------------------

    def appraise(self, row: CriterionScore, points: str, reason: str = "") -> Any:
        """Give a leaf its points on the appraisal page."""
        prefix = f"appraise{row.pk}"
        return self.post(
            reverse("admin:assessments_submission_appraisal", args=[row.submission_id]),
            **{"score": row.pk, "verb": "appraise", f"{prefix}-points": points,
               f"{prefix}-version": row.version, f"{prefix}-reason": reason},
        )  # fmt: skip

    def act(self, obj: Any, action: str, **data: Any) -> Any:
        """Confirm an act of the table on its page."""
        name = f"admin:assessments_{obj._meta.model_name}_act"
        return self.post(reverse(name, args=[obj.pk, action]), **{"note": ""} | data)


def page(dossier: Dossier, name: str, **more: Any) -> str:
    """Return the address of a page of the dossier in the workspace."""
    keys = {"key": dossier.submission.cycle, "slug": dossier.unit.slug}
    return reverse(f"workspace:{name}", kwargs=keys | more)


def local(moment: dt.datetime) -> str:
    """Return a moment as the browser's own input sends it: local time to the minute."""
    return f"{timezone.localtime(moment):%Y-%m-%dT%H:%M}"
