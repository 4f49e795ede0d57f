"""The Excel round trip of a dossier: download, upload, difference, confirm (issue 3 item 6).

Nothing is stored between upload and confirmation: the preview carries the rows that differ,
signed for the person, the dossier and an hour.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from assessments import papers
from assessments.errors import Refused
from assessments.forms.sheet import SheetForm
from assessments.models import Submission
from assessments.resources.dossier_export import write_dossier
from assessments.resources.dossier_import import BadSheet, Problem, SheetRow, read_dossier
from assessments.resources.dossiers import Mark
from assessments.views import own
from assessments.views.relogin import keeps_text
from assessments.views.sheet_preview import MINE, Preview, frozen_rows, lines_of, preview_of
from assessments.workflow.sets import save_leaves
from cchc.kit.downloads import handed_out
from cchc.kit.files import CONTENT_TYPES

_SALT = "assessments.dossier-sheet"
_VALID = dt.timedelta(hours=1)
#: Names of the radios of the preview: this and the code of the leaf.
_CHOICE = "choice-"
#: Bytes of a confirmation beside its token.
_ROOM = 64 * 1024


@dataclass(frozen=True)
class Kept:
    """What a preview carries to its confirmation: rows, and which were shown as what."""

    rows: list[SheetRow]
    asked: list[str]
    refused: list[str]

    def means(self, code: str, chosen: Mapping[str, str]) -> bool:
        """Tell whether confirming this preview is to save the leaf."""
        if code in self.asked:
            return chosen.get(code) == MINE
        return code not in self.refused


@require_safe
@login_required
def download(request: HttpRequest, key: own.CycleKey, slug: str) -> HttpResponse:
    """Hand over the dossier as a workbook to be filled in offline."""
    now = timezone.now()
    submission = own.dossier_of(request, key, slug, now)
    content = write_dossier(submission, lines_of(submission, own.person(request), now))
    name = f"{papers.file_stem('bang-tu-cham', submission)}.xlsx"
    return handed_out(HttpResponse(content, content_type=CONTENT_TYPES["xlsx"]), name)


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_text
def sheet(request: HttpRequest, key: own.CycleKey, slug: str) -> HttpResponse:
    """Offer the workbook, take it back, show what it would change, and save that once confirmed."""
    now = timezone.now()
    submission = own.dossier_of(request, key, slug, now)
    if request.method != "POST":
        return _page(request, submission, now, SheetForm())
    if "token" in request.POST:
        return _confirmed(request, submission, now)
    form = SheetForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, submission, now, form, status=422)
    if own.why_closed(submission, now):
        return _page(request, submission, now, form, status=409)
    lines = lines_of(submission, own.person(request), now)
    limit = settings.WORKBOOK_MAX_BYTES
    try:
        rows = read_dossier(form.cleaned_data["workbook"], submission, lines, max_bytes=limit)
    except BadSheet as bad:
        return _page(request, submission, now, SheetForm(), bad.problems, status=422)
    return _preview_page(request, submission, now, preview_of(lines, rows))


def _confirmed(request: HttpRequest, submission: Submission, at: dt.datetime) -> HttpResponse:
    """Save what the preview showed; what changed since is refused and shown again."""
    person = own.person(request)
    try:
        kept = _opened(person.pk, submission.pk, request.POST["token"])
    except signing.BadSignature:
        messages.error(request, _("The preview has expired; upload the workbook again."))
        return redirect(own.address("sheet", submission))
    chosen = _chosen(request)
    lines = lines_of(submission, person, at)
    preview = preview_of(lines, kept.rows, asked=kept.asked, chosen=chosen)
    versions = {row.code: row.mark.version for row in kept.rows if kept.means(row.code, chosen)}
    claims = {code: claim for code, claim in preview.claims.items() if code in versions}
    if preview.problems:
        return _page(request, submission, at, SheetForm(), preview.problems, status=422)
    try:
        saved = save_leaves(
            submission=submission, by=person, at=at, claims=claims, versions=versions
        )
    except Refused as refusal:
        return _preview_page(request, submission, at, preview, refusal=refusal, status=409)
    text = ngettext("%d criterion is saved.", "%d criteria are saved.", len(saved))
    messages.success(request, text % len(saved))
    return redirect(own.address("dossier", submission))


def _chosen(request: HttpRequest) -> dict[str, str]:
    return {
        name.removeprefix(_CHOICE): request.POST[name]
        for name in request.POST if name.startswith(_CHOICE)
    }  # fmt: skip


def _page(
    request: HttpRequest, submission: Submission, at: dt.datetime, form: SheetForm,
    problems: Sequence[Problem] = (), *, status: int = 200,
) -> HttpResponse:  # fmt: skip
    context = _context(submission, at) | {"form": form, "problems": problems}
    return render(request, "workspace/sheet.html", context, status=status)


def _preview_page(
    request: HttpRequest, submission: Submission, at: dt.datetime, preview: Preview,
    *, refusal: Refused | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    if preview.problems:
        return _page(request, submission, at, SheetForm(), preview.problems, status=422)
    token = _token(own.person(request).pk, submission.pk, preview)
    if len(token) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE - _ROOM:
        text = _(
            "The workbook changes more text than one confirmation carries; change less at once."
        )
        return _page(request, submission, at, SheetForm(), [Problem(text)], status=422)
    context = _context(submission, at) | {"preview": preview, "refusal": refusal, "token": token}
    return render(request, "workspace/sheet_preview.html", context, status=status)


def _context(submission: Submission, at: dt.datetime) -> dict[str, Any]:
    return {
        "submission": submission, "deadline": own.deadline_of(submission, at),
        "closed": own.why_closed(submission, at), "nav": "workspace",
        "crumbs": own.crumbs(submission, (_("Fill in with Excel"), "")),
    }  # fmt: skip


def _token(user_pk: int, submission_pk: int, preview: Preview) -> str:
    rows = frozen_rows([*preview.changes, *preview.refused])
    value = {
        "by": user_pk, "dossier": submission_pk, "rows": [asdict(row) for row in rows],
        "asked": [change.row.code for change in preview.conflicts],
        "refused": [change.row.code for change in preview.refused],
    }  # fmt: skip
    return signing.dumps(value, salt=_SALT, compress=True)


def _opened(user_pk: int, submission_pk: int, token: str) -> Kept:
    """Return what a token carries; raise BadSignature when it is old, altered or another's."""
    value = signing.loads(token, salt=_SALT, max_age=_VALID)
    if (value["by"], value["dossier"]) != (user_pk, submission_pk):
        raise signing.BadSignature("the preview of another person or dossier")
    rows = [SheetRow(Mark(**row.pop("mark")), **row) for row in value["rows"]]
    return Kept(rows, value["asked"], value["refused"])
