"""The year: which scheme for which group, which stage when, and who got more time."""

import datetime as dt

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.choices import CycleState, Stage
from assessments.models.schemes import Scheme
from cchc.kit.models import Decided, LineField, ProseField, Stamped, decided_together
from units.models import Unit, UnitGroup

#: Working days that a clock of the year may run at most, and rounds of explanation.
MOST_DAYS, MOST_ROUNDS = 60, 5


class Cycle(Decided, Stamped):
    """An assessment year; its stage is read from the milestones, never stored (design 0.4)."""

    year = models.PositiveSmallIntegerField(_("year"))
    title = LineField(_("title"), max_length=200)
    illustrative = models.BooleanField(_("illustrative"), default=False)
    state = models.CharField(
        _("state"), max_length=10, choices=CycleState, default=CycleState.DRAFT, editable=False
    )
    opened_at = models.DateTimeField(_("opened at"), null=True, editable=False)
    explanation_rounds = models.PositiveSmallIntegerField(
        _("rounds of explanation"), default=1, validators=[MaxValueValidator(MOST_ROUNDS)],
        help_text=_("How often a dossier may go to its unit for explanation before the council."),
    )  # fmt: skip
    # Both are the campaign's own clocks, no terms of the complaints law (design 10).
    answer_days = models.PositiveSmallIntegerField(
        _("working days for an explanation"), default=5,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_DAYS)],
    )  # fmt: skip
    appeal_days = models.PositiveSmallIntegerField(
        _("working days for the answer to an appeal or a complaint"), default=7,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_DAYS)],
    )  # fmt: skip

    class Meta:
        verbose_name = _("cycle")
        verbose_name_plural = _("cycles")
        ordering = ["-year"]
        constraints = [
            models.UniqueConstraint(fields=["year", "illustrative"], name="cycle_once_a_year"),
            decided_together("cycle_decision_whole"),
            models.CheckConstraint(
                name="cycle_clocks_run",
                condition=models.Q(
                    answer_days__range=(1, MOST_DAYS),
                    appeal_days__range=(1, MOST_DAYS),
                    explanation_rounds__lte=MOST_ROUNDS,
                ),
                violation_error_message=_(
                    "A clock runs from 1 to 60 working days; there are at most 5 rounds."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def first_day(self) -> dt.date:
        """Return the first day of the assessed year."""
        return dt.date(self.year, 1, 1)

    @property
    def last_day(self) -> dt.date:
        """Return the last day of the assessed year, the day whose heads and names are copied."""
        return dt.date(self.year, 12, 31)

    def stages_at(self, at: dt.datetime) -> list[Stage]:
        """Return the stages whose common window holds `at` (extensions are per unit)."""
        return [
            Stage(row.stage) for row in self.milestones.all() if row.opens_at <= at < row.closes_at
        ]


class CycleScheme(models.Model):
    """The scheme by which one group is assessed in a cycle."""

    cycle = models.ForeignKey(
        Cycle, models.CASCADE, related_name="cycle_schemes", verbose_name=_("cycle")
    )
    group = models.ForeignKey(UnitGroup, models.PROTECT, related_name="+", verbose_name=_("group"))
    scheme = models.ForeignKey(
        Scheme, models.PROTECT, related_name="cycle_schemes", verbose_name=_("scheme")
    )
    units = models.ManyToManyField(
        Unit, blank=True, related_name="+", verbose_name=_("units"),
        help_text=_("Leave empty for all units of the group that exist at the end of the year."),
    )  # fmt: skip

    class Meta:
        verbose_name = _("scheme of a group")
        verbose_name_plural = _("schemes of the groups")
        ordering = ["cycle", "group__position"]
        constraints = [
            models.UniqueConstraint(fields=["cycle", "group"], name="cycle_scheme_per_group")
        ]

    def __str__(self) -> str:
        return f"{self.cycle} – {self.group}"


class Milestone(models.Model):
    """The window of a stage, [opens_at, closes_at); printed with 23:59:59 (design 0.4)."""

    cycle = models.ForeignKey(
        Cycle, models.CASCADE, related_name="milestones", verbose_name=_("cycle")
    )
    stage = models.CharField(_("stage"), max_length=20, choices=Stage)
    opens_at = models.DateTimeField(_("opens"))
    closes_at = models.DateTimeField(_("closes"))

    class Meta:
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        ordering = ["cycle", "opens_at"]
        constraints = [
            models.UniqueConstraint(fields=["cycle", "stage"], name="milestone_per_stage"),
            models.CheckConstraint(
                name="milestone_times_in_order",
                condition=models.Q(closes_at__gt=models.F("opens_at")),
                violation_error_message=_("The window closes before it opens."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cycle}: {self.get_stage_display()}"


class Extension(Decided, Stamped):
    """More time for one unit, or for all when no unit is named, in one stage."""

    cycle = models.ForeignKey(
        Cycle, models.CASCADE, related_name="extensions", verbose_name=_("cycle")
    )
    stage = models.CharField(_("stage"), max_length=20, choices=Stage)
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("unit")
    )
    until = models.DateTimeField(_("until"))
    reason = ProseField(_("reason"))

    class Meta:
        verbose_name = _("extension")
        verbose_name_plural = _("extensions")
        ordering = ["cycle", "stage", "until"]
        constraints = [decided_together("extension_decision_whole")]

    def __str__(self) -> str:
        return f"{self.get_stage_display()}: {self.unit or _('all units')}"


class WorkingDay(Decided, Stamped):
    """A day on which the calendar of holidays is overruled: off, or worked instead (design 10)."""

    day = models.DateField(_("day"), unique=True)
    is_working = models.BooleanField(_("worked"), default=False)
    note = LineField(_("note"), max_length=200)

    class Meta:
        verbose_name = _("exception of the working calendar")
        verbose_name_plural = _("exceptions of the working calendar")
        ordering = ["-day"]
        constraints = [decided_together("working_day_decision_whole")]

    def __str__(self) -> str:
        return f"{self.day:%d/%m/%Y}"


class SiteIdentity(models.Model):
    """Whose portal this is: the one row behind header, footer and papers (design 10)."""

    city_name = LineField(_("name of the city"), max_length=120)
    governing_body = LineField(_("governing body"), max_length=200)
    address = LineField(_("address"), max_length=300, blank=True)
    telephone = LineField(_("telephone"), max_length=60, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    responsible_person = LineField(_("person responsible"), max_length=200, blank=True)
    help_contact = LineField(_("help contact"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("identity of the portal")
        verbose_name_plural = _("identity of the portal")
        constraints = [
            models.CheckConstraint(
                name="site_identity_one_row", condition=models.Q(id=1),
                violation_error_message=_("There is one identity; change it instead."),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.city_name
