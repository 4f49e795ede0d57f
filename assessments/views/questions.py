"""Questions of the appraisal that wait for the unit's answer (giải trình)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from assessments import permissions
from assessments.errors import BadInput, Refused
from assessments.forms import AnswerForm, refuse, stated
from assessments.queries import workspace as queries
from assessments.views import own
from assessments.views.relogin import keeps_text
from assessments.workflow import questions


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_text
def question(request: HttpRequest, key: own.CycleKey, slug: str, pk: int) -> HttpResponse:
    """Show one question on a leaf with its clock, and take the unit's answer."""
    now = timezone.now()
    submission = own.dossier_of(request, key, slug, now)
    row = get_object_or_404(queries.questions_for([submission]), pk=pk)
    criterion = row.score.criterion
    field, code = (criterion.field or criterion).code, criterion.code
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            questions.answer(explanation=row, by=own.person(request), at=now, **form.cleaned_data)
        except BadInput as refusal:
            refuse(form, refusal)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The answer is sent."))
            return redirect(own.address("question", submission, pk=pk))
    context = {
        "submission": submission, "question": row, "form": form, "is_open": row.closed_at is None,
        "score": own.leaf_of(submission, field, code), "stated": stated(row.score),
        "answering": permissions.may_answer(own.person(request), submission, now),
        "deadline": own.Deadline(row.due_at, now), "nav": "workspace",
        "evidence_url": own.address("evidence", submission, field=field, code=code),
        "crumbs": own.crumbs(submission, (_("Question on criterion %s") % code, "")),
    }  # fmt: skip
    return render(request, "workspace/question.html", context, status=422 if form.errors else 200)
