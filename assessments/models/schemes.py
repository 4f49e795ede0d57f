"""The scheme (bộ tiêu chí): a versioned tree of criteria with their rules, levels and bands."""

from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments import scoring
from assessments.choices import SELF_SCORED, Level, Method, NaPolicy, SchemeState, TierBasis
from cchc.kit.models import Decided, LineField, PointsField, ProseField, Stamped, decided_together
from units.models import UnitGroup

_NOT_NEGATIVE = [MinValueValidator(Decimal(0))]


class Scheme(Decided, Stamped):
    """One version of a group's scheme; immutable from the day it is issued."""

    group = models.ForeignKey(
        UnitGroup, models.PROTECT, related_name="schemes", verbose_name=_("group")
    )
    code = models.SlugField(_("code"), max_length=40)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    title = LineField(_("title"), max_length=200)
    state = models.CharField(
        _("state"), max_length=10, choices=SchemeState, default=SchemeState.DRAFT, editable=False
    )
    supersedes = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, editable=False, related_name="successors",
        verbose_name=_("supersedes"),
    )  # fmt: skip
    declared_total = PointsField(_("declared total"), default=Decimal(100))
    decimals = models.PositiveSmallIntegerField(_("decimals shown"), default=2)
    bonus_cap = PointsField(_("highest bonus"), default=Decimal(0), validators=_NOT_NEGATIVE)
    penalty_cap = PointsField(_("highest penalty"), default=Decimal(0), validators=_NOT_NEGATIVE)
    dispute_spread = PointsField(
        _("spread that makes a leaf disputed"), null=True, blank=True, validators=_NOT_NEGATIVE
    )
    illustrative = models.BooleanField(_("illustrative"), default=False)
    decision_file = models.FileField(_("decision file"), upload_to="decisions/", blank=True)
    issued_at = models.DateTimeField(_("issued at"), null=True, editable=False)

    class Meta:
        verbose_name = _("scheme")
        verbose_name_plural = _("schemes")
        ordering = ["group__position", "code", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="scheme_version_once"),
            models.CheckConstraint(
                name="scheme_decimals_few", condition=models.Q(decimals__lte=4),
                violation_error_message=_("Show at most four decimals."),
            ),
            decided_together("scheme_decision_whole"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.title} ({self.code}, {_('version')} {self.version})"

    @property
    def is_draft(self) -> bool:
        """Tell whether the scheme may still be changed."""
        return self.state == SchemeState.DRAFT


class CriterionQuerySet(models.QuerySet["Criterion"]):
    """Select parts of a scheme's tree."""

    def leaves(self) -> "CriterionQuerySet":
        """Return the scored leaves in the order of the scheme."""
        return self.exclude(method=Method.SUM)

    def fields(self) -> "CriterionQuerySet":
        """Return the fields (lĩnh vực)."""
        return self.filter(level=Level.FIELD)

    def self_scored(self) -> "CriterionQuerySet":
        """Return the leaves that units score themselves."""
        return self.filter(method__in=SELF_SCORED)


class Criterion(models.Model):
    """A node of the scheme: field, criterion or sub-criterion; leaves carry the rule."""

    scheme = models.ForeignKey(
        Scheme, models.CASCADE, related_name="criteria", verbose_name=_("scheme")
    )
    parent = models.ForeignKey(
        "self",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("parent"),
    )
    field = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, editable=False, related_name="leaves_below",
        verbose_name=_("field"),
    )  # fmt: skip
    code = LineField(_("code"), max_length=20)
    position = models.PositiveIntegerField(_("order"))
    level = models.CharField(_("level"), max_length=12, choices=Level)
    name = LineField(_("name"), max_length=500)
    rule_text = ProseField(_("rule in words"), blank=True)
    guidance = ProseField(_("guidance"), blank=True)
    evidence_hint = ProseField(_("evidence expected"), blank=True)
    max_points = PointsField(_("highest points"), validators=_NOT_NEGATIVE)
    method = models.CharField(_("method"), max_length=12, choices=Method)
    na_policy = models.CharField(
        _("when it does not apply"), max_length=12, choices=NaPolicy, default=NaPolicy.NOT_ALLOWED
    )
    needs_procedures = models.BooleanField(_("only for units with procedures"), default=False)
    evidence_required = models.BooleanField(_("evidence required"), default=True)
    basis = models.CharField(
        _("tiers by"), max_length=8, choices=TierBasis, default=TierBasis.PERCENT
    )
    cap = models.BooleanField(_("b may exceed a"), default=False)
    floor = PointsField(_("floor in percent"), null=True, blank=True)
    target = PointsField(_("target in percent"), null=True, blank=True)
    step = PointsField(_("step in points"), null=True, blank=True)
    has_independent_figure = models.BooleanField(_("has an independent figure"), default=False)

    objects = CriterionQuerySet.as_manager()

    class Meta:
        verbose_name = _("criterion")
        verbose_name_plural = _("criteria")
        ordering = ["scheme", "position"]
        constraints = [
            models.UniqueConstraint(fields=["scheme", "code"], name="criterion_code_once"),
            models.UniqueConstraint(fields=["scheme", "position"], name="criterion_place_once"),
            models.CheckConstraint(
                name="criterion_points_not_negative", condition=models.Q(max_points__gte=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code}. {self.name}"

    @property
    def is_leaf(self) -> bool:
        """Tell whether the node is scored by itself."""
        return self.method != Method.SUM

    @property
    def is_self_scored(self) -> bool:
        """Tell whether units score the leaf from their own facts."""
        return self.method in SELF_SCORED

    def to_rule(self) -> scoring.Rule:
        """Return the leaf's rule for `scoring.score`; reads `levels`, so prefetch them for many."""
        return scoring.Rule(
            code=self.code,
            max_points=self.max_points,
            method=scoring.Method(self.method),
            na_policy=scoring.NaPolicy(self.na_policy),
            basis=scoring.TierBasis(self.basis),
            floor=self.floor,
            target=self.target,
            step=self.step,
            cap=self.cap,
            levels=tuple(level.to_level() for level in self.levels.all()),
        )


class ScoreLevel(models.Model):
    """An option, or a tier between two limits, with its points (mức điểm)."""

    criterion = models.ForeignKey(
        Criterion, models.CASCADE, related_name="levels", verbose_name=_("criterion")
    )
    position = models.PositiveSmallIntegerField(_("order"))
    label = LineField(_("label"), max_length=300)
    points = PointsField(_("points"), validators=_NOT_NEGATIVE, default=Decimal(0))
    lower = PointsField(_("from"), max_digits=12, null=True, blank=True)
    lower_inclusive = models.BooleanField(_("from included"), default=True)
    upper = PointsField(_("to"), max_digits=12, null=True, blank=True)
    upper_inclusive = models.BooleanField(_("to included"), default=False)
    proportional = models.BooleanField(_("proportional"), default=False)
    target = PointsField(_("target in percent"), null=True, blank=True)

    class Meta:
        verbose_name = _("score level")
        verbose_name_plural = _("score levels")
        ordering = ["criterion", "position"]
        constraints = [
            models.UniqueConstraint(fields=["criterion", "position"], name="level_place_once")
        ]

    def __str__(self) -> str:
        return self.label

    def to_level(self) -> scoring.Level:
        """Return the level as the scoring package reads it."""
        return scoring.Level(
            label=self.label,
            points=self.points,
            lower=self.lower,
            lower_inclusive=self.lower_inclusive,
            upper=self.upper,
            upper_inclusive=self.upper_inclusive,
            proportional=self.proportional,
            target=self.target,
        )


class Band(models.Model):
    """The name of a range of the index (xếp loại), from `min_index` percent upwards."""

    scheme = models.ForeignKey(
        Scheme, models.CASCADE, related_name="bands", verbose_name=_("scheme")
    )
    label = LineField(_("label"), max_length=60)
    min_index = PointsField(_("from index"), validators=_NOT_NEGATIVE)

    class Meta:
        verbose_name = _("band")
        verbose_name_plural = _("bands")
        ordering = ["scheme", "-min_index"]
        constraints = [
            models.UniqueConstraint(fields=["scheme", "min_index"], name="band_limit_once"),
            models.UniqueConstraint(fields=["scheme", "label"], name="band_label_once"),
        ]

    def __str__(self) -> str:
        return self.label


class RespondentKind(models.Model):
    """A kind of people asked by surveys; data, so that a new kind needs no commit."""

    code = LineField(_("code"), max_length=20, unique=True)
    name = LineField(_("name"), max_length=200)
    may_rate_own_unit = models.BooleanField(_("may rate the own unit"), default=False)

    class Meta:
        verbose_name = _("kind of respondents")
        verbose_name_plural = _("kinds of respondents")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class SurveyComponent(models.Model):
    """The weight of one kind of respondents in a survey leaf; weights of a leaf add to 1."""

    criterion = models.ForeignKey(
        Criterion, models.CASCADE, related_name="components", verbose_name=_("criterion")
    )
    kind = models.ForeignKey(
        RespondentKind, models.PROTECT, related_name="+", verbose_name=_("kind of respondents")
    )
    weight = PointsField(_("weight"), validators=_NOT_NEGATIVE)

    class Meta:
        verbose_name = _("survey component")
        verbose_name_plural = _("survey components")
        ordering = ["criterion", "kind"]
        constraints = [models.UniqueConstraint(fields=["criterion", "kind"], name="component_once")]

    def __str__(self) -> str:
        return f"{self.criterion.code}: {self.kind} × {self.weight}"
