"""Saving one leaf: as a plain form, or by the page's script while a person types.

Both ways take the same fields. The script asks for JSON and gets the leaf's points and version, the
errors beside their inputs, or the whole leaf with both texts when somebody else was faster.
"""

import datetime as dt
import re
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from assessments.choices import SubmissionState
from assessments.errors import BadInput, Refused, Stale
from assessments.forms import LeafForm
from assessments.models import CriterionScore
from assessments.queries.leaves import leaf_to_save
from assessments.views import own
from assessments.views.leaves import LeafCard, field_page, put_typed
from assessments.views.relogin import keeps_text, wants_json
from assessments.workflow.scores import save_leaf

#: A random mark of the script's, a UUID; anything else is none.
_KEY = re.compile(r"[0-9a-f-]{1,36}")


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_text
def save(request: HttpRequest, key: own.CycleKey, slug: str, field: str, code: str) -> HttpResponse:
    """Save one leaf and go back to it; what cannot be saved stays on screen with the reason.

    A mere visit, as after signing in, leads to the leaf.
    """
    now = timezone.now()
    score = get_object_or_404(
        leaf_to_save(
            own.person(request), now, submission__cycle__year=key.year,
            submission__cycle__illustrative=key.illustrative, submission__unit__slug=slug,
            criterion__field__code=field, criterion__code=code,
        )
    )  # fmt: skip
    if request.method != "POST":
        return redirect(own.leaf_address(score))
    form = LeafForm(request.POST, score=score)
    status = _saved(request, form, now)
    if wants_json(request):
        return _told(request, form, status, now)
    return _shown(request, form, status, now)


def _saved(request: HttpRequest, form: LeafForm, at: dt.datetime) -> int:
    """Save a valid form; put every refusal on it and return the status that tells of it."""
    if not form.is_valid():
        return 422
    sent = _KEY.fullmatch(request.POST.get("key", ""))
    key = sent[0] if sent else ""
    version = form.cleaned_data["version"]
    try:
        form.score = save_leaf(
            score=form.score, by=own.person(request), at=at, version=version, key=key, **form.claim
        )
    except BadInput as refusal:
        form.refuse(refusal)
        return 422
    except Stale as refusal:
        form.add_error(None, str(refusal))
        return 409
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return 403
    return 200


def _shown(request: HttpRequest, form: LeafForm, status: int, at: dt.datetime) -> HttpResponse:
    score = form.score
    submission, criterion = score.submission, score.criterion
    if status != 200:
        fresh = own.dossier_of(request, own.key_of(submission), submission.unit.slug, at)
        field = (criterion.field or criterion).code
        answer = 422 if status == 422 else 409
        return field_page(request, fresh, field, at, form, stale=status == 409, status=answer)
    messages.success(request, _("Criterion %s is saved.") % criterion.code)
    if request.POST.get("then") == "evidence":
        field = (criterion.field or criterion).code
        return redirect(own.address("evidence", submission, field=field, code=criterion.code))
    return redirect(own.leaf_address(score))


def _told(request: HttpRequest, form: LeafForm, status: int, at: dt.datetime) -> JsonResponse:
    """Tell the page's script how the save went; 409 brings the leaf anew, with both texts."""
    if status == 200:
        return JsonResponse(_outcome(form.score))
    if status == 409:
        return JsonResponse({"html": _conflict(request, form, at)}, status=409)
    if status == 403:
        return JsonResponse({"refused": " ".join(map(str, form.non_field_errors()))}, status=403)
    errors = {name or "": [str(error) for error in found] for name, found in form.errors.items()}
    return JsonResponse({"errors": errors}, status=422)


def _outcome(score: CriterionScore) -> dict[str, Any]:
    card = LeafCard(score, None)
    return {
        "version": score.version,
        "at": f"{timezone.localtime(score.saved_at):%H:%M:%S}" if score.saved_at else "",
        "complete": card.is_complete,
        "html": render_to_string("workspace/_points.html", {"card": card}),
    }


def _conflict(request: HttpRequest, form: LeafForm, at: dt.datetime) -> str:
    submission = form.score.submission
    criterion = form.score.criterion
    field = criterion.field or criterion
    row = own.leaf_of(submission, field.code, criterion.code)
    card = LeafCard(row, LeafForm(score=row))
    put_typed(card, form, stale=True)
    context = {
        "card": card, "submission": submission, "progress": {"criterion": field},
        "shows_final": submission.state == SubmissionState.PUBLISHED,
    }  # fmt: skip
    return render_to_string("workspace/_leaf.html", context, request=request)
