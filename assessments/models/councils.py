"""The council by decision, who appraises which field, and dated appointments."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.choices import CouncilRole, PortalRole
from assessments.models.cycles import Cycle
from assessments.models.schemes import Criterion
from cchc.kit.models import Decided, LineField, ProseField, Stamped, decided_together
from cchc.kit.periods import Period, days_in_order, no_overlap
from units.models import Unit


class Council(Decided, Stamped):
    """The council that assesses one cycle; after `dissolved_on` its members see nothing."""

    cycle = models.OneToOneField(
        Cycle, models.PROTECT, related_name="council", verbose_name=_("cycle")
    )
    name = LineField(_("name"), max_length=200)
    dissolved_on = models.DateField(_("dissolved on"), null=True, blank=True)
    # What an appraiser is shown while judging (design 0.30); secretary and chair see everything.
    claims_shown = models.BooleanField(
        _("appraisers see self-assessed points"), default=True,
        help_text=_("The facts and the evidence are shown in any case."),
    )  # fmt: skip
    others_after_own = models.BooleanField(
        _("appraisers see others' points only after their own"), default=True
    )

    class Meta:
        verbose_name = _("council")
        verbose_name_plural = _("councils")
        ordering = ["-cycle__year"]
        constraints = [decided_together("council_decision_whole")]

    def __str__(self) -> str:
        return self.name


class CouncilMember(Period, Stamped):
    """A person in the council, with the unit that employs them if it is assessed."""

    council = models.ForeignKey(
        Council, models.PROTECT, related_name="members", verbose_name=_("council")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="council_seats",
        verbose_name=_("account"),
    )
    role = models.CharField(_("role"), max_length=10, choices=CouncilRole)
    unit = models.ForeignKey(
        Unit,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("employing unit"),
    )

    class Meta:
        verbose_name = _("council member")
        verbose_name_plural = _("council members")
        ordering = ["council", "role", "user"]
        constraints = [
            days_in_order("member_days_in_order"),
            no_overlap(
                "seats_apart", "council", "user", "role",
                message=_("This person already holds the role on some of these days."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.user} ({self.get_role_display()})"


class Assignment(Period, Stamped):
    """One field given to one member for appraisal.

    The field belongs to a scheme and so names the group as well. `unit` narrows the
    assignment to one dossier, for a substitute (design 0.2).
    """

    member = models.ForeignKey(
        CouncilMember, models.PROTECT, related_name="assignments", verbose_name=_("member")
    )
    field = models.ForeignKey(
        Criterion, models.PROTECT, related_name="assignments", verbose_name=_("field")
    )
    unit = models.ForeignKey(
        Unit,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("only for the unit"),
    )
    stands_in_for = models.ForeignKey(
        CouncilMember, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("stands in for"),
    )  # fmt: skip

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        ordering = ["field__scheme", "field__position", "member"]
        constraints = [
            days_in_order("assignment_days_in_order"),
            models.UniqueConstraint(
                fields=["member", "field", "unit", "since"], name="assignment_once",
                nulls_distinct=False,
                violation_error_message=_("This assignment exists already."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.member}: {self.field}"


class DeclaredConflict(Period, Stamped):
    """A conflict of interest that a member declares beyond employment."""

    member = models.ForeignKey(
        CouncilMember, models.PROTECT, related_name="conflicts", verbose_name=_("member")
    )
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("unit"))
    reason = ProseField(_("reason"))

    class Meta:
        verbose_name = _("declared conflict")
        verbose_name_plural = _("declared conflicts")
        ordering = ["member", "unit"]
        constraints = [days_in_order("conflict_days_in_order")]

    def __str__(self) -> str:
        return f"{self.member} – {self.unit}"


class Appointment(Period, Decided, Stamped):
    """A dated role outside units and councils; the row itself grants the right (design 0.7)."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="appointments",
        verbose_name=_("account"),
    )
    role = models.CharField(_("role"), max_length=24, choices=PortalRole)

    class Meta:
        verbose_name = _("appointment")
        verbose_name_plural = _("appointments")
        ordering = ["role", "user", "-since"]
        constraints = [
            days_in_order("appointment_days_in_order"),
            decided_together("appointment_decision_whole"),
            no_overlap(
                "appointments_apart", "user", "role",
                message=_("This person already holds the role on some of these days."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}"
