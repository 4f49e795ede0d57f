"""Checks of the papers behind a dossier: their dates, their bytes, what the scanner said."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from assessments.choices import ScanState
from assessments.models import (
    CriterionScore,
    Document,
    DocumentConfirmation,
    DocumentRevision,
    Evidence,
    Submission,
)  # fmt: skip
from assessments.queries.findings import Finding
from assessments.queries.workspace import files_of, lacks_evidence


def paper_findings(submission: Submission, leaves: list[CriterionScore]) -> list[Finding]:
    """Return what the papers of the leaves ask to be looked at again (two queries).

    A paper older than the assessed year that the unit confirmed for this cycle is not told.
    """
    papers = _Papers(submission, leaves)
    return [
        Finding(code, sentence, leaf)
        for leaf in leaves
        for item in files_of(leaf)
        for code, sentence in papers.of(leaf, item.revision)
    ]


class _Papers:
    """The papers of one dossier, with what must be known of all of them to judge one."""

    def __init__(self, submission: Submission, leaves: list[CriterionScore]) -> None:
        self.submission, self.cycle = submission, submission.cycle
        self.users: dict[str, list[CriterionScore]] = {}
        for leaf in leaves:
            for sha256 in dict.fromkeys(item.revision.sha256 for item in files_of(leaf)):
                self.users.setdefault(sha256, []).append(leaf)
        self.elsewhere = self._shared_with_others()
        self.confirmed = self._confirmed(leaves)

    def _shared_with_others(self) -> set[str]:
        """Return the hashes that other units use too; whose they are is not even read."""
        rows = Evidence.objects.filter(
            removed_at=None, revision__sha256__in=list(self.users),
            score__submission__cycle=self.submission.cycle_id,
        ).exclude(score__submission__unit=self.submission.unit_id)  # fmt: skip
        return set(rows.order_by().values_list("revision__sha256", flat=True).distinct())

    def _confirmed(self, leaves: list[CriterionScore]) -> set[int]:
        documents = {item.revision.document_id for leaf in leaves for item in files_of(leaf)}
        rows = DocumentConfirmation.objects.filter(cycle=self.cycle, document__in=documents)
        return set(rows.values_list("document_id", flat=True))

    def of(self, leaf: CriterionScore, revision: DocumentRevision) -> Iterator[tuple[str, str]]:
        """Yield code and sentence of what is found on one file of a leaf."""
        named = {"paper": str(revision.document) or revision.name}
        yield from self._dates(revision.document, named)
        others = [row.criterion.code for row in self.users[revision.sha256] if row.pk != leaf.pk]
        if others:
            words = _("“%(paper)s”: the same file backs %(codes)s too.")
            yield "same_bytes", words % (named | {"codes": ", ".join(others)})
        if revision.sha256 in self.elsewhere:
            words = _("“%(paper)s”: another unit uses the very same file this year.")
            yield "same_bytes_elsewhere", words % named
        if revision.scan_state == ScanState.PENDING:
            words = _("“%(paper)s” still waits for the virus scan; others cannot open it yet.")
            yield "pending", words % named
        # Where it is all there is, the leaf lacks evidence, which stands in the way.
        if revision.scan_state == ScanState.QUARANTINED and not lacks_evidence(leaf):
            words = _("“%(paper)s” is quarantined and nobody can open it; take it off the leaf.")
            yield "quarantined", words % named

    def _dates(self, paper: Document, named: dict[str, str]) -> Iterator[tuple[str, str]]:
        if paper.issued_on is None:
            if not paper.number:
                yield "undated", _("“%(paper)s” has neither a number nor a date.") % named
            return
        told = named | {"day": f"{paper.issued_on:%d/%m/%Y}", "year": str(self.cycle.year)}
        if paper.issued_on > self.cycle.last_day:
            words = _("“%(paper)s” is dated %(day)s, after the assessed year %(year)s.")
            yield "dated_after", words % told
        elif paper.issued_on < self.cycle.first_day and paper.pk not in self.confirmed:
            words = _("“%(paper)s” is dated %(day)s, before the assessed year %(year)s.")
            yield "dated_before", words % told
