"""Assignments of fields to council members as a table."""

import copy
from typing import Any

import tablib
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from import_export.fields import Field

from assessments import permissions
from assessments.choices import CycleState, Level
from assessments.errors import BadInput
from assessments.models import Assignment, Council, CouncilMember, Criterion, Cycle
from assessments.workflow import assignments, distribution
from cchc.kit.imports import TableResource, merged_errors
from cchc.kit.sheets import cell_text
from cchc.kit.text import fold, squeeze
from cchc.kit.widgets import DayWidget, TextWidget
from units.models import Unit, User
from units.names import UnitBook

ACCOUNT, FULL_NAME = "Tài khoản", "Họ tên"
SCHEME, FIELD_CODE, FIELD_NAME = "Mã bộ tiêu chí", "Mã lĩnh vực", "Lĩnh vực"
UNIT_CODE, UNIT_NAME = "Mã đơn vị", "Chỉ cho đơn vị"
SINCE, UNTIL, STANDS_IN = "Từ ngày", "Đến ngày", "Thay cho (tài khoản)"


class AssignmentResource(TableResource):
    """Who appraises which field from when to when, in councils of cycles that are not over.

    A unit narrows the assignment to one dossier, for a substitute (design 0.2).
    """

    username = Field("member__user__username", ACCOUNT, TextWidget(), readonly=True)
    full_name = Field("member__user__full_name", FULL_NAME, TextWidget(), readonly=True)
    scheme = Field("field__scheme__code", SCHEME, TextWidget(), readonly=True)
    field_code = Field("field__code", FIELD_CODE, TextWidget(), readonly=True)
    field_name = Field("field__name", FIELD_NAME, TextWidget(), readonly=True)
    unit_code = Field("unit__code", UNIT_CODE, TextWidget(), readonly=True)
    unit_name = Field("unit__name", UNIT_NAME, TextWidget(), readonly=True)
    since = Field("since", SINCE, DayWidget())
    until = Field("until", UNTIL, DayWidget())
    stands_in = Field("stands_in_for__user__username", STANDS_IN, TextWidget(), readonly=True)

    required = (ACCOUNT, SCHEME, FIELD_CODE, SINCE)
    identity = (ACCOUNT, SCHEME, FIELD_CODE, UNIT_CODE, UNIT_NAME, SINCE)
    accepts = {
        ACCOUNT: ("Tên đăng nhập",), UNIT_NAME: ("Tên đơn vị", "Đơn vị"), STANDS_IN: ("Thay cho",),
    }  # fmt: skip
    error_headings = {
        "member": ACCOUNT, "field": FIELD_CODE, "unit_code": UNIT_CODE, "unit": UNIT_NAME,
        "stands_in_for": STANDS_IN,
    }  # fmt: skip

    class Meta:
        model = Assignment
        import_id_fields = ["username"]
        fields = (
            "username", "full_name", "scheme", "field_code", "field_name", "unit_code", "unit_name",
            "since", "until", "stands_in",
        )  # fmt: skip
        clean_model_instances = True
        skip_unchanged = True

    def get_queryset(self) -> QuerySet[Assignment]:
        """Read seats, fields and units with the rows."""
        return Assignment.objects.select_related(
            "member__user", "field__scheme", "unit", "stands_in_for__user"
        )

    def prepare(self, dataset: tablib.Dataset, **kwargs: Any) -> list[str]:
        """Read seats, fields and units once; the importer assigns in own councils only."""
        self.book, self.by = UnitBook(), kwargs.get("user")
        councils = _open_councils(self.by)
        self.seats: dict[str, list[CouncilMember]] = {}
        for seat in CouncilMember.objects.filter(council__in=councils).select_related(
            "user", "council__cycle"
        ):
            self.seats.setdefault(fold(seat.user.username), []).append(seat)
        self.criteria: dict[tuple[str, str], list[Criterion]] = {}
        rows = Criterion.objects.filter(
            level=Level.FIELD, scheme__cycle_schemes__cycle__council__in=councils
        ).select_related("scheme").distinct()  # fmt: skip
        for row in rows:
            self.criteria.setdefault((fold(row.scheme.code), fold(row.code)), []).append(row)
        self.used = {
            council.pk: set(council.cycle.cycle_schemes.values_list("scheme_id", flat=True))
            for council in councils
        }
        self.conflicts: dict[tuple[int, int], set[int]] = {}
        return []

    def get_instance(self, instance_loader: Any, row: dict[str, Any]) -> Assignment | None:
        """Find the same member, field, unit and first day."""
        try:
            found = self._found(row)
            since = self.fields["since"].clean(row)
        except (ValidationError, ValueError):
            return None  # import_instance says what is wrong
        return self.get_queryset().filter(since=since, **found).first() if since else None

    def _found(self, row: dict[str, Any]) -> dict[str, Any]:
        """Return member, field and unit of the row; raise ValidationError for each that fails."""
        errors: dict[str, Any] = {}
        text = {name: squeeze(cell_text(row.get(name))) for name in (ACCOUNT, SCHEME, FIELD_CODE)}
        seats = self.seats.get(fold(text[ACCOUNT]), [])
        fields = self.criteria.get((fold(text[SCHEME]), fold(text[FIELD_CODE])), [])
        pairs = [(s, f) for s in seats for f in fields if f.scheme_id in self.used[s.council_id]]
        if not seats:
            errors["member"] = _("“%s” has no seat in a council of yours.") % text[ACCOUNT]
        if not fields:
            words = {"field": text[FIELD_CODE], "scheme": text[SCHEME]}
            errors["field"] = (
                _("The scheme “%(scheme)s” of an open cycle has no field “%(field)s”.") % words
            )
        elif seats and not pairs:
            errors["field"] = _("The cycle of this council does not use that scheme.")
        place, unit = _unit_place(row), None
        try:
            unit = _unit(row, self.book)
        except ValueError as error:
            errors[place] = str(error)
        if errors:
            raise ValidationError(errors)
        seat, field = _preferred(pairs)
        if unit is not None:
            self._require_free(unit, seat, place)
        return {"member": seat, "field": field, "unit": unit}

    def _require_free(self, unit: Unit, seat: CouncilMember, place: str) -> None:
        """Refuse a unit in conflict with the importer, whether or not a row exists, or the member.

        What a person does not meet they neither add nor change, and the answer tells nothing.
        """
        cycle = seat.council.cycle
        if self.by is not None and unit.pk in self._conflicts_of(self.by, cycle):
            raise ValidationError({place: distribution.own_unit()})
        if unit.pk in self._conflicts_of(seat.user, cycle):
            raise ValidationError(
                {place: _("The member has a conflict of interest with this unit.")}
            )

    def _conflicts_of(self, user: User, cycle: Cycle) -> set[int]:
        key = (user.pk, cycle.pk)
        if key not in self.conflicts:
            self.conflicts[key] = permissions.conflicted_unit_ids(user, cycle, timezone.now())
        return self.conflicts[key]

    def import_instance(self, instance: Assignment, row: dict[str, Any], **kwargs: Any) -> None:
        """Set member, field, unit and days; report every error of the row at once."""
        errors: dict[str, Any] = {}
        before = copy.copy(instance)
        try:
            found = self._found(row)
            for name, value in found.items():
                setattr(instance, name, value)
            if STANDS_IN in self.headings:  # a table without the column says nothing of it
                instance.stands_in_for = _stood_for(row, found["member"], self.seats)
        except ValidationError as error:
            errors = merged_errors(error)
        try:
            super().import_instance(instance, row, **kwargs)
        except ValidationError as error:
            errors = merged_errors(errors, error)
        if not errors and instance.since is None:
            errors = {"since": [_("Give the first day.")]}
        if not errors:
            errors = _refusals(before, instance, self.by)
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


def _refusals(before: Assignment, after: Assignment, by: User | None) -> dict[str, Any]:
    """Return why a row that differs from `before` may not be written, by field."""
    given = {
        name: getattr(after, name) for name in ("since", "until", "stands_in_for")
        if before.pk is None or getattr(after, name) != getattr(before, name)
    }  # fmt: skip
    if not given:
        return {}
    try:
        distribution.require_other(after.member, by)
        if before.pk is not None:
            assignments.require_change(before, given, timezone.now())
    except BadInput as refusal:
        return {refusal.field: [str(refusal)]}
    return {}


def _unit(row: dict[str, Any], book: UnitBook) -> Unit | None:
    """Return the unit that narrows the row, None without one; raise ValueError."""
    code, name = (squeeze(cell_text(row.get(heading))) for heading in (UNIT_CODE, UNIT_NAME))
    return book.find(code=code, name=name) if code or name else None


def _unit_place(row: dict[str, Any]) -> str:
    """Return under which heading the row names its unit, and so where its errors belong."""
    return "unit_code" if squeeze(cell_text(row.get(UNIT_CODE))) else "unit"


def _stood_for(
    row: dict[str, Any], member: CouncilMember, seats: dict[str, list[CouncilMember]]
) -> CouncilMember | None:
    """Return the seat that the row stands in for; raise ValidationError for an unknown one."""
    name = squeeze(cell_text(row.get(STANDS_IN)))
    if not name:
        return None
    found = [
        seat for seat in seats.get(fold(name), [])
        if seat.council_id == member.council_id and seat.user_id != member.user_id
    ]  # fmt: skip
    if not found:
        raise ValidationError(
            {"stands_in_for": _("“%s” has no seat in a council of yours.") % name}
        )
    return max(found, key=lambda seat: (seat.role == "member", seat.pk))


def _preferred(pairs: list[tuple[CouncilMember, Criterion]]) -> tuple[CouncilMember, Criterion]:
    """Return the pair whose seat is that of a member, in the latest cycle."""
    return max(
        pairs, key=lambda pair: (pair[0].council.cycle.year, pair[0].role == "member", pair[0].pk)
    )


def _open_councils(by: User | None) -> list[Council]:
    rows = Council.objects.filter(cycle__state__in=[CycleState.DRAFT, CycleState.OPEN])
    rows = rows.select_related("cycle")
    if by is not None:
        seats = permissions.seats_of(by, timezone.localdate())
        rows = rows.filter(pk__in=seats.values("council"))
    return list(rows)
