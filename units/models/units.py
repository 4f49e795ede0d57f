"""The units that are assessed, their names, and how they follow one another."""

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from cchc.kit.models import Decided, LineField, ProseField, Stamped, decided_together
from cchc.kit.text import fold, slugify, sort_key, unaccent

if TYPE_CHECKING:
    from units.models.people import UnitHead

AGENCY_CODE = RegexValidator(
    r"^[A-Z]\d{2}(\.\d{2}){0,3}$", _("An agency code looks like H29 or H29.07.")
)
#: It stands in addresses and names of files, where other words stand too (bao-cao).
GROUP_CODE = RegexValidator(
    r"^[A-Z][A-Z0-9]*$",
    _("A group's code is made of capital letters A to Z and digits, the first a letter."),
)


class UnitGroup(Stamped):
    """A group of units that are assessed by one scheme and ranked among themselves."""

    code = LineField(_("code"), max_length=12, unique=True, validators=[GROUP_CODE])
    name = LineField(_("name"), max_length=120, unique=True)
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("group of units")
        verbose_name_plural = _("groups of units")
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.name


class UnitQuerySet(models.QuerySet["Unit"]):
    """Find units by day and by the names people type."""

    def existing(self, day: dt.date) -> "UnitQuerySet":
        """Return the units that exist on `day`."""
        return self.filter(
            models.Q(established_on=None) | models.Q(established_on__lte=day),
            models.Q(dissolved_on=None) | models.Q(dissolved_on__gt=day),
        )

    def named(self, name: str) -> "Unit | None":
        """Return the unit whose name or alias is `name` after folding, or None (design 0.13)."""
        key = fold(name)
        return (
            self.filter(models.Q(folded_name=key) | models.Q(aliases__folded_name=key))
            .distinct()
            .first()
        )

    def resembling(self, name: str) -> "UnitQuerySet":
        """Return the units whose name without accents is that of `name`, as suggestions only."""
        key = unaccent(name)
        return self.filter(
            models.Q(search_name=key) | models.Q(aliases__search_name=key)
        ).distinct()


class NamedUnit(models.Model):
    """Keep beside a name the keys by which it is matched and searched."""

    name = LineField(_("name"), max_length=200)
    folded_name = models.CharField(max_length=200, editable=False)
    search_name = models.CharField(max_length=200, editable=False, db_index=True)

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Derive the keys from the name and save."""
        self.set_keys()
        super().save(*args, **kwargs)

    def set_keys(self) -> None:
        """Derive the folded and the unaccented name; call it before bulk writes."""
        self.folded_name = fold(self.name)
        self.search_name = unaccent(self.name)


class Unit(NamedUnit, Stamped):
    """An agency that is assessed (cơ quan, đơn vị)."""

    code = LineField(_("code"), max_length=20, unique=True)
    short_name = LineField(_("short name"), max_length=80, blank=True)
    slug = models.SlugField(_("address"), max_length=120, unique=True, blank=True)
    sort_name = models.CharField(max_length=800, editable=False, db_index=True)
    group = models.ForeignKey(
        UnitGroup, models.PROTECT, related_name="units", verbose_name=_("group")
    )
    agency_code = LineField(_("agency code"), max_length=15, blank=True, validators=[AGENCY_CODE])
    code_verified = models.BooleanField(_("code verified"), default=False)
    handles_procedures = models.BooleanField(_("handles public procedures"), default=True)
    established_on = models.DateField(_("established on"), null=True, blank=True)
    dissolved_on = models.DateField(_("dissolved on"), null=True, blank=True)
    source = ProseField(_("source"), blank=True)

    objects = UnitQuerySet.as_manager()

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        ordering = ["group__position", "sort_name"]
        constraints = [
            models.UniqueConstraint(
                "folded_name",
                name="unit_name_once",
                violation_error_message=_("Another unit has this name."),
            ),
            models.CheckConstraint(
                name="unit_days_in_order",
                condition=models.Q(dissolved_on=None)
                | models.Q(established_on=None)
                | models.Q(dissolved_on__gt=models.F("established_on")),
                violation_error_message=_("A unit cannot end before it begins."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def set_keys(self) -> None:
        """Derive the matching, search and sort keys, and the address when it is empty."""
        super().set_keys()
        self.sort_name = sort_key(self.name)
        self.slug = self.slug or self._free_slug()

    def _free_slug(self) -> str:
        # Xã Thanh An and Xã Thạnh An are two units with one unaccented name.
        slug = slugify(self.name)
        taken = Unit.objects.filter(slug=slug).exclude(pk=self.pk).exists()
        return f"{slug}-{slugify(self.code)}" if taken else slug

    def lineage_ids(self) -> set[int]:
        """Return the ids of this unit, its predecessors and its successors, near and far."""
        pairs = list(Succession.objects.values_list("predecessor_id", "successor_id"))
        found = {self.pk}
        for column in (0, 1):
            edge = {self.pk}
            while edge:
                edge = {pair[column] for pair in pairs if pair[1 - column] in edge} - found
                found |= edge
        return found

    def head_on(self, day: dt.date) -> "UnitHead | None":
        """Return the head in office on `day`, or None."""
        return self.heads.on(day).first()


class UnitAlias(NamedUnit):
    """Another name by which files and newspapers call a unit."""

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="aliases", verbose_name=_("unit"))

    class Meta:
        verbose_name = _("other name")
        verbose_name_plural = _("other names")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                "folded_name",
                name="alias_once",
                violation_error_message=_("Another unit has this name."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse a name that is another unit's own name."""
        if Unit.objects.filter(folded_name=fold(self.name)).exclude(pk=self.unit_id).exists():
            raise ValidationError({"name": _("Another unit has this name.")})


class Succession(Decided, Stamped):
    """One unit follows another (merger, split, renaming); history stays with each."""

    class Kind(models.TextChoices):
        """How the successor came about."""

        MERGED = "merged", _("merger")
        SPLIT = "split", _("split")
        RENAMED = "renamed", _("renaming")

    predecessor = models.ForeignKey(
        Unit, models.PROTECT, related_name="successions", verbose_name=_("predecessor")
    )
    successor = models.ForeignKey(
        Unit, models.PROTECT, related_name="origins", verbose_name=_("successor")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    effective_on = models.DateField(_("effective on"))

    class Meta:
        verbose_name = _("succession")
        verbose_name_plural = _("successions")
        ordering = ["-effective_on"]
        constraints = [
            models.UniqueConstraint(fields=["predecessor", "successor"], name="succession_once"),
            models.CheckConstraint(
                name="succession_of_another",
                condition=~models.Q(predecessor=models.F("successor")),
                violation_error_message=_("A unit cannot follow itself."),
            ),
            decided_together("succession_decision_whole"),
        ]

    def __str__(self) -> str:
        return f"{self.predecessor} → {self.successor}"
