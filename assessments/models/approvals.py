"""After the council: appeals and complaints of the units, and the approval of the points."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.choices import AppealKind, AppealState
from assessments.models.submissions import CriterionScore, Submission
from cchc.kit.models import ProseField, Stamped


class Appeal(Stamped):
    """A unit's request to look at points again: before the publication, or a complaint after it.

    Filed on named leaves (kiến nghị xem xét lại điểm), answered with reasons before `due_at`, in
    working days. `round` is that of the dossier when it was filed: leaves found right to be looked
    at again are sent back, which begins a new round.
    """

    submission = models.ForeignKey(
        Submission, models.PROTECT, related_name="appeals", verbose_name=_("dossier")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=AppealKind)
    leaves = models.ManyToManyField(
        CriterionScore, related_name="appeals", verbose_name=_("criteria")
    )
    text = ProseField(_("what the unit asks, and why"))
    state = models.CharField(
        _("state"), max_length=10, choices=AppealState, default=AppealState.FILED, editable=False
    )
    round = models.PositiveSmallIntegerField(_("round"), editable=False)
    filed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("filed by")
    )
    filed_at = models.DateTimeField(_("filed at"))
    due_at = models.DateTimeField(_("answer due before"))
    answer = ProseField(_("answer"), blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False,
        related_name="+", verbose_name=_("answered by"),
    )  # fmt: skip
    answered_at = models.DateTimeField(_("answered at"), null=True, editable=False)

    class Meta:
        verbose_name = _("appeal or complaint")
        verbose_name_plural = _("appeals and complaints")
        ordering = ["-filed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["submission", "kind"],
                condition=models.Q(state=AppealState.FILED),
                name="one_open_appeal_of_a_kind",
                violation_error_message=_("This dossier already has one that waits for an answer."),
            ),
            models.CheckConstraint(
                name="appeal_answered_whole",
                condition=models.Q(answered_at=None, answered_by=None, answer="")
                | models.Q(answered_at__isnull=False, answered_by__isnull=False)
                & ~models.Q(answer=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.submission}"


class Approval(models.Model):
    """The approval of a dossier's final points by somebody who scored nothing in it."""

    submission = models.ForeignKey(
        Submission, models.PROTECT, related_name="approvals", verbose_name=_("dossier")
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("approved by")
    )
    at = models.DateTimeField(_("at"))
    note = ProseField(_("note"), blank=True)
    digest = models.CharField(_("digest of the final points"), max_length=64)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)
    revoked_reason = ProseField(_("reason for revoking"), blank=True)

    class Meta:
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")
        ordering = ["submission", "at"]
        constraints = [
            models.UniqueConstraint(
                fields=["submission"],
                condition=models.Q(revoked_at=None),
                name="one_approval_in_force",
            )
        ]

    def __str__(self) -> str:
        return f"{self.submission}: {self.at:%d/%m/%Y}"
