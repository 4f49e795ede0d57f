"""What the tests of judging do again and again."""

import datetime as dt

from assessments.models import (
    CriterionScore,
    Document,
    DocumentRevision,
    Evidence,
    Explanation,
)  # fmt: skip
from assessments.workflow import documents, questions
from tests.factories.cycles import Dossier, Year


def ask_about(year: Year, code: str, dossier: Dossier | None = None) -> Explanation:
    """Ask the unit about a leaf."""
    return questions.ask(
        score=(dossier or year.first).score(code), by=year.member, at=year.at,
        question="Số văn bản?", due_at=year.at + dt.timedelta(days=2),
    )  # fmt: skip


def loaded(row: CriterionScore) -> CriterionScore:
    """Return the leaf as a view loads it for a judgement: with criterion, dossier and cycle."""
    leaves = CriterionScore.objects.select_related("criterion", "submission__cycle")
    return leaves.get(pk=row.pk)


def make_file(year: Year, dossier: Dossier, letter: str) -> DocumentRevision:
    """Put a file into the library of the unit; its hash is made of one letter."""
    document = Document.objects.create(unit=dossier.unit, abstract=f"Kế hoạch {letter}")
    return DocumentRevision.objects.create(
        document=document, name=f"{letter}.pdf", size=1, sha256=letter * 64,
        content_type="application/pdf", file=f"{letter}.pdf", uploaded_by=dossier.focal,
        uploaded_at=year.at,
    )  # fmt: skip


def attach_in_answer(
    year: Year, dossier: Dossier, code: str, letter: str, at: dt.datetime
) -> Evidence:
    """Ask about the leaf unless a question is open, and attach a file as the unit's officer."""
    score = dossier.score(code)
    if not score.explanations.filter(closed_at=None).exists():
        ask_about(year, code, dossier)
    revision = make_file(year, dossier, letter)
    return documents.attach_existing(score=score, revision=revision, by=dossier.focal, at=at)
