"""Aggregates of the surveys as a table (design 0.5)."""

import datetime as dt
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
from assessments.choices import CycleState, Method, SubmissionState
from assessments.models import Criterion, RespondentKind, Submission, SurveyResult, SurveyRound
from assessments.queries.wording import sentence
from assessments.scoring import ScoringError, format_decimal, parse_count, parse_points
from cchc.kit.imports import TableResource, merged_errors
from cchc.kit.sheets import cell_text
from cchc.kit.text import fold, squeeze
from cchc.kit.widgets import TextWidget
from units.models import User
from units.names import UnitBook

BODY, YEAR = "Đơn vị điều tra", "Năm"
UNIT_CODE, UNIT_NAME = "Mã đơn vị", "Tên đơn vị"
CODE, KIND = "Mã tiêu chí", "Đối tượng"
SAMPLE, MEAN = "Số phiếu", "Tỷ lệ (%)"
_SETTLED = (SubmissionState.APPROVED, SubmissionState.PUBLISHED)


class FigureWidget(widgets.Widget):  # type: ignore[misc]
    """A figure with one decimal mark, or a whole count; never a float (design 0.12)."""

    def __init__(self, *, whole: bool) -> None:
        super().__init__()
        self.whole = whole

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Decimal | int | None:
        """Return the figure, None for an empty cell; raise ValueError that says what is wrong."""
        typed = f"{Decimal(repr(value)):f}" if isinstance(value, float) else cell_text(value)
        typed = typed.removesuffix(".0").strip()
        if not typed:
            return None
        try:
            figure = parse_count(typed) if self.whole else parse_points(typed.removesuffix("%"))
        except ScoringError as error:
            raise ValueError(sentence(error.reason, error.params)) from error
        if self.whole and figure != int(figure):
            raise ValueError(_("A whole number is needed."))
        return int(figure) if self.whole else figure

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        """Print with a decimal comma."""
        return "" if value is None else format_decimal(Decimal(value))


def _not_yours() -> str:
    # One sentence for a unit that is not there and for the own one: they look the same.
    return _("This unit is not among those you handle in the cycle.")


def result_problems(row: SurveyResult, *, by: User | None, at: dt.datetime) -> dict[str, str]:
    """Return what is wrong with an aggregate, by field: it must fit the cycle and come in time."""
    cycle = row.round.cycle
    dossier = (
        Submission.objects.filter(cycle=cycle, unit=row.unit_id)
        .select_related("cycle_scheme")
        .first()
    )
    conflicted = by is not None and row.unit_id in permissions.conflicted_unit_ids(by, cycle, at)
    if dossier is None or conflicted:
        return {"unit": _not_yours()}
    if row.criterion.scheme_id != dossier.scheme_id or row.criterion.method != Method.SURVEY:
        return {"criterion": _("This is no survey leaf of the unit's scheme.")}
    if not row.criterion.components.filter(kind=row.kind_id).exists():
        return {"kind": _("The leaf does not ask respondents of this kind.")}
    if dossier.state in _SETTLED:
        return {
            "unit": _("The points of this unit are approved; the figure cannot change any more.")
        }
    other = SurveyResult.objects.filter(
        round__cycle=cycle, unit=row.unit_id, criterion=row.criterion_id, kind=row.kind_id
    ).exclude(round=row.round_id)
    if other.exclude(pk=row.pk).exists():
        return {"kind": _("Another survey of the cycle holds this figure already.")}
    return {}


class SurveyResultResource(TableResource):
    """One row per unit, survey leaf and kind of respondents; sent again it replaces the old."""

    body = Field("round__body", BODY, TextWidget(), readonly=True)
    year = Field("round__cycle__year", YEAR, TextWidget(), readonly=True)
    unit_code = Field("unit__code", UNIT_CODE, TextWidget(), readonly=True)
    unit_name = Field("unit__name", UNIT_NAME, TextWidget(), readonly=True)
    code = Field("criterion__code", CODE, TextWidget(), readonly=True)
    kind = Field("kind__name", KIND, TextWidget(), readonly=True)
    sample = Field("sample", SAMPLE, FigureWidget(whole=True))
    mean = Field("mean", MEAN, FigureWidget(whole=False))

    required = ((UNIT_CODE, UNIT_NAME), CODE, KIND, SAMPLE, MEAN)
    identity = (BODY, YEAR, UNIT_CODE, UNIT_NAME, CODE, KIND)
    accepts = {
        UNIT_NAME: ("Đơn vị", "Cơ quan, đơn vị"), SAMPLE: ("Cỡ mẫu", "Số phiếu hợp lệ"),
        MEAN: ("Tỷ lệ hài lòng (%)", "Tỷ lệ"), BODY: ("Đợt điều tra",), KIND: ("Nhóm đối tượng",),
    }  # fmt: skip
    error_headings = {"unit": UNIT_NAME, "criterion": CODE, "kind": KIND, "round": BODY}

    class Meta:
        model = SurveyResult
        import_id_fields = ["code"]
        fields = ("body", "year", "unit_code", "unit_name", "code", "kind", "sample", "mean")
        clean_model_instances = True
        skip_unchanged = True

    def get_queryset(self) -> QuerySet[SurveyResult]:
        """Read what the rows name with them."""
        return SurveyResult.objects.select_related("round__cycle", "unit", "criterion", "kind")

    def prepare(self, dataset: tablib.Dataset, **kwargs: Any) -> list[str]:
        """Read rounds, units, kinds and the schemes of the dossiers once."""
        self.by = kwargs.get("user")
        self.book = UnitBook()
        rounds = SurveyRound.objects.filter(
            cycle__state__in=[CycleState.OPEN, CycleState.PUBLISHED]
        )
        self.rounds = list(rounds.select_related("cycle"))
        self.kinds: dict[str, RespondentKind] = {}
        for kind in RespondentKind.objects.all():
            self.kinds |= {fold(kind.code): kind, fold(kind.name): kind}
        self.schemes = {
            (cycle, unit): scheme
            for cycle, unit, scheme in Submission.objects.filter(
                cycle__in=[row.cycle_id for row in self.rounds]
            ).values_list("cycle_id", "unit_id", "cycle_scheme__scheme_id")
        }
        leaves = Criterion.objects.filter(
            scheme__in=set(self.schemes.values()), method=Method.SURVEY
        )
        self.leaves = {(leaf.scheme_id, fold(leaf.code)): leaf for leaf in leaves}
        return []

    def get_instance(self, instance_loader: Any, row: dict[str, Any]) -> SurveyResult | None:
        """Find the figure of the same round, unit, leaf and kind."""
        try:
            found = self._found(row)
        except ValidationError:
            return None  # import_instance says what is wrong
        return self.get_queryset().filter(**found).first()

    def _found(self, row: dict[str, Any]) -> dict[str, Any]:
        """Return round, unit, leaf and kind of the row; raise ValidationError naming what fails."""
        errors: dict[str, Any] = {}
        text = {
            name: squeeze(cell_text(row.get(name)))
            for name in (BODY, YEAR, UNIT_CODE, UNIT_NAME, CODE, KIND)
        }
        rounds = self._rounds(text)
        if len(rounds) != 1:
            errors["round"] = (
                _("Several surveys fit; name the survey body and the year.")
                if rounds else _("No survey of an open cycle has this body and year.")
            )  # fmt: skip
        kind = self.kinds.get(fold(text[KIND]))
        if kind is None:
            errors["kind"] = _("“%s” is no known kind of respondents.") % text[KIND]
        try:
            unit = self.book.find(code=text[UNIT_CODE], name=text[UNIT_NAME])
        except ValueError as error:
            errors["unit"] = str(error)
        if errors:
            raise ValidationError(errors)
        scheme = self.schemes.get((rounds[0].cycle_id, unit.pk))
        leaf = self.leaves.get((scheme or 0, fold(text[CODE])))
        if leaf is None:
            message = _("This is no survey leaf of the unit's scheme.")
            raise ValidationError({"criterion": message} if scheme else {"unit": _not_yours()})
        return {"round": rounds[0], "unit": unit, "criterion": leaf, "kind": kind}

    def _rounds(self, text: dict[str, str]) -> list[SurveyRound]:
        """Return the rounds that the body and the year, as far as given, name."""
        return [
            each
            for each in self.rounds
            if (not text[BODY] or fold(each.body) == fold(text[BODY]))
            and (not text[YEAR] or str(each.cycle.year) == text[YEAR])
        ]

    def import_instance(self, instance: SurveyResult, row: dict[str, Any], **kwargs: Any) -> None:
        """Set what the row names and its figures; report every error of the row at once."""
        errors: dict[str, Any] = {}
        try:
            for name, value in self._found(row).items():
                setattr(instance, name, value)
            errors = dict(result_problems(instance, by=self.by, at=timezone.now()))
        except ValidationError as error:
            errors = merged_errors(error)
        try:
            super().import_instance(instance, row, **kwargs)
        except ValidationError as error:
            errors = merged_errors(errors, error)
        for name in ("sample", "mean"):
            if not errors and getattr(instance, name) is None:
                errors = {name: [_("A number is needed.")]}
        if errors:
            raise ValidationError(errors)

    def validate_instance(
        self,
        instance: Any,
        import_validation_errors: dict[str, Any] | None = None,
        validate_unique: bool = True,
    ) -> None:
        """Check the model only when the row itself could be read."""
        if import_validation_errors:
            raise ValidationError(import_validation_errors)
        super().validate_instance(instance, None, validate_unique)
