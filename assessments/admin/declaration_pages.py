"""The page on which people of a council declare a conflict of interest of their own."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments import permissions
from assessments.admin.base import show_refusal
from assessments.admin.distribution_forms import DeclareForm
from assessments.admin.scoped import user_of
from assessments.errors import Refused
from assessments.models import DeclaredConflict
from assessments.workflow import declarations
from units.models import User

DECLARE = "assessments_declaredconflict_declare"


class DeclarationPagesMixin:
    """Add …/khai-bao/ to the admin of declared conflicts, for everybody with a seat."""

    def get_urls(self) -> list[URLPattern]:
        """Put the page before the admin's own."""
        wrap = self.admin_site.admin_view  # type: ignore[attr-defined]
        return [
            path("khai-bao/", wrap(self.declare_view), name=DECLARE),
            *super().get_urls(),  # type: ignore[misc]
        ]

    def declare_view(self, request: HttpRequest) -> HttpResponse:
        """Take a declaration for the own seat, and show those in force."""
        admin_self: Any = self
        user, now = user_of(request), timezone.now()
        if not may_declare(user):
            raise Http404
        form = DeclareForm(
            user, request.POST if request.method == "POST" else None,
            initial={"since": timezone.localdate()},
        )  # fmt: skip
        if form.is_valid():
            try:
                declarations.declare_conflict(by=user, at=now, **form.cleaned_data)
            except Refused as refusal:
                show_refusal(form, refusal)
            else:
                messages.success(request, _("Declared. You no longer meet this unit's appraisal."))
                return HttpResponseRedirect(reverse(f"admin:{DECLARE}"))
        own = DeclaredConflict.objects.on(permissions.day_of(now)).filter(member__user=user)
        context = {
            **admin_self.admin_site.each_context(request), "opts": admin_self.opts, "form": form,
            "title": _("Declare a conflict of interest"),
            "own": own.select_related("unit", "member__council"),
        }  # fmt: skip
        return TemplateResponse(request, "admin/assessments/declaredconflict/declare.html", context)


def may_declare(user: User) -> bool:
    """Tell whether the person has a seat in a council and so may declare a conflict for it."""
    return permissions.seats_of(user, timezone.localdate()).exists()
