"""The plan of a merger, split or renaming, before it is confirmed."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cchc.kit.models import Decided, LineField, ProseField, Stamped, decided_together
from units.models.units import Succession, Unit, UnitGroup


class Merger(Decided, Stamped):
    """What will happen to which units on which day; confirmed once, it rewrites no history."""

    kind = models.CharField(_("kind"), max_length=10, choices=Succession.Kind)
    predecessors = models.ManyToManyField(
        Unit, related_name="mergers", verbose_name=_("predecessors")
    )
    successor = models.ForeignKey(
        Unit,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("successor"),
        help_text=_("Leave empty to create a new unit from the fields below."),
    )
    new_code = LineField(_("code of the new unit"), max_length=20, blank=True)
    new_name = LineField(_("name of the new unit"), max_length=200, blank=True)
    new_group = models.ForeignKey(
        UnitGroup,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("group of the new unit"),
    )
    effective_on = models.DateField(_("effective on"))
    note = ProseField(_("note"), blank=True)
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, editable=False)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+",
        verbose_name=_("confirmed by"),
    )  # fmt: skip

    class Meta:
        verbose_name = _("merger plan")
        verbose_name_plural = _("merger plans")
        ordering = ["-effective_on"]
        constraints = [
            decided_together("merger_decision_whole"),
            models.CheckConstraint(
                name="merger_has_successor",
                condition=models.Q(successor__isnull=False)
                | (
                    ~models.Q(new_code="")
                    & ~models.Q(new_name="")
                    & models.Q(new_group__isnull=False)
                ),
                violation_error_message=_(
                    "Choose the successor, or give the new unit's code, name and group."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.successor or self.new_name}"
