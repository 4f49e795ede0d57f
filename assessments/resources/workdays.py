"""Exceptions of the working calendar as a table: one row per day (design 10)."""

from typing import Any

import tablib
from django.utils import timezone
from django.utils.translation import gettext as _
from import_export.fields import Field

from assessments.models import WorkingDay
from assessments.workflow import events
from cchc.kit.imports import TableResource
from cchc.kit.widgets import ChoiceWidget, DayWidget, TextWidget

DAY, KIND, NOTE = "Ngày", "Làm việc hay nghỉ", "Ghi chú"
NUMBER, DATE, SIGNER = "Số quyết định", "Ngày quyết định", "Người ký"
WORKED, OFF = "Làm việc", "Nghỉ"


class KindWidget(ChoiceWidget):
    """Whether the day is worked; the cell is never left to a guess."""

    def __init__(self) -> None:
        super().__init__({WORKED: True, OFF: False}, {"làm bù": True, "nghỉ bù": False})

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> bool:
        """Return whether the day is worked; raise ValueError for an empty cell."""
        worked = super().clean(value, row, **kwargs)
        if worked is None:
            raise ValueError(_("Say whether the day is worked or off."))
        return bool(worked)


class WorkingDayResource(TableResource):
    """The days on which the calendar of holidays is overruled, with the decision when known."""

    day = Field("day", DAY, DayWidget())
    is_working = Field("is_working", KIND, KindWidget())
    note = Field("note", NOTE, TextWidget())
    decision_number = Field("decision_number", NUMBER, TextWidget())
    decision_date = Field("decision_date", DATE, DayWidget())
    decision_signer = Field("decision_signer", SIGNER, TextWidget())

    required = (DAY, KIND, NOTE)
    identity = (DAY,)
    accepts = {KIND: ("Loại ngày", "Làm việc"), SIGNER: ("Người ký quyết định",)}

    class Meta:
        model = WorkingDay
        import_id_fields = ["day"]
        fields = (
            "day", "is_working", "note", "decision_number", "decision_date", "decision_signer",
        )  # fmt: skip
        clean_model_instances = True
        skip_unchanged = True

    def prepare(self, dataset: tablib.Dataset, **kwargs: Any) -> list[str]:
        """Keep who imports, for the log."""
        self.by, self.at = kwargs.get("user"), timezone.now()
        return []

    def after_save_instance(self, instance: WorkingDay, row: Any, **kwargs: Any) -> None:
        """Log; a dry run is rolled back with its events."""
        events.record(
            action="working_day", obj=instance, by=self.by, at=self.at,
            data={"day": instance.day.isoformat(), "worked": instance.is_working},
        )  # fmt: skip
