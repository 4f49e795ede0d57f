"""How an upload is answered: as a page, or as data when the page's script sent it."""

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.contrib import messages
from django.http import HttpRequest, JsonResponse

from assessments.errors import BadInput, Refused
from assessments.forms import refuse

T = TypeVar("T")


def done(form: forms.Form, verb: Callable[..., T], **given: Any) -> T | None:
    """Run a verb on what the form holds; show a refusal on the form and return None."""
    if not form.is_valid():
        return None
    try:
        return verb(**given, **form.cleaned_data)
    except BadInput as refusal:
        refuse(form, refusal)
    except Refused as refusal:
        form.add_error(None, str(refusal))
    return None


def told(request: HttpRequest, form: forms.Form, sentence: str, address: str) -> JsonResponse:
    """Answer the script: what was done and where it is found, or each error as a sentence.

    Errors name their inputs by id. With `then` the sentence waits for the next page too.
    """
    errors = [
        {"id": "" if name == "__all__" else form[name].auto_id, "text": str(error)}
        for name, found in form.errors.items() for error in found
    ]  # fmt: skip
    if errors:
        message = " ".join(error["text"] for error in errors)
        return JsonResponse({"message": message, "errors": errors}, status=422)
    if request.POST.get("then"):
        messages.success(request, sentence)
    return JsonResponse({"message": sentence, "url": address}, status=201)
