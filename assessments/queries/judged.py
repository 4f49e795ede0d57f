"""Which files an appraiser had before them: the evidence at the version that was judged."""

from collections.abc import Iterable

from django.db.models import OuterRef, Subquery

from assessments.models import Appraisal, DocumentRevision, Evidence, ScoreHistory


def revisions_of(appraisals: Iterable[Appraisal]) -> dict[int, list[DocumentRevision]]:
    """Return, by the appraisal's key, the files that backed the leaf when it was judged.

    They stay what they were when the unit puts a newer file in their place. Two queries, however
    many appraisals; a file's `document` is at hand.
    """
    hashes = _hashes_of([given.pk for given in appraisals])
    if not any(found for _score, found in hashes.values()):
        return {pk: [] for pk in hashes}
    evidence = Evidence.objects.filter(score__in={score for score, _found in hashes.values()})
    files: dict[tuple[int, str], DocumentRevision] = {
        (row.score_id, row.revision.sha256): row.revision
        for row in evidence.select_related("revision__document").order_by("added_at")
    }
    return {
        pk: [files[score, sha256] for sha256 in found if (score, sha256) in files]
        for pk, (score, found) in hashes.items()
    }


def _hashes_of(pks: list[int]) -> dict[int, tuple[int, list[str]]]:
    """Return the leaf of each appraisal, and the SHA-256 of what backed it at that version."""
    kept = (
        ScoreHistory.objects.filter(
            score=OuterRef("score"), version__lte=OuterRef("seen_version")
        ).order_by("-version").values("values__evidence")[:1]
    )  # fmt: skip
    rows = Appraisal.objects.filter(pk__in=pks).order_by().annotate(hashes=Subquery(kept))
    return {
        pk: (score, found or []) for pk, score, found in rows.values_list("pk", "score", "hashes")
    }
