"""What the library of a unit shows: papers found again, where they are used, who may open them."""

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

from django.db.models import (
    Count,
    Exists,
    F,
    Func,
    Max,
    Min,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assessments import permissions
from assessments.choices import CycleState, ScanState
from assessments.models import Cycle, Document, DocumentRevision, Evidence, Receipt, Submission
from assessments.queries import appraisal
from cchc.kit.text import unaccent
from units.models import Unit, User

#: Papers on one page of the list, and of the choice beside a leaf.
PAGE, CHOICE = 25, 10
#: What a list may be narrowed to: part of the address → words.
FILTERS = {
    "nam-nay": _("Of this year"),
    "nam-truoc": _("Of earlier years"),
    "chua-dung": _("Not used"),
    "cho-quet": _("Waiting for the scan"),
}
_LETTERS = [chr(code) for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00))]
_PLAIN = [(letter, unaccent(letter)) for letter in _LETTERS]
_ACCENTED = "".join(letter for letter, plain in _PLAIN if len(plain) == 1)
_UNACCENTED = "".join(plain for _letter, plain in _PLAIN if len(plain) == 1)
_WORD = re.compile(r"[^\s–—-]+")


@dataclass(frozen=True)
class Season:
    """The cycle that the library serves now, if any, and since when its papers are of this year."""

    cycle: Cycle | None
    since: dt.datetime


def season_of(unit: Unit, at: dt.datetime, submission: Submission | None = None) -> Season:
    """Return the season of the dossier named, else of the unit's newest one in an open cycle."""
    cycle = submission.cycle if submission else None
    if cycle is None:
        cycles = Cycle.objects.filter(submissions__unit=unit, state=CycleState.OPEN)
        cycle = cycles.order_by("illustrative", "-year").first()
    opened = cycle.opened_at if cycle else None
    start = dt.datetime(permissions.day_of(at).year, 1, 1, tzinfo=timezone.get_current_timezone())
    return Season(cycle, opened or start)


def documents_of(unit_id: int, cycle: Cycle | None = None) -> QuerySet[Document]:
    """Return the unit's papers, the newest first, with their files as `files`, the newest first.

    Each tells `first_at`, on how many `leaves` it is in force, and whether it `awaits` to be
    confirmed for the cycle.
    """
    revisions = DocumentRevision.objects.order_by("-uploaded_at", "-pk").select_related(
        "uploaded_by"
    )
    rows = Document.objects.filter(unit=unit_id).annotate(
        first_at=Min("revisions__uploaded_at"),
        last_at=Max("revisions__uploaded_at"),
        leaves=Count(
            "revisions__used_by__score", distinct=True,
            filter=Q(revisions__used_by__isnull=False, revisions__used_by__removed_at=None),
        ),
        awaits=_awaits(cycle),
    )  # fmt: skip
    files = Prefetch("revisions", queryset=revisions, to_attr="files")
    return rows.prefetch_related(files).order_by(F("last_at").desc(nulls_last=True), "-pk")


def _awaits(cycle: Cycle | None) -> Exists | Value:
    if cycle is None or cycle.opened_at is None:
        return Value(False)
    # A subquery of its own, so that it stands before the grouping.
    unconfirmed = Document.objects.filter(pk=OuterRef("pk"))
    return Exists(
        unconfirmed.filter(revisions__uploaded_at__lt=cycle.opened_at).exclude(
            confirmations__cycle=cycle
        )
    )


def search(rows: QuerySet[Document], text: str) -> QuerySet[Document]:
    """Return the papers in which each word is found, without accents; file names count too."""
    name = Func(F("name"), Value(_ACCENTED), Value(_UNACCENTED), function="translate")
    for word in _WORD.findall(unaccent(text)):
        named = DocumentRevision.objects.annotate(plain=Lower(name)).filter(
            document=OuterRef("pk"), plain__contains=word
        )
        rows = rows.filter(Q(search_text__contains=word) | Exists(named))
    return rows


def narrowed(rows: QuerySet[Any], wish: str, since: dt.datetime) -> QuerySet[Document]:
    """Return the papers of one of FILTERS; all of them for any other wish."""
    if wish == "nam-nay":
        return rows.filter(first_at__gte=since)
    if wish == "nam-truoc":
        return rows.filter(first_at__lt=since)
    if wish == "chua-dung":
        return rows.filter(leaves=0)
    if wish == "cho-quet":
        waiting = DocumentRevision.objects.filter(
            document=OuterRef("pk"), scan_state=ScanState.PENDING
        )
        return rows.filter(Exists(waiting))
    return rows


def choice_for(submission: Submission, attached: list[int]) -> QuerySet[Document]:
    """Return the papers whose newest file may still back a leaf, with its id as `newest`."""
    usable = (
        DocumentRevision.objects.filter(document=OuterRef("pk"))
        .exclude(scan_state=ScanState.QUARANTINED)
        .order_by("-uploaded_at", "-pk")
    )
    rows = documents_of(submission.unit_id, submission.cycle)
    return (
        rows.annotate(newest=Subquery(usable.values("pk")[:1]))
        .exclude(newest=None)
        .exclude(newest__in=attached)
    )


def uses_of(document: Document) -> QuerySet[Evidence]:
    """Return where the paper is in force: files with their leaves and years, the newest first."""
    return (
        Evidence.objects.filter(revision__document=document, removed_at=None)
        .select_related(
            "revision", "score__criterion__field", "score__submission__cycle",
            "score__submission__unit",
        )
        .order_by("-score__submission__cycle__year", "score__criterion__position")
    )  # fmt: skip


def may_open(user: User, revision: DocumentRevision, at: dt.datetime) -> bool:
    """Tell whether the person may read a file of evidence; asked anew at every request.

    The unit's own staff, and who reads a leaf that it backs, or backed when the unit signed, on the
    council's side; a file that waits for the scanner is opened by its unit only, a quarantined one
    by nobody.
    """
    if revision.scan_state == ScanState.QUARANTINED:
        return False
    if revision.document.unit_id in permissions.staff_unit_ids(user, at):
        return True
    if revision.scan_state == ScanState.PENDING:
        return False
    # What a receipt lists stays readable: taken off in a returned dossier, it was judged before.
    backed = Evidence.objects.filter(in_force_or_signed(), revision=revision).values("score")
    return appraisal.readable_leaves(user, at).filter(pk__in=backed).exists()


def in_force_or_signed() -> Q:
    """Return the condition on evidence that backs its leaf, or did when the unit signed."""
    signed = Receipt.objects.filter(
        submission=OuterRef("score__submission"), signed_at__gte=OuterRef("added_at"),
        signed_at__lt=OuterRef("removed_at"),
    )  # fmt: skip
    return Q(removed_at=None) | Q(Exists(signed))
