"""Sociological surveys: rounds and their aggregates per unit, leaf and kind of respondents."""

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.choices import SampleDecision
from assessments.models.cycles import Cycle
from assessments.models.schemes import Criterion, RespondentKind
from cchc.kit.models import Decided, LineField, PointsField, ProseField, Stamped, decided_together
from units.models import Unit


class SurveyRound(Decided, Stamped):
    """One survey (đợt điều tra xã hội học) of a cycle by one body, with its method note."""

    cycle = models.ForeignKey(
        Cycle, models.PROTECT, related_name="survey_rounds", verbose_name=_("cycle")
    )
    body = LineField(_("survey body"), max_length=200)
    method_note = ProseField(_("method note"))
    min_sample = models.PositiveIntegerField(_("smallest sample"), default=30)

    class Meta:
        verbose_name = _("survey round")
        verbose_name_plural = _("survey rounds")
        ordering = ["-cycle__year", "body"]
        constraints = [
            models.UniqueConstraint(fields=["cycle", "body"], name="survey_round_once"),
            decided_together("survey_round_decision_whole"),
        ]

    def __str__(self) -> str:
        return f"{self.body} – {self.cycle.year}"


class SurveyResult(Stamped):
    """The mean percentage that one kind of respondents gave a unit on a leaf.

    A sample under the round's minimum needs a decision of the council (design 0.5).
    """

    round = models.ForeignKey(
        SurveyRound, models.PROTECT, related_name="results", verbose_name=_("survey round")
    )
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("unit"))
    criterion = models.ForeignKey(
        Criterion, models.PROTECT, related_name="survey_results", verbose_name=_("criterion")
    )
    kind = models.ForeignKey(
        RespondentKind, models.PROTECT, related_name="+", verbose_name=_("kind of respondents")
    )
    sample = models.PositiveIntegerField(_("sample size"))
    mean = PointsField(
        _("mean percentage"),
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))],
    )

    class Meta:
        verbose_name = _("survey result")
        verbose_name_plural = _("survey results")
        ordering = ["round", "criterion", "unit"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "unit", "criterion", "kind"], name="survey_result_once"
            ),
            models.CheckConstraint(
                name="survey_mean_is_percent", condition=models.Q(mean__gte=0, mean__lte=100),
                violation_error_message=_("A mean lies between 0 and 100 percent."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.unit}: {self.criterion.code} = {self.mean}"


class SurveyDecision(Decided, Stamped):
    """What the council decided of a survey leaf whose sample is small or missing."""

    cycle = models.ForeignKey(Cycle, models.PROTECT, related_name="+", verbose_name=_("cycle"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("unit"))
    criterion = models.ForeignKey(
        Criterion, models.PROTECT, related_name="survey_decisions", verbose_name=_("criterion")
    )
    decision = models.CharField(_("decision"), max_length=12, choices=SampleDecision)
    reason = ProseField(_("reason"))

    class Meta:
        verbose_name = _("decision on a survey leaf")
        verbose_name_plural = _("decisions on survey leaves")
        ordering = ["cycle", "criterion", "unit"]
        constraints = [
            models.UniqueConstraint(
                fields=["cycle", "unit", "criterion"], name="survey_decision_once"
            ),
            decided_together("survey_decision_whole"),
        ]

    def __str__(self) -> str:
        return f"{self.unit}: {self.criterion.code} – {self.get_decision_display()}"
