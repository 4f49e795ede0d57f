"""Units and their other names as tables."""

import re
from typing import Any

import tablib
from django.core.exceptions import ValidationError
from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _
from import_export import widgets
from import_export.fields import Field

from cchc.kit.imports import TableResource, merged_errors
from cchc.kit.sheets import cell_text
from cchc.kit.text import fold, squeeze
from cchc.kit.widgets import NO, YES, DayWidget, TextWidget, YesNoWidget
from units.models import Unit, UnitAlias, UnitGroup
from units.names import UnitBook

CODE, NAME, GROUP, GROUP_NAME = "Mã", "Tên đơn vị", "Mã nhóm", "Tên nhóm"
VERIFIED, SOURCE, ALIASES = "Mã đã kiểm tra", "Nguồn", "Tên khác"
UNIT_CODE = "Mã đơn vị"
STATUS, FORMER_AREA = "Tình trạng", "Địa bàn cũ"
#: The status of a published list that vouches for its codes.
VERIFIED_STATUS = "verified"


class GroupWidget(widgets.Widget):  # type: ignore[misc]
    """A group by its code, out of the groups that `UnitResource.prepare` found or made."""

    def __init__(self) -> None:
        super().__init__()
        self.groups: dict[str, UnitGroup] = {}

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> UnitGroup | None:
        """Return the group, None for an empty cell (the model then refuses it)."""
        return self.groups.get(fold(cell_text(value)))

    def render(self, value: UnitGroup | None, obj: Any = None, **kwargs: Any) -> str:
        """Print the code."""
        return value.code if value else ""


class AliasesField(Field):  # type: ignore[misc]
    """Other names of a unit in one cell, divided by semicolons; saved after the unit."""

    def get_value(self, instance: Unit) -> str:
        """Return the names that are pending, else those on record."""
        pending: list[str] | None = getattr(instance, "pending_aliases", None)
        if pending is None:
            pending = [alias.name for alias in instance.aliases.all()] if instance.pk else []
        return "; ".join(sorted(pending))

    def save(self, instance: Unit, row: Any, is_m2m: bool = False, **kwargs: Any) -> None:
        """Keep the names of the cell."""
        names = [squeeze(name) for name in re.split(r"[;\n]", cell_text(row[self.column_name]))]
        # Of two spellings of one name the first stays.
        first = {fold(name): name for name in reversed(names) if name}
        instance.pending_aliases = list(first.values())  # type: ignore[attr-defined]


class UnitResource(TableResource):
    """The units of one or more groups; a group that does not exist is announced and made."""

    code = Field("code", CODE, TextWidget())
    name = Field("name", NAME, TextWidget())
    short_name = Field("short_name", "Tên ngắn", TextWidget())
    group = Field("group", GROUP, GroupWidget())
    group_name = Field("group__name", GROUP_NAME, TextWidget(), readonly=True)
    agency_code = Field("agency_code", "Mã định danh", TextWidget())
    code_verified = Field("code_verified", VERIFIED, YesNoWidget(blank=False))
    handles_procedures = Field("handles_procedures", "Có TTHC", YesNoWidget(blank=True))
    established_on = Field("established_on", "Ngày thành lập", DayWidget())
    dissolved_on = Field("dissolved_on", "Ngày giải thể", DayWidget())
    aliases = AliasesField("aliases", ALIASES, TextWidget())
    source = Field("source", SOURCE, TextWidget())

    required = (CODE, NAME, GROUP)
    identity = (CODE,)
    extra = (STATUS, FORMER_AREA)
    accepts = {
        CODE: ("code", UNIT_CODE),
        NAME: ("name", "Tên", "Đơn vị"),
        GROUP: ("group_code",),
        GROUP_NAME: ("group_name", "Nhóm"),
        SOURCE: ("source",),
        STATUS: ("status",),
        FORMER_AREA: ("former_area",),
    }
    error_headings = {"slug": NAME, "folded_name": NAME}

    class Meta:
        model = Unit
        import_id_fields = ["code"]
        fields = (
            "code", "name", "short_name", "group", "group_name", "agency_code", "code_verified",
            "handles_procedures", "established_on", "dissolved_on", "aliases", "source",
        )  # fmt: skip
        clean_model_instances = True
        skip_unchanged = True

    def get_queryset(self) -> QuerySet[Unit]:
        """Read groups and other names with the units."""
        return Unit.objects.select_related("group").prefetch_related("aliases")

    def prepare(self, dataset: tablib.Dataset, **kwargs: Any) -> list[str]:
        """Find the groups, make those that are new, and refuse a group under another name."""
        groups = {fold(group.code): group for group in UnitGroup.objects.all()}
        self.fields["group"].widget.groups = groups
        problems: list[str] = []
        for index, row in enumerate(dataset.dict):
            code = squeeze(cell_text(row[GROUP]))
            name = squeeze(cell_text(row.get(GROUP_NAME)))
            known = groups.get(fold(code))
            if known is not None and name and fold(name) != fold(known.name):
                words = {"code": known.code, "name": known.name}
                text = _("the group %(code)s is called “%(name)s” here.") % words
                problems.append(self.place(index, GROUP_NAME, text))
            elif known is None and code:
                try:
                    groups[fold(code)] = self._new_group(code, name)
                except ValidationError as error:
                    problems += [self.place(index, GROUP, text) for text in error.messages]
        return problems

    def _new_group(self, code: str, name: str) -> UnitGroup:
        if not name:
            raise ValidationError(
                _("no group has the code %(code)s; to create it, give its name too.")
                % {"code": code}
            )
        last = UnitGroup.objects.aggregate(last=Max("position"))["last"] or 0
        group = UnitGroup(code=code, name=name, position=last + 1)
        group.full_clean()
        group.save()
        self.notes.append(_("New group: %(group)s") % {"group": f"{code} – {name}"})
        return group

    def before_import_row(self, row: dict[str, Any], **kwargs: Any) -> None:
        """Read the columns of published lists that are called otherwise."""
        if STATUS in row and VERIFIED not in row:
            row[VERIFIED] = YES if row[STATUS] == VERIFIED_STATUS else NO
        if row.get(FORMER_AREA) and not row.get(SOURCE):
            row[SOURCE] = f"{FORMER_AREA}: {row[FORMER_AREA]}"

    def validate_instance(
        self,
        instance: Unit,
        import_validation_errors: dict[str, Any] | None = None,
        validate_unique: bool = True,
    ) -> None:
        """Derive the keys first, so that the model's constraints see them."""
        instance.set_keys()
        errors = import_validation_errors or {}
        others = UnitAlias.objects.filter(folded_name=instance.folded_name)
        if others.exclude(unit_id=instance.pk).exists():
            errors = merged_errors(errors, {"name": _("Another unit has this name.")})
        super().validate_instance(instance, errors, validate_unique)

    def after_save_instance(self, instance: Unit, row: dict[str, Any], **kwargs: Any) -> None:
        """Save the other names of the cell and drop those that are no longer in it."""
        pending: list[str] | None = getattr(instance, "pending_aliases", None)
        if pending is None:
            return
        kept = {fold(name): name for name in pending}
        instance.aliases.exclude(folded_name__in=kept).delete()
        known = set(instance.aliases.values_list("folded_name", flat=True))
        for key, name in kept.items():
            if key not in known:
                save_alias(UnitAlias(unit=instance, name=name))


def save_alias(alias: UnitAlias) -> None:
    """Check and save another name; raise ValidationError on `aliases` when it is taken."""
    alias.set_keys()
    try:
        alias.full_clean()
    except ValidationError as error:
        texts = [f"{alias.name}: {message}" for message in error.messages]
        raise ValidationError({"aliases": texts}) from error
    alias.save()


class AliasResource(TableResource):
    """Other names of units, one in a row."""

    name = Field("name", ALIASES, TextWidget())
    unit_code = Field("unit__code", UNIT_CODE, TextWidget(), readonly=True)
    unit_name = Field("unit__name", NAME, TextWidget(), readonly=True)

    required = (ALIASES, (UNIT_CODE, NAME))
    identity = (ALIASES,)
    accepts = {NAME: ("name", "Đơn vị"), ALIASES: ("alias",), UNIT_CODE: ("code",)}
    error_headings = {"folded_name": ALIASES, "unit": NAME}

    class Meta:
        model = UnitAlias
        import_id_fields = ["name"]
        fields = ("name", "unit_code", "unit_name")
        clean_model_instances = True
        skip_unchanged = True

    def prepare(self, dataset: tablib.Dataset, **kwargs: Any) -> list[str]:
        """Read the names of all units."""
        self.book = UnitBook()
        return []

    def get_queryset(self) -> QuerySet[UnitAlias]:
        """Read the units with their other names."""
        return UnitAlias.objects.select_related("unit")

    def get_instance(self, instance_loader: Any, row: dict[str, Any]) -> UnitAlias | None:
        """Find the other name after folding."""
        return self.get_queryset().filter(folded_name=fold(cell_text(row[ALIASES]))).first()

    def import_instance(self, instance: UnitAlias, row: dict[str, Any], **kwargs: Any) -> None:
        """Set the name and the unit it belongs to."""
        super().import_instance(instance, row, **kwargs)
        try:
            instance.unit = self.book.find(
                code=cell_text(row.get(UNIT_CODE)), name=cell_text(row.get(NAME))
            )
        except ValueError as error:
            raise ValidationError({"unit": str(error)}) from error
        instance.set_keys()

    def validate_instance(
        self,
        instance: UnitAlias,
        import_validation_errors: dict[str, Any] | None = None,
        validate_unique: bool = True,
    ) -> None:
        """Report an unknown unit alone: without it nothing else can be checked."""
        if import_validation_errors:
            raise ValidationError(merged_errors(import_validation_errors))
        super().validate_instance(instance, None, validate_unique)
