"""The inbox of every signed-in person: what was told, read or unread, and what comes by e-mail."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessments.forms.inbox import MailForm
from assessments.queries import inbox as queries
from assessments.views import own
from cchc.kit.requests import row_id

#: Messages on one page.
PAGE = 25


@require_safe
@login_required
def inbox(request: HttpRequest) -> HttpResponse:
    """Show the messages, unread first, and the choice of what comes by e-mail."""
    return _page(request, MailForm(user=own.person(request)))


def _page(request: HttpRequest, form: MailForm, status: int = 200) -> HttpResponse:
    only_unread = request.GET.get("loc") == "chua-doc"
    rows = queries.listed(own.person(request), timezone.now(), only_unread=only_unread)
    context = {
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "only_unread": only_unread, "form": form, "nav": "inbox",
        "crumbs": [(_("Inbox"), reverse("workspace:inbox"))],
    }  # fmt: skip
    return render(request, "workspace/inbox.html", context, status=status)


@require_safe
@login_required
def message(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark a message of the person's own as read, and lead to what it speaks of."""
    now = timezone.now()
    row = get_object_or_404(queries.readable(own.person(request), now), pk=pk)
    if request.method == "GET" and row.read_at is None:
        row.read_at = now
        row.save(update_fields=["read_at"])
    return redirect(row.url or "workspace:inbox")


@login_required
@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """Mark one message as read, or all of them."""
    now = timezone.now()
    rows = queries.readable(own.person(request), now).filter(read_at=None)
    if "all" not in request.POST:
        rows = rows.filter(pk=row_id(request.POST.get("message", "")) or 0)
    rows.update(read_at=now)
    return redirect("workspace:inbox")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def mail(request: HttpRequest) -> HttpResponse:
    """Save what the person wants by e-mail."""
    if request.method != "POST":
        return redirect(f"{reverse('workspace:inbox')}#mail")
    form = MailForm(request.POST, user=own.person(request))
    if not form.is_valid():
        return _page(request, form, status=422)
    form.save()
    messages.success(request, _("Your choice is saved."))
    return redirect("workspace:inbox")
