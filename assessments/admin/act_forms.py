"""What the acts on a dossier ask for beside the note."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from assessments.admin.base import ActForm
from assessments.choices import SELF_SCORED
from assessments.models import CriterionScore, Meeting
from assessments.queries import appeals
from assessments.workflow import conclusions
from assessments.workflow.machine import Text

_MOMENT = "%Y-%m-%dT%H:%M"


def moment_input() -> forms.DateTimeInput:
    """Return the browser's own input for a local moment; the server reads its format."""
    return forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_MOMENT)


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

    due_at = forms.DateTimeField(
        label=_("To be mended before"), widget=moment_input(), input_formats=[_MOMENT],
        help_text=_("Local time."),
    )  # fmt: skip

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
