"""More time for a question: the page of a question leads its asker and the secretary there."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.admin.act_forms import DueField
from assessments.admin.base import show_refusal
from assessments.admin.scoped import user_of
from assessments.errors import Refused
from assessments.models import Explanation
from assessments.workflow import questions

EXTEND = "assessments_explanation_extend"


class ExtendForm(forms.Form):
    """Until when the unit may answer, and why it gets more time."""

    due_at = DueField(label=gettext_lazy("Answer due before"))
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
    )


class QuestionPagesMixin:
    """Add …/<id>/gia-han/ to the admin of questions."""

    change_form_template: Any = "admin/workflow_change_form.html"

    def get_urls(self) -> list[URLPattern]:
        """Put the page before the admin's own."""
        view = self.admin_site.admin_view(self.extend_view)  # type: ignore[attr-defined]
        return [path("<int:pk>/gia-han/", view, name=EXTEND), *super().get_urls()]  # type: ignore[misc]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Give the page of an open question its button."""
        obj, address = kwargs.get("obj"), f"admin:{EXTEND}"
        if obj is not None and _may(request, obj):
            context["act_buttons"] = [
                {"label": _("Give more time"), "url": reverse(address, args=[obj.pk])}
            ]
        return super().render_change_form(request, context, *args, **kwargs)  # type: ignore[misc]

    def extend_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask for the new time and the reason, and give it on POST."""
        rows = self.get_queryset(request).select_related("asked_by")  # type: ignore[attr-defined]
        question = rows.filter(pk=pk).first()
        if question is None or not _may(request, question):
            raise Http404
        back = reverse("admin:assessments_explanation_change", args=[pk])
        form = ExtendForm(request.POST or None, initial={"due_at": question.due_at})
        if form.is_valid() and _extended(request, question, form):
            return HttpResponseRedirect(back)
        context = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "opts": self.opts, "object": question, "title": _("Give more time"),  # type: ignore[attr-defined]
            "consequence": _("The unit sees the new time at once; the reason is kept."),
            "action_label": _("Give more time"), "form": form, "cancel_url": back,
        }  # fmt: skip
        return TemplateResponse(request, "admin/workflow_confirm.html", context)


def _may(request: HttpRequest, question: Explanation) -> bool:
    now = timezone.now()
    return question.closed_at is None and bool(
        questions.may_extend(user_of(request), question, now)
    )


def _extended(request: HttpRequest, question: Explanation, form: ExtendForm) -> bool:
    try:
        questions.extend(
            explanation=question, by=user_of(request), at=timezone.now(), **form.cleaned_data
        )
    except Refused as refusal:
        show_refusal(form, refusal)
        return False
    messages.success(request, _("The unit has more time."))
    return True
