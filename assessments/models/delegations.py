"""Who in the unit fills in which leaf, until when, and what came back for mending."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.models.submissions import CriterionScore
from cchc.kit.models import ProseField


class Delegation(models.Model):
    """One leaf in the hands of one person of the unit (phân công trong đơn vị).

    `done_at` is the person's word that the leaf is ready; returning it clears that and says why.
    """

    score = models.OneToOneField(
        CriterionScore, models.PROTECT, related_name="delegation", verbose_name=_("criterion")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="delegations",
        verbose_name=_("delegated to"),
    )  # fmt: skip
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("delegated by")
    )
    given_at = models.DateTimeField(_("delegated at"))
    due_on = models.DateField(_("to be done by"), null=True, blank=True)
    note = ProseField(_("note"), blank=True)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    returned_at = models.DateTimeField(_("given back at"), null=True, blank=True)

    class Meta:
        verbose_name = _("delegation of a leaf")
        verbose_name_plural = _("delegations of leaves")
        ordering = ["score"]
        constraints = [
            models.CheckConstraint(
                name="delegation_given_back_says_why",
                condition=models.Q(returned_at=None) | ~models.Q(note=""),
                violation_error_message=_("Say what is to be mended."),
            ),
            models.CheckConstraint(
                name="delegation_done_or_given_back",
                condition=models.Q(done_at=None) | models.Q(returned_at=None),
                violation_error_message=_("A leaf is either done or given back."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.score} – {self.user}"
