"""Frozen results: copies that the public reads, without a link to any live row (design 0.15)."""

import datetime as dt

from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.choices import PublicationKind, PublicationState, RankBasis
from assessments.models.cycles import Cycle
from cchc.kit.models import (
    Decided,
    IndexField,
    LineField,
    PointsField,
    ProseField,
    Stamped,
    decided_together,
)  # fmt: skip


class PublicationQuerySet(models.QuerySet["Publication"]):
    """The one gate of the embargo."""

    def public(self, at: dt.datetime) -> "PublicationQuerySet":
        """Return what may be seen at `at`: due, and not withdrawn."""
        return self.filter(
            state__in=[PublicationState.SCHEDULED, PublicationState.PUBLISHED], published_at__lte=at
        )

    def current(self, at: dt.datetime) -> "PublicationQuerySet":
        """Return the public ones that no other public one corrects."""
        newer = self.model.objects.public(at).filter(corrects=models.OuterRef("pk"))
        return self.public(at).exclude(models.Exists(newer))


class Publication(Decided, Stamped):
    """One announcement of results (công bố); a correction is a new one that names the old."""

    kind = models.CharField(_("kind"), max_length=12, choices=PublicationKind)
    year = models.PositiveSmallIntegerField(_("year"))
    cycle = models.ForeignKey(
        Cycle, models.PROTECT, null=True, blank=True, related_name="publications",
        verbose_name=_("cycle"),
    )  # fmt: skip
    title = LineField(_("title"), max_length=200)
    slug = models.SlugField(_("address"), max_length=60, editable=False)
    revision = models.PositiveSmallIntegerField(_("revision"), default=1, editable=False)
    corrects = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, editable=False, related_name="corrections",
        verbose_name=_("corrects"),
    )  # fmt: skip
    correction_reason = ProseField(_("reason for the correction"), blank=True)
    #: The year before as it was when this one was printed; movement is counted from it for ever.
    compared_with = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, editable=False, related_name="+",
        verbose_name=_("compared with"),
    )  # fmt: skip
    note = ProseField(_("note"), blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=PublicationState, default=PublicationState.DRAFT,
        editable=False,
    )  # fmt: skip
    published_at = models.DateTimeField(_("published at"), null=True, editable=False)
    dry_run_digest = models.CharField(max_length=64, blank=True, editable=False)
    # What the last dry run showed, to say what changed since: by unit code the group, the exact
    # index as text, rank and band.
    dry_run_figures = models.JSONField(default=dict, editable=False)
    dry_run_at = models.DateTimeField(_("dry run seen at"), null=True, editable=False)
    chain_head = models.CharField(
        _("head of the event chain"), max_length=64, blank=True, editable=False
    )
    sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True, editable=False)

    objects = PublicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("publication")
        verbose_name_plural = _("publications")
        ordering = ["-year", "kind", "-revision"]
        constraints = [
            decided_together("publication_decision_whole"),
            # A withdrawn publication was never public and gives its address back.
            models.UniqueConstraint(
                fields=["slug"],
                condition=~models.Q(state=PublicationState.WITHDRAWN),
                name="publication_address_once",
            ),
            models.UniqueConstraint(
                fields=["corrects"],
                condition=~models.Q(state=PublicationState.WITHDRAWN),
                name="publication_corrected_once",
                violation_error_message=_("This publication is already being corrected."),
            ),
            models.CheckConstraint(
                name="publication_cycle_fits_kind",
                condition=models.Q(kind=PublicationKind.RECORD, cycle=None)
                | (~models.Q(kind=PublicationKind.RECORD) & models.Q(cycle__isnull=False)),
                violation_error_message=_("A record has no cycle; any other publication has one."),
            ),
            models.CheckConstraint(
                name="publication_has_time",
                condition=models.Q(state__in=[PublicationState.DRAFT, PublicationState.WITHDRAWN])
                | models.Q(published_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_illustrative(self) -> bool:
        """Tell whether every page must say minh họa."""
        return self.kind == PublicationKind.ILLUSTRATIVE


class PublishedGroup(models.Model):
    """One group of a publication with the scheme as it was: criteria, bands, decimals."""

    publication = models.ForeignKey(Publication, models.PROTECT, related_name="groups")
    position = models.PositiveSmallIntegerField()
    code = LineField(_("code"), max_length=12)
    name = LineField(_("name"), max_length=120)
    scheme_code = models.CharField(max_length=40, blank=True)
    scheme_version = models.PositiveSmallIntegerField(null=True)
    decimals = models.PositiveSmallIntegerField(default=2)
    bonus_cap = PointsField(null=True)
    penalty_cap = PointsField(null=True)
    bands = models.JSONField(default=list)
    criteria = models.JSONField(default=list)

    class Meta:
        verbose_name = _("published group")
        verbose_name_plural = _("published groups")
        ordering = ["publication", "position"]
        constraints = [
            models.UniqueConstraint(fields=["publication", "code"], name="published_group_once")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def scheme(self) -> tuple[str, int | None]:
        """Return what tells one scheme from another: its code and version."""
        return self.scheme_code, self.scheme_version


class PublishedResult(models.Model):
    """One unit's result as announced; missing index or rank stays missing."""

    publication = models.ForeignKey(Publication, models.PROTECT, related_name="results")
    group = models.ForeignKey(PublishedGroup, models.PROTECT, related_name="results")
    unit_code = LineField(_("code"), max_length=20)
    unit_name = LineField(_("unit"), max_length=200)
    unit_slug = models.SlugField(max_length=120, db_index=True)
    search_name = models.CharField(max_length=200)
    sort_name = models.CharField(max_length=800)
    head_name = LineField(_("head of unit"), max_length=120, blank=True)
    index = IndexField(_("index"), null=True)
    rank = models.PositiveIntegerField(_("rank"), null=True)
    rank_basis = models.CharField(max_length=10, choices=RankBasis, default=RankBasis.COMPUTED)
    band = LineField(_("band"), max_length=60, blank=True)
    ranked = models.BooleanField(_("ranked"), default=True)
    unranked_reason = LineField(_("reason for not ranking"), max_length=300, blank=True)
    achieved = PointsField(_("achieved points"), null=True)
    applicable = PointsField(_("applicable points"), null=True)
    bonus = PointsField(_("bonus"), null=True)
    penalty = PointsField(_("penalty"), null=True)
    fields = models.JSONField(default=list)
    source = ProseField(_("source"), blank=True)
    note = ProseField(_("note"), blank=True)
    disputed = models.BooleanField(_("contradicted by another source"), default=False)
    #: Codes of the units that this one follows, copied so that movement needs no live row.
    predecessors = models.JSONField(default=list)

    class Meta:
        verbose_name = _("published result")
        verbose_name_plural = _("published results")
        ordering = ["group", "rank", "sort_name"]
        constraints = [
            models.UniqueConstraint(
                fields=["publication", "unit_code"], name="published_result_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.unit_name} {self.publication.year}"


class PublishedScore(models.Model):
    """One leaf of one published result, with the trace that explains its points."""

    result = models.ForeignKey(PublishedResult, models.PROTECT, related_name="scores")
    position = models.PositiveIntegerField()
    code = models.CharField(_("code"), max_length=20)
    field_code = models.CharField(_("field"), max_length=20)
    max_points = PointsField(_("highest points"))
    applicable = models.BooleanField(_("applies"))
    self_points = PointsField(_("self-assessed points"), null=True)
    appraised_points = PointsField(_("appraised points"), null=True)
    final_points = PointsField(_("final points"))
    trace = ProseField(_("how they come about"), blank=True)

    class Meta:
        verbose_name = _("published score")
        verbose_name_plural = _("published scores")
        ordering = ["result", "position"]
        constraints = [
            models.UniqueConstraint(fields=["result", "code"], name="published_score_once")
        ]

    def __str__(self) -> str:
        return f"{self.code}: {self.final_points}"


class FrozenPage(models.Model):
    """The bytes of one public page or file of a publication, gzip-compressed, never changed."""

    publication = models.ForeignKey(Publication, models.PROTECT, related_name="pages")
    path = models.CharField(max_length=300)
    content_type = models.CharField(max_length=100)
    body = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    filename = models.CharField(max_length=120, blank=True)

    class Meta:
        verbose_name = _("frozen page")
        verbose_name_plural = _("frozen pages")
        ordering = ["publication", "path"]
        constraints = [
            models.UniqueConstraint(fields=["publication", "path"], name="frozen_page_once")
        ]

    def __str__(self) -> str:
        return self.path
