"""Questions of the appraisal that wait for the unit's answer (giải trình)."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from assessments import permissions
from assessments.errors import BadInput, Refused
from assessments.forms import AnswerForm, PaperForm, refuse, stated
from assessments.models import Explanation
from assessments.queries import workspace as queries
from assessments.views import own, uploads
from assessments.views.relogin import keeps_text
from assessments.workflow import documents, questions

_DETAILS = ("number", "issued_on", "issuer", "abstract")


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_text
def question(request: HttpRequest, key: own.CycleKey, slug: str, pk: int) -> HttpResponse:
    """Show one question on a leaf with its clock, and take the unit's answer, maybe with a file."""
    now = timezone.now()
    submission = own.dossier_of(request, key, slug, now)
    row = get_object_or_404(queries.questions_for([submission]), pk=pk)
    row.score.submission = submission
    criterion = row.score.criterion
    field, code = (criterion.field or criterion).code, criterion.code
    form = AnswerForm(request.POST if request.method == "POST" else None)
    paper = _paper(request)
    if form.is_valid() and _sent(request, row, form, paper, now):
        return redirect(own.address("question", submission, pk=pk))
    context = {
        "submission": submission, "question": row, "form": form, "is_open": row.closed_at is None,
        "paper": paper, "score": own.leaf_of(submission, field, code), "stated": stated(row.score),
        "answering": permissions.may_answer(own.person(request), submission, now),
        "deadline": own.Deadline(row.due_at, now), "nav": "workspace",
        "evidence_url": own.address("evidence", submission, field=field, code=code),
        "crumbs": own.crumbs(submission, (_("Question on criterion %s") % code, "")),
    }  # fmt: skip
    failed = form.errors or paper.errors
    return render(request, "workspace/question.html", context, status=422 if failed else 200)


def _paper(request: HttpRequest) -> PaperForm:
    """Return the form of the file to go with the answer, bound once anything of it was sent."""
    named = any(request.POST.get(name, "").strip() for name in _DETAILS)
    return PaperForm(request.POST, request.FILES) if named or request.FILES else PaperForm()


def _sent(
    request: HttpRequest, row: Explanation, form: AnswerForm, paper: PaperForm, at: dt.datetime
) -> bool:
    """Attach the file, if there is one, then answer; nothing is answered past a file refused."""
    by: dict[str, Any] = {"by": own.person(request), "at": at}
    if paper.is_bound:
        if uploads.done(paper, documents.attach_file, score=row.score, **by) is None:
            return False
        sentence = _("The file is attached to criterion %s.")
        messages.success(request, sentence % row.score.criterion.code)
    try:
        questions.answer(explanation=row, **by, **form.cleaned_data)
    except BadInput as refusal:
        refuse(form, refusal)
        return False
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, _("The answer is sent."))
    return True
