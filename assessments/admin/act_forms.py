"""What the acts on a dossier ask for beside the note."""

import datetime as dt
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assessments.admin.base import ActForm
from assessments.choices import SELF_SCORED
from assessments.models import CriterionScore, Meeting
from assessments.queries import appeals
from assessments.workflow import conclusions
from assessments.workflow.machine import Text

_MOMENT = "%Y-%m-%dT%H:%M"
_MINUTE, _LAST_MINUTE = dt.timedelta(minutes=1), dt.time(23, 59)


class DueField(forms.DateTimeField):
    """A local moment before which something is due.

    The end of a day is written and read as its last minute, 23:59: nobody takes 00:00 for the
    evening before, and the pages print what is stored as 23:59:59 of that day.
    """

    def __init__(self, **options: Any) -> None:
        # The browser's own input for a local moment; the server reads its format.
        typed = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_MOMENT)
        super().__init__(widget=typed, input_formats=[_MOMENT], **options)

    def prepare_value(self, value: Any) -> Any:
        """Show midnight as the last minute before it."""
        shown = super().prepare_value(value)
        if isinstance(shown, dt.datetime) and shown.time() == dt.time():
            return shown - _MINUTE
        return shown

    def to_python(self, value: Any) -> dt.datetime | None:
        """Read the last minute of a day as the whole of it."""
        found = super().to_python(value)
        if found and timezone.localtime(found).time() == _LAST_MINUTE:
            return found + _MINUTE
        return found


class LeavesForm(ActForm):
    """Name the leaves that reopen."""

    leaves = forms.MultipleChoiceField(label=_("Leaves"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = self.offered().select_related("criterion").order_by("criterion__position")
        self.fields["leaves"].choices = [  # type: ignore[attr-defined]
            (row.criterion.code, str(row.criterion)) for row in rows
        ]

    def offered(self) -> QuerySet[CriterionScore]:
        """Return the leaves to choose from."""
        return self.obj.scores.all()  # type: ignore[no-any-return]


class SendBackForm(LeavesForm):
    """Name the leaves that go back; those of an appeal found right are ticked."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["leaves"] = appeals.upheld_codes(self.obj)


class ReturnForm(LeavesForm):
    """Name the unit's own leaves to mend, and by when."""

    due_at = DueField(label=_("To be mended before"), help_text=_("Local time."))

    def offered(self) -> QuerySet[CriterionScore]:
        """Return the leaves that the unit scores itself."""
        return super().offered().filter(criterion__method__in=SELF_SCORED)


class MeetingForm(ActForm):
    """Choose the meeting whose minutes hold the conclusion."""

    meeting = forms.ModelChoiceField(
        label=_("Meeting and minutes"), queryset=Meeting.objects.none()
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["meeting"]
        field.queryset = Meeting.objects.filter(council__cycle=self.obj.cycle_id)


class ConcludeForm(MeetingForm):
    """Choose the meeting, with the leaves before one's eyes that will not count (design 0.9)."""

    @property
    def facts(self) -> list[tuple[Text, list[str]]]:
        """List the leaves left out of the denominator, each with the reason for it."""
        lines = [
            f"{row.criterion}: {reason or _('no reason given')}"
            for row, reason in conclusions.left_out(self.obj)
        ]
        return [(_("Leaves that do not apply and are left out of the denominator"), lines)]


class CloseForm(MeetingForm):
    """Choose the meeting and whether a unit without a dossier is ranked."""

    ranked = forms.BooleanField(
        label=_("Rank the unit all the same"), required=False, initial=True,
        help_text=_(
            "Without the tick the unit is not ranked, and "
            "your note is the printed reason."
        ),
    )  # fmt: skip
