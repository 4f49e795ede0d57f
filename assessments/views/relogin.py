"""What was typed survives the end of a session: kept, shown after signing in, sent again.

The browser holds a signed mark of who last worked in the workspace. A form that arrives without a
session is kept under that name in the new, anonymous session; only this person is shown it again
(design 0.24). Files and passwords are never kept.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from assessments.forms import label_of

MARK = "last_author"
KEPT = "kept_form"
#: Bytes of a form that a session keeps; two remarks of the longest kind fit.
KEPT_BYTES = 200_000
#: A working day: what waits longer is typed anew.
MARK_SECONDS = 12 * 3600
#: Kept and sent again like the rest, but no text that a person would know again.
_NOT_TYPED = (
    "do", "leaves", "whole", "to",
    "version", "key", "seen", "then", "choose", "attach", "revision", "met", "option",
    "not_applicable", "token", "confirmed", "move",
)  # fmt: skip
View = Callable[..., HttpResponse]


def keeps_text(view: View) -> View:
    """Let in who is signed in; keep what anybody else posts until they have signed in."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            if request.method == "POST" and wants_json(request):
                # The script keeps what was typed and tries again after the person signed in.
                return JsonResponse({"login": redirect_to_login("/").url}, status=401)
            if request.method == "POST":
                return _session_is_over(request)
            return redirect_to_login(request.get_full_path())
        if request.method == "POST":
            request.session.pop(KEPT, None)
        answer = view(request, *args, **kwargs)
        answer.set_signed_cookie(
            MARK, str(request.user.pk), salt=MARK, max_age=MARK_SECONDS, httponly=True,
            path=reverse("workspace:home"), secure=settings.SESSION_COOKIE_SECURE, samesite="Lax",
        )  # fmt: skip
        return answer

    return guarded


def wants_json(request: HttpRequest) -> bool:
    """Tell whether a script of the page asks, which reads JSON and nothing else."""
    return request.headers.get("Accept") == "application/json"


def _session_is_over(request: HttpRequest) -> HttpResponse:
    fields = {name: request.POST.getlist(name) for name in request.POST}
    fields.pop("csrfmiddlewaretoken", None)
    author = request.get_signed_cookie(MARK, "", salt=MARK, max_age=MARK_SECONDS)
    size = sum(len(text.encode()) for texts in fields.values() for text in texts)
    kept = bool(author) and size <= KEPT_BYTES
    after = request.path
    if kept:
        request.session[KEPT] = {
            "path": request.path, "author": author, "fields": fields,
            "had_file": bool(request.FILES),
        }  # fmt: skip
        after = reverse("workspace:resume")
    context = {
        "typed": _typed(fields), "kept": kept, "had_file": bool(request.FILES), "nav": "workspace",
        "login_url": redirect_to_login(after).url, "crumbs": [(_("The session has ended"), "")],
    }  # fmt: skip
    answer = render(request, "workspace/session_over.html", context, status=403)
    answer["Cache-Control"] = "private, no-store"
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_text
def resume(request: HttpRequest) -> HttpResponse:
    """Show what a session's end kept from being saved, with one button that sends it again.

    Another account than the author's discards it unseen; so does a POST, the button beside it.
    """
    kept = request.session.get(KEPT)
    if kept is None or kept["author"] != str(request.user.pk):
        request.session.pop(KEPT, None)
        return redirect("workspace:home")
    context = {
        "path": kept["path"], "typed": _typed(kept["fields"]), "had_file": kept["had_file"],
        "hidden": [(name, text) for name, texts in kept["fields"].items() for text in texts],
        "nav": "workspace", "crumbs": [(_("Not saved yet"), "")],
    }  # fmt: skip
    return render(request, "workspace/resume.html", context)


def _typed(fields: dict[str, list[str]]) -> list[tuple[Any, str]]:
    return [
        (label_of(name), text)
        for name, texts in fields.items() for text in texts
        if text.strip() and name not in _NOT_TYPED and not name.startswith("choice-")
    ]  # fmt: skip
