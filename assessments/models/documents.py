"""The document library of a unit: what evidence points to."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.choices import ScanState
from assessments.models.cycles import Cycle
from cchc.kit import previews
from cchc.kit.models import LineField, ProseField, Stamped
from cchc.kit.text import fold, unaccent
from units.models import Unit


class Document(Stamped):
    """An official paper of a unit: number, date, issuer, abstract."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="documents", verbose_name=_("unit"))
    number = LineField(_("number"), max_length=60, blank=True)
    issued_on = models.DateField(_("date"), null=True, blank=True)
    issuer = LineField(_("issuer"), max_length=200, blank=True)
    abstract = ProseField(_("abstract"), blank=True)
    search_text = models.TextField(editable=False, blank=True, default="")

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["unit", "-issued_on", "number"]

    def __str__(self) -> str:
        return self.number or self.abstract[:80]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the text by which the paper is found, without accents, beside what was typed."""
        self.search_text = unaccent(fold(f"{self.number} {self.issuer} {self.abstract}"))
        super().save(*args, **kwargs)


def evidence_path(revision: "DocumentRevision", filename: str) -> str:
    """Return where a revision's bytes lie: a random name, so that nothing can be guessed."""
    key = uuid.uuid4().hex
    return f"evidence/{key[:2]}/{key}"


class DocumentRevision(models.Model):
    """The bytes of a document at one time; a new file is a new revision."""

    document = models.ForeignKey(
        Document, models.PROTECT, related_name="revisions", verbose_name=_("document")
    )
    file = models.FileField(_("file"), upload_to=evidence_path)
    name = LineField(_("file name"), max_length=200)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    sha256 = models.CharField(_("SHA-256"), max_length=64, db_index=True)
    content_type = models.CharField(_("type"), max_length=100)
    scan_state = models.CharField(
        _("virus scan"), max_length=12, choices=ScanState, default=ScanState.PENDING
    )
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("uploaded by")
    )
    uploaded_at = models.DateTimeField(_("uploaded at"))

    class Meta:
        verbose_name = _("file of a document")
        verbose_name_plural = _("files of a document")
        ordering = ["document", "-uploaded_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["document", "sha256"], name="file_once_a_document",
                violation_error_message=_("The paper has this very file already."),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    @property
    def scan(self) -> ScanState:
        """Return what the scanner said, with its word and tone."""
        return ScanState(self.scan_state)

    @property
    def has_preview(self) -> bool:
        """Tell whether pages of the file can be shown: of a kind that is drawn, and no waiting."""
        scanned = self.scan_state in (ScanState.CLEAN, ScanState.UNSCANNED)
        return scanned and self.content_type in previews.SHOWN


class DocumentConfirmation(models.Model):
    """The unit's word that a paper of an earlier year still backs its dossier of this cycle."""

    document = models.ForeignKey(
        Document, models.PROTECT, related_name="confirmations", verbose_name=_("document")
    )
    cycle = models.ForeignKey(Cycle, models.PROTECT, related_name="+", verbose_name=_("cycle"))
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("confirmed by")
    )
    confirmed_at = models.DateTimeField(_("confirmed at"))

    class Meta:
        verbose_name = _("confirmation of a document")
        verbose_name_plural = _("confirmations of documents")
        ordering = ["document", "cycle"]
        constraints = [
            models.UniqueConstraint(fields=["document", "cycle"], name="confirmed_once_a_cycle")
        ]

    def __str__(self) -> str:
        return f"{self.document} – {self.cycle}"
