"""What the council thinks of a leaf: appraisals, abstentions, questions and adjustments."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.choices import AdjustmentKind, AdjustmentState
from assessments.models.councils import CouncilMember
from assessments.models.submissions import CriterionScore, Submission
from cchc.kit.models import PointsField, ProseField, Stamped


class Appraisal(models.Model):
    """The points one member gives one leaf in one round, or an opinion beside them."""

    score = models.ForeignKey(
        CriterionScore, models.PROTECT, related_name="appraisals", verbose_name=_("criterion")
    )
    member = models.ForeignKey(
        CouncilMember, models.PROTECT, related_name="appraisals", verbose_name=_("member")
    )
    round = models.PositiveSmallIntegerField(_("round"))
    points = PointsField(_("points"))
    applicable = models.BooleanField(_("applies"), default=True)
    reason = ProseField(_("reason"), blank=True)
    responsible = models.BooleanField(_("counts"), default=True)
    seen_version = models.PositiveIntegerField(_("version of the leaf judged"))
    trace = ProseField(_("how the points come about"), blank=True)
    flagged_conflict = models.BooleanField(_("conflict found later"), default=False)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("appraisal")
        verbose_name_plural = _("appraisals")
        ordering = ["score", "round", "at"]
        constraints = [
            models.UniqueConstraint(
                fields=["score", "member", "round"], name="appraisal_per_member_and_round"
            ),
            models.UniqueConstraint(
                fields=["score", "round"],
                condition=models.Q(responsible=True, flagged_conflict=False),
                name="appraisal_counts_once",
            ),
            models.CheckConstraint(
                name="appraisal_points_not_negative", condition=models.Q(points__gte=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.score}: {self.points}"


class Abstention(models.Model):
    """A member's word that they give a leaf no points in one round, and why."""

    score = models.ForeignKey(
        CriterionScore, models.PROTECT, related_name="abstentions", verbose_name=_("criterion")
    )
    member = models.ForeignKey(
        CouncilMember, models.PROTECT, related_name="abstentions", verbose_name=_("member")
    )
    round = models.PositiveSmallIntegerField(_("round"))
    reason = ProseField(_("reason"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("abstention")
        verbose_name_plural = _("abstentions")
        ordering = ["score", "round", "at"]
        constraints = [
            models.UniqueConstraint(
                fields=["score", "member", "round"], name="abstention_per_member_and_round"
            )
        ]

    def __str__(self) -> str:
        return f"{self.score}: {self.member}"


class Explanation(models.Model):
    """A question on a leaf and the unit's answer (giải trình); an open one freezes the leaf."""

    score = models.ForeignKey(
        CriterionScore, models.PROTECT, related_name="explanations", verbose_name=_("criterion")
    )
    round = models.PositiveSmallIntegerField(_("round"))
    asked_by = models.ForeignKey(
        CouncilMember, models.PROTECT, related_name="+", verbose_name=_("asked by")
    )
    question = ProseField(_("question"))
    asked_at = models.DateTimeField(_("asked at"))
    due_at = models.DateTimeField(_("due"))
    answer = ProseField(_("answer"), blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("answered by"),
    )
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    closed_by_clock = models.BooleanField(_("closed by the clock"), default=False)

    class Meta:
        verbose_name = _("explanation")
        verbose_name_plural = _("explanations")
        ordering = ["score", "asked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["score"],
                condition=models.Q(closed_at=None),
                name="one_open_question_per_leaf",
                violation_error_message=_("This leaf already has an open question."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.score}: {self.question[:60]}"


class Adjustment(Stamped):
    """Bonus or penalty in index points, outside the hundred, capped by the scheme."""

    submission = models.ForeignKey(
        Submission, models.PROTECT, related_name="adjustments", verbose_name=_("dossier")
    )
    kind = models.CharField(_("kind"), max_length=8, choices=AdjustmentKind)
    points = PointsField(_("index points"))
    reason = ProseField(_("reason"))
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=AdjustmentState,
        default=AdjustmentState.PROPOSED,
        editable=False,
    )
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("proposed by")
    )
    decided_by_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
        verbose_name=_("decided by"),
    )
    decided_by = models.ForeignKey(
        CouncilMember,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
        verbose_name=_("council seat"),
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, editable=False)

    class Meta:
        verbose_name = _("bonus or penalty")
        verbose_name_plural = _("bonuses and penalties")
        ordering = ["submission", "kind"]
        constraints = [
            models.CheckConstraint(
                name="adjustment_points_positive",
                condition=models.Q(points__gt=0),
                violation_error_message=_("Index points must be more than zero."),
            ),
            models.CheckConstraint(
                name="adjustment_decided_by_somebody",
                condition=models.Q(state=AdjustmentState.PROPOSED, decided_by_user=None)
                | ~models.Q(state=AdjustmentState.PROPOSED)
                & models.Q(decided_by_user__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.points}"
