"""The unit's dossier of a year and, leaf by leaf, the thread from facts to final points."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.choices import ScanState, SubmissionState
from assessments.models.cycles import Cycle, CycleScheme
from assessments.models.documents import DocumentRevision
from assessments.models.schemes import Criterion, ScoreLevel
from cchc.kit.models import FactField, LineField, PointsField, ProseField, Stamped
from units.models import Unit, UnitGroup


class Submission(Stamped):
    """The self-assessment dossier (hồ sơ tự đánh giá) of one unit in one cycle.

    Name, code, group and head are those of the year, copied when the cycle opens.
    """

    cycle = models.ForeignKey(
        Cycle, models.PROTECT, related_name="submissions", verbose_name=_("cycle")
    )
    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="submissions", verbose_name=_("unit")
    )
    cycle_scheme = models.ForeignKey(
        CycleScheme,
        models.PROTECT,
        related_name="submissions",
        verbose_name=_("scheme of the group"),
    )
    group = models.ForeignKey(UnitGroup, models.PROTECT, related_name="+", verbose_name=_("group"))
    unit_code = LineField(_("code in that year"), max_length=20)
    unit_name = LineField(_("name in that year"), max_length=200)
    head_name = LineField(_("head in that year"), max_length=120, blank=True)
    head_title = LineField(_("head's title"), max_length=120, blank=True)
    state = models.CharField(
        _("state"), max_length=12, choices=SubmissionState, default=SubmissionState.DRAFT,
        editable=False,
    )  # fmt: skip
    round = models.PositiveSmallIntegerField(_("round"), default=1, editable=False)
    # Rounds of explanation held since the council got the dossier, the first time or again.
    explained = models.PositiveSmallIntegerField(
        _("rounds of explanation held"), default=0, editable=False
    )
    late = models.BooleanField(_("late"), default=False, editable=False)
    ranked = models.BooleanField(_("ranked"), default=True)
    unranked_reason = LineField(_("reason for not ranking"), max_length=300, blank=True)
    difficulties = ProseField(_("difficulties"), blank=True)
    proposals = ProseField(_("proposals"), blank=True)
    return_due_at = models.DateTimeField(_("mending due"), null=True, editable=False)
    returned_from = models.CharField(
        max_length=12, choices=SubmissionState, blank=True, editable=False
    )
    submitted_at = models.DateTimeField(_("submitted at"), null=True, editable=False)
    # Set by what sends leaves back to the council, cleared by its conclusion.
    reopened_at = models.DateTimeField(_("sent back to the council at"), null=True, editable=False)

    class Meta:
        verbose_name = _("dossier")
        verbose_name_plural = _("dossiers")
        ordering = ["-cycle__year", "group__position", "unit__sort_name"]
        constraints = [
            models.UniqueConstraint(fields=["cycle", "unit"], name="dossier_per_unit"),
            models.CheckConstraint(
                name="unranked_says_why",
                condition=models.Q(ranked=True) | ~models.Q(unranked_reason=""),
                violation_error_message=_("Say why the dossier is not ranked."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_name} – {self.cycle.year}"

    @property
    def scheme_id(self) -> int:
        """Return the id of the scheme that rules this dossier."""
        return self.cycle_scheme.scheme_id


class CriterionScore(models.Model):
    """One leaf of one dossier: the thread self → appraised → final points of the year."""

    submission = models.ForeignKey(
        Submission, models.PROTECT, related_name="scores", verbose_name=_("dossier")
    )
    criterion = models.ForeignKey(
        Criterion, models.PROTECT, related_name="scores", verbose_name=_("criterion")
    )
    # What the unit claims.
    met = models.BooleanField(_("met"), null=True, blank=True)
    option = models.ForeignKey(
        ScoreLevel,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("option"),
    )
    a = FactField(_("a (due)"))
    b = FactField(_("b (done)"))
    count = FactField(_("count"))
    claimed_percent = models.DecimalField(
        _("percentage"), max_digits=8, decimal_places=4, null=True, blank=True
    )
    not_applicable = models.BooleanField(_("nothing arose, says the unit"), default=False)
    self_applicable = models.BooleanField(
        _("counts in the denominator, by the claim"), default=True
    )
    no_evidence_reason = ProseField(_("reason for no evidence"), blank=True)
    note = ProseField(_("note"), blank=True)
    self_points = PointsField(_("self-assessed points"), null=True, blank=True)
    self_trace = ProseField(_("how they come about"), blank=True)
    # What the national systems say.
    independent_a = FactField(_("independent a"))
    independent_b = FactField(_("independent b"))
    independent_source = LineField(_("independent source"), max_length=300, blank=True)
    # What the appraisal and the council make of it.
    appraised_points = PointsField(_("appraised points"), null=True, blank=True)
    appraised_applicable = models.BooleanField(
        _("counts, says the appraiser"), null=True, blank=True
    )
    appraised_round = models.PositiveSmallIntegerField(
        _("appraised in round"), null=True, blank=True
    )
    final_points = PointsField(_("final points"), null=True, blank=True)
    final_applicable = models.BooleanField(_("counts in the end"), null=True, blank=True)
    final_trace = ProseField(_("how the final points come about"), blank=True)
    # Who may still change it.
    open_to_unit = models.BooleanField(_("reopened to the unit"), default=False, editable=False)
    open_to_appraiser = models.BooleanField(
        _("reopened to the appraiser"), default=False, editable=False
    )
    version = models.PositiveIntegerField(_("version"), default=0, editable=False)
    # The random key that the last save carried: an answer that got lost is known again by it.
    saved_key = models.CharField(
        max_length=36, blank=True, default="", db_default="", editable=False
    )
    saved_at = models.DateTimeField(_("saved at"), null=True, editable=False)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )

    class Meta:
        verbose_name = _("score of a criterion")
        verbose_name_plural = _("scores of criteria")
        ordering = ["submission", "criterion__position"]
        constraints = [
            models.UniqueConstraint(fields=["submission", "criterion"], name="score_per_leaf"),
            models.CheckConstraint(
                name="score_points_not_negative",
                condition=models.Q(self_points__isnull=True) | models.Q(self_points__gte=0),
            ),
            models.CheckConstraint(
                name="score_final_not_negative",
                condition=models.Q(final_points__isnull=True) | models.Q(final_points__gte=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.submission.unit_name}: {self.criterion.code}"

    @property
    def is_open_to_unit(self) -> bool:
        """Tell whether the unit may change it: in a returned dossier only the reopened leaves.

        Whether the unit may write in the dossier at all is asked apart.
        """
        return self.submission.state != SubmissionState.RETURNED or self.open_to_unit


class ScoreHistory(models.Model):
    """What a leaf held after each save; written in the save's own transaction (design 0.21)."""

    score = models.ForeignKey(CriterionScore, models.PROTECT, related_name="history")
    version = models.PositiveIntegerField(_("version"))
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    action = models.CharField(_("action"), max_length=40)
    values = models.JSONField(_("values"))

    class Meta:
        verbose_name = _("history of a leaf")
        verbose_name_plural = _("history of leaves")
        ordering = ["score", "id"]
        indexes = [
            # Conflicts of interest ask at every act whether the person ever worked for the unit.
            models.Index(
                fields=["by"],
                condition=models.Q(action__startswith="unit."),
                name="history_of_unit_staff",
            )
        ]

    def __str__(self) -> str:
        return f"{self.score_id} v{self.version}"


class Evidence(models.Model):
    """One file of the library that backs one leaf (tài liệu kiểm chứng)."""

    score = models.ForeignKey(
        CriterionScore, models.PROTECT, related_name="evidence", verbose_name=_("criterion")
    )
    revision = models.ForeignKey(
        DocumentRevision, models.PROTECT, related_name="used_by", verbose_name=_("file")
    )
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    added_at = models.DateTimeField(_("added at"))
    removed_at = models.DateTimeField(_("removed at"), null=True, blank=True)

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        ordering = ["score", "added_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["score", "revision"],
                condition=models.Q(removed_at=None),
                name="evidence_once",
            )
        ]

    def __str__(self) -> str:
        return str(self.revision)


class Receipt(models.Model):
    """The numbered receipt (biên nhận) of a submission with the hash of all that it held."""

    submission = models.ForeignKey(
        Submission, models.PROTECT, related_name="receipts", verbose_name=_("dossier")
    )
    sequence = models.PositiveSmallIntegerField(_("sequence"))
    number = models.CharField(_("number"), max_length=60, unique=True)
    content = models.TextField(_("content"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    signed_as = LineField(_("signed as"), max_length=200)
    signed_at = models.DateTimeField(_("signed at"))

    class Meta:
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        ordering = ["submission", "sequence"]
        constraints = [
            models.UniqueConstraint(fields=["submission", "sequence"], name="receipt_sequence_once")
        ]

    def __str__(self) -> str:
        return self.number


def signed_copy_path(copy: "SignedCopy", filename: str) -> str:
    """Return where the scanned report lies: a random name, so that nothing can be guessed."""
    key = uuid.uuid4().hex
    return f"signed/{key[:2]}/{key}"


class SignedCopy(models.Model):
    """The scan of the signed and stamped report, kept beside the receipt it belongs to."""

    receipt = models.ForeignKey(
        Receipt, models.PROTECT, related_name="copies", verbose_name=_("receipt")
    )
    file = models.FileField(_("file"), upload_to=signed_copy_path)
    name = LineField(_("file name"), max_length=200)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    content_type = models.CharField(_("type"), max_length=100)
    scan_state = models.CharField(
        _("virus scan"), max_length=12, choices=ScanState, default=ScanState.PENDING
    )
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("uploaded by")
    )
    uploaded_at = models.DateTimeField(_("uploaded at"))

    class Meta:
        verbose_name = _("signed copy of a report")
        verbose_name_plural = _("signed copies of reports")
        ordering = ["receipt", "-uploaded_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["receipt", "sha256"], name="copy_once_a_receipt",
                violation_error_message=_("This very file is kept with the receipt already."),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name
