"""Reminding many units at once: an action of the list of dossiers, with a page to confirm."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from assessments import permissions
from assessments.admin.base import show_refusal
from assessments.admin.scoped import user_of
from assessments.choices import CouncilRole
from assessments.errors import Refused
from assessments.models import Submission
from assessments.workflow import reminders
from cchc.kit.requests import row_ids
from units.models import User

#: Dossiers of one reminder; more are chosen in several turns.
_MOST = 500


class ReminderForm(forms.Form):
    """What the units are told."""

    text = forms.CharField(
        label=_("Reminder"), max_length=reminders.LONGEST, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("It reaches the focal officer and the head of each unit, in your office's"
                    " name. Write no points."),
    )  # fmt: skip


class ReminderPagesMixin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Add the action and its page to the dossiers."""

    def get_urls(self) -> list[URLPattern]:
        """Add the page."""
        view = self.admin_site.admin_view(self.remind_view)
        return [path("nhac-viec/", view, name="assessments_submission_remind"), *super().get_urls()]

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Offer the reminder to secretaries; it changes no row."""
        found: dict[str, Any] = super().get_actions(request)
        if _is_secretary(user_of(request)):
            label = _("Remind the units of the dossiers ticked")
            found["remind"] = (_chosen, "remind", label)
        return found

    def remind_view(self, request: HttpRequest) -> HttpResponse:
        """Show who will be reminded and who will not, and do it on POST."""
        user, now = user_of(request), timezone.now()
        if not _is_secretary(user):
            raise Http404
        rows = _rows(self.get_queryset(request), request)
        awaited = _own(reminders.awaited(rows), user)
        form = ReminderForm(request.POST or None)
        if request.method == "POST" and form.is_valid() and awaited:
            try:
                told = reminders.remind(
                    submissions=awaited, by=user, at=now, text=form.cleaned_data["text"]
                )
            except Refused as refusal:
                show_refusal(form, refusal)
            else:
                self.message_user(request, _told(len(told)), messages.SUCCESS)
                return HttpResponseRedirect(reverse("admin:assessments_submission_changelist"))
        left_out = [row for row in rows if row not in awaited]
        context = {
            **self.admin_site.each_context(request), "opts": self.opts, "form": form,
            "title": _("Remind units"), "awaited": awaited, "left_out": left_out,
            "cancel_url": reverse("admin:assessments_submission_changelist"),
        }  # fmt: skip
        return TemplateResponse(request, "admin/assessments/submission/remind.html", context)


def _chosen(
    model_admin: Any, request: HttpRequest, queryset: QuerySet[Submission]
) -> HttpResponseRedirect:
    """Lead to the page with the dossiers ticked."""
    keys = ",".join(str(pk) for pk in queryset.order_by("pk").values_list("pk", flat=True)[:_MOST])
    return HttpResponseRedirect(f"{reverse('admin:assessments_submission_remind')}?ho-so={keys}")


def _is_secretary(user: User) -> bool:
    day = permissions.day_of(timezone.now())
    return permissions.seats_of(user, day).filter(role=CouncilRole.SECRETARY).exists()


def _rows(listed: QuerySet[Submission], request: HttpRequest) -> QuerySet[Submission]:
    """Return the dossiers named in the address that the person may see."""
    keys = row_ids(request.GET.get("ho-so", "").split(",")[:_MOST])
    return listed.filter(pk__in=keys).select_related("cycle", "unit")


def _own(rows: QuerySet[Submission], user: User) -> list[Submission]:
    """Return the dossiers of the councils whose secretary the person is."""
    day = permissions.day_of(timezone.now())
    seats = permissions.seats_of(user, day).filter(role=CouncilRole.SECRETARY)
    return list(rows.filter(cycle__council__in=seats.values("council")))


def _told(number: int) -> str:
    return ngettext(
        "%(number)s unit is reminded.", "%(number)s units are reminded.", number
    ) % {"number": number}  # fmt: skip
