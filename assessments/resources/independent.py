"""Independent figures as a table: one row per unit and leaf (design 0.23)."""

from decimal import Decimal
from typing import Any

import tablib
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from import_export import widgets
from import_export.fields import Field

from assessments import permissions
from assessments.choices import CycleState
from assessments.errors import BadInput, Refused
from assessments.models import CriterionScore
from assessments.scoring import format_decimal
from assessments.workflow import independent
from cchc.kit.imports import TableResource, merged_errors
from cchc.kit.sheets import cell_text
from cchc.kit.text import fold, squeeze
from cchc.kit.widgets import TextWidget
from units.names import UnitBook

YEAR, UNIT_CODE, UNIT_NAME, CODE = "Năm", "Mã đơn vị", "Tên đơn vị", "Mã tiêu chí"
DUE, DONE, SOURCE = "Phải thực hiện (a)", "Đã thực hiện (b)", "Nguồn số liệu"


class FigureText(widgets.Widget):  # type: ignore[misc]
    """A figure as it would be typed: the workflow reads it, the same way as from a form."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        """Return the text of the cell; a number of the spreadsheet is never taken as a float."""
        if isinstance(value, float):
            return f"{Decimal(repr(value)):f}".removesuffix(".0")
        return str(cell_text(value)).strip()

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        """Print with a decimal comma."""
        return format_decimal(value) if isinstance(value, Decimal) else str(value or "")


class IndependentResource(TableResource):
    """The figures of an open cycle; sent again, a row replaces what stood there."""

    year = Field("submission__cycle__year", YEAR, TextWidget(), readonly=True)
    unit_code = Field("submission__unit_code", UNIT_CODE, TextWidget(), readonly=True)
    unit_name = Field("submission__unit_name", UNIT_NAME, TextWidget(), readonly=True)
    code = Field("criterion__code", CODE, TextWidget(), readonly=True)
    a = Field("independent_a", DUE, FigureText())
    b = Field("independent_b", DONE, FigureText())
    source = Field("independent_source", SOURCE, TextWidget())

    required = ((UNIT_CODE, UNIT_NAME), CODE, DUE, DONE, SOURCE)
    identity = (YEAR, UNIT_CODE, UNIT_NAME, CODE)
    accepts = {
        UNIT_NAME: ("Đơn vị", "Cơ quan, đơn vị"), DUE: ("a", "Số phải thực hiện"),
        DONE: ("b", "Số đã thực hiện"), SOURCE: ("Nguồn",),
    }  # fmt: skip
    error_headings = {"unit": UNIT_NAME, "criterion": CODE, "year": YEAR}

    class Meta:
        model = CriterionScore
        import_id_fields = ["code"]
        fields = ("year", "unit_code", "unit_name", "code", "a", "b", "source")
        skip_unchanged = True

    def get_queryset(self) -> QuerySet[CriterionScore]:
        """Read what the rows name with them."""
        return CriterionScore.objects.select_related(
            "submission__cycle", "submission__cycle_scheme", "criterion"
        )

    def prepare(self, dataset: tablib.Dataset, **kwargs: Any) -> list[str]:
        """Read the units and the leaves of the dossiers that the person handles, once."""
        self.by, self.at, self.book = kwargs["user"], timezone.now(), UnitBook()
        handled = permissions.listed_submissions(self.by, self.at).filter(
            cycle__state=CycleState.OPEN
        )
        self.leaves: dict[tuple[int, str], list[CriterionScore]] = {}
        rows = self.get_queryset().filter(
            submission__in=handled.values("pk"), criterion__has_independent_figure=True
        )
        for row in rows:
            key = (row.submission.unit_id, fold(row.criterion.code))
            self.leaves.setdefault(key, []).append(row)
        self.units = {unit_id for unit_id, _code in self.leaves}
        return []

    def get_instance(self, instance_loader: Any, row: dict[str, Any]) -> CriterionScore | None:
        """Find the leaf that the row names."""
        try:
            return self._found(row)
        except ValidationError:
            return None  # import_instance says what is wrong

    def _found(self, row: dict[str, Any]) -> CriterionScore:
        """Return the leaf of the row; raise ValidationError naming what fails."""
        text = {
            name: squeeze(cell_text(row.get(name))) for name in (YEAR, UNIT_CODE, UNIT_NAME, CODE)
        }
        try:
            unit = self.book.find(code=text[UNIT_CODE], name=text[UNIT_NAME])
        except ValueError as error:
            raise ValidationError({"unit": str(error)}) from error
        found = [
            leaf for leaf in self.leaves.get((unit.pk, fold(text[CODE])), [])
            if not text[YEAR] or str(leaf.submission.cycle.year) == text[YEAR]
        ]  # fmt: skip
        if len(found) == 1:
            return found[0]
        if found:
            raise ValidationError({"year": _("Several open cycles fit; name the year.")})
        if unit.pk not in self.units:
            # One sentence for a unit without a dossier and for the own one: they look the same.
            message = _("This unit is not among those you handle in the cycle.")
            raise ValidationError({"unit": message})
        message = _("The unit's scheme has no leaf of this code with an independent figure.")
        raise ValidationError({"criterion": message})

    def import_instance(self, instance: CriterionScore, row: dict[str, Any], **kwargs: Any) -> None:
        """Set the figures as the workflow reads them; report every error of the row at once."""
        try:
            leaf = self._found(row)
            super().import_instance(instance, row, **kwargs)
        except ValidationError as error:
            raise ValidationError(merged_errors(error)) from error
        typed = {
            "a": instance.independent_a, "b": instance.independent_b,
            "source": instance.independent_source,
        }  # fmt: skip
        try:
            instance.independent_a, instance.independent_b = independent.check(
                leaf, by=self.by, at=self.at, **typed
            )
        except BadInput as refusal:
            column = f"independent_{refusal.field}"
            named = column if hasattr(instance, column) else refusal.field or "unit"
            raise ValidationError({named: str(refusal)}) from refusal
        except Refused as refusal:
            raise ValidationError({"unit": str(refusal)}) from refusal

    def do_instance_save(self, instance: CriterionScore, is_create: bool) -> None:
        """Save by the verb, with its history and its event."""
        independent.record_independent(
            score=instance, by=self.by, at=self.at, a=instance.independent_a,
            b=instance.independent_b, source=instance.independent_source,
        )  # fmt: skip
