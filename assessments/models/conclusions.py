"""The council in session: its meetings, who was there, what was on the agenda and decided."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.choices import AgendaReason
from assessments.models.councils import Council, CouncilMember
from assessments.models.submissions import CriterionScore
from cchc.kit.models import LineField, PointsField, ProseField, Stamped


class Meeting(Stamped):
    """A meeting of the council, with its minutes (biên bản).

    The number is blank until an office gives one: the portal never invents it (design 10).
    """

    council = models.ForeignKey(
        Council, models.PROTECT, related_name="meetings", verbose_name=_("council")
    )
    held_on = models.DateField(_("held on"))
    begins_at = models.TimeField(_("begins"), null=True, blank=True)
    ends_at = models.TimeField(_("ends"), null=True, blank=True)
    place = LineField(_("place"), max_length=300, blank=True)
    minutes_number = LineField(_("number of the minutes"), max_length=60, blank=True)
    proceedings = ProseField(
        _("course of the meeting"), blank=True,
        help_text=_("What was said beyond the leaves decided; printed in the minutes."),
    )  # fmt: skip
    minutes_file = models.FileField(_("signed minutes"), upload_to="minutes/", blank=True)

    class Meta:
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")
        ordering = ["-held_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["council", "minutes_number"], name="minutes_number_once",
                condition=~models.Q(minutes_number=""),
                violation_error_message=_("Other minutes of the council have this number."),
            ),
            models.CheckConstraint(
                name="meeting_times_in_order",
                condition=models.Q(begins_at=None)
                | models.Q(ends_at=None)
                | models.Q(ends_at__gt=models.F("begins_at")),
                violation_error_message=_("The meeting ends before it begins."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        day = f"{self.held_on:%d/%m/%Y}"
        return f"{self.minutes_number} ({day})" if self.minutes_number else day


class Attendance(models.Model):
    """Who of the council was at a meeting, or why not."""

    meeting = models.ForeignKey(
        Meeting, models.CASCADE, related_name="attendances", verbose_name=_("meeting")
    )
    member = models.ForeignKey(
        CouncilMember, models.PROTECT, related_name="attendances", verbose_name=_("member")
    )
    present = models.BooleanField(_("present"), default=True)
    note = LineField(_("note"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("attendance")
        verbose_name_plural = _("attendance")
        ordering = ["meeting", "member"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "member"], name="attendance_once")
        ]

    def __str__(self) -> str:
        return f"{self.member}"


class AgendaItem(models.Model):
    """A leaf that a meeting is to talk about, and why it came there."""

    meeting = models.ForeignKey(
        Meeting, models.CASCADE, related_name="agenda", verbose_name=_("meeting")
    )
    score = models.ForeignKey(
        CriterionScore, models.PROTECT, related_name="agenda_items", verbose_name=_("criterion")
    )
    reason = models.CharField(_("why"), max_length=10, choices=AgendaReason)
    added_at = models.DateTimeField(_("added at"))

    class Meta:
        verbose_name = _("item of the agenda")
        verbose_name_plural = _("agenda")
        ordering = ["meeting", "score__criterion__position", "score__submission__unit__sort_name"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "score"], name="agenda_item_once")
        ]

    def __str__(self) -> str:
        return f"{self.score}"


class CouncilDecision(models.Model):
    """The council's word on a disputed leaf: points, reason, votes and dissent."""

    score = models.OneToOneField(
        CriterionScore, models.PROTECT, related_name="decision", verbose_name=_("criterion")
    )
    meeting = models.ForeignKey(
        Meeting, models.PROTECT, related_name="decisions", verbose_name=_("meeting")
    )
    points = PointsField(_("points"))
    applicable = models.BooleanField(_("applies"), default=True)
    reason = ProseField(_("reason"))
    votes_for = models.PositiveSmallIntegerField(_("votes for"), default=0)
    votes_against = models.PositiveSmallIntegerField(_("votes against"), default=0)
    votes_abstained = models.PositiveSmallIntegerField(_("abstentions"), default=0)
    dissent = ProseField(_("dissent"), blank=True)
    decided_by_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("decided by")
    )
    # None where the City approver stands in for a chair with a conflict, without a seat.
    decided_by = models.ForeignKey(
        CouncilMember,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("council seat"),
    )
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("decision of the council")
        verbose_name_plural = _("decisions of the council")
        ordering = ["score"]
        constraints = [
            models.CheckConstraint(
                name="decision_points_not_negative", condition=models.Q(points__gte=0)
            )
        ]

    def __str__(self) -> str:
        return f"{self.score}: {self.points}"
