"""The admin's buttons and confirm pages, drawn from the workflow table (design 2)."""

from typing import Any, ClassVar

from allauth.account.decorators import reauthentication_required
from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.db import models
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.admin.event_words import act_word
from assessments.errors import BadInput, GuardFailed, Refused
from assessments.models import Event
from assessments.workflow import machine
from assessments.workflow.machine import Text
from units.permissions import person_of


class ActForm(forms.Form):
    """What an act asks for: a note, and in subclasses its own data.

    `obj` is the object of the act. Cleaned data other than the note go to `perform`.
    """

    note = forms.CharField(
        label=gettext_lazy("Reason"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, obj: Any, row: machine.Transition, *args: Any, **kwargs: Any) -> None:
        self.obj = obj
        super().__init__(*args, **kwargs)
        self.fields["note"].required = row.needs_note
        self.order_fields([name for name in self.fields if name != "note"])

    @property
    def facts(self) -> list[tuple[Text, list[str]]]:
        """Return what the person should have before their eyes: headings with their lines."""
        return []

    def act_data(self) -> dict[str, Any]:
        """Return the cleaned data that `perform` takes beside the note."""
        return {name: value for name, value in self.cleaned_data.items() if name != "note"}


class WorkflowAdmin(admin.ModelAdmin):
    """Draw a button for each act the person may do, with a page that says what will happen."""

    change_form_template = "admin/workflow_change_form.html"
    object_history_template = "admin/workflow_history.html"
    #: Forms of the acts that need more than a note.
    act_forms: ClassVar[dict[str, type[ActForm]]] = {}

    def get_urls(self) -> list[URLPattern]:
        """Add the confirm pages."""
        name = f"{self.opts.app_label}_{self.opts.model_name}_act"
        view = self.admin_site.admin_view(self.act_view)
        return [path("<int:pk>/act/<slug:action>/", view, name=name), *super().get_urls()]

    def scoped_object(self, request: HttpRequest, pk: int) -> Any:
        """Return the object if the person may see it; raise Http404 as if it did not exist."""
        obj = self.get_queryset(request).filter(pk=pk).first()
        if obj is None or not self.has_view_permission(request, obj):
            raise Http404
        return obj

    def buttons(self, request: HttpRequest, obj: Any) -> list[dict[str, Any]]:
        """Return label and address of each act the person may do on `obj` now."""
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_act"
        return [
            {
                "label": row.label,
                "danger": row.danger,
                "url": reverse(name, args=[obj.pk, row.action]),
            }
            for row in machine.available(obj, by=person_of(request), at=timezone.now())
            if row.in_admin
        ]

    def reads_reasons(self, request: HttpRequest, obj: Any) -> bool:
        """Tell whether the person may read what others wrote with their acts on `obj`."""
        return True

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the acts of the log, with the reasons written, before the admin's own entries."""
        obj = self.get_object(request, unquote(object_id))
        told = obj is not None and self.reads_reasons(request, obj)
        acts = [
            {
                "event": event, "word": act_word(event.action),
                "reason": event.reason.text if told and hasattr(event, "reason") else "",
                "leaves": event.data.get("leaves", []), "states": _states(self.model, event.data),
            }
            for event in (acts_on(obj) if obj is not None else [])
        ]  # fmt: skip
        context = {"acts": acts, **(extra_context or {})}
        return super().history_view(request, object_id, context)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Give the change page its buttons."""
        obj = kwargs.get("obj")
        context["act_buttons"] = self.buttons(request, obj) if obj is not None else []
        return super().render_change_form(request, context, *args, **kwargs)

    def act_view(self, request: HttpRequest, pk: int, action: str) -> HttpResponse:
        """Show the confirm page of an act, and do it on POST."""
        obj = self.scoped_object(request, pk)
        row = self._row(request, obj, action)
        page = self._act_page
        if row.reauthenticate:
            page = reauthentication_required(page)
        return page(request, obj=obj, row=row)

    def _row(self, request: HttpRequest, obj: models.Model, action: str) -> machine.Transition:
        try:
            row = machine.row_of(type(obj), action)
        except KeyError:
            raise Http404 from None
        if not row.in_admin or not row.who(person_of(request), obj, timezone.now()):
            raise Http404
        return row

    def _act_page(self, request: HttpRequest, *, obj: Any, row: machine.Transition) -> HttpResponse:
        form_class = self.act_forms.get(row.action, ActForm)
        form = form_class(obj, row, request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid() and self._perform(request, obj, row, form):
            return HttpResponseRedirect(self.after_act(obj))
        return TemplateResponse(
            request, "admin/workflow_confirm.html", self._act_context(request, obj, row, form)
        )

    def _act_context(
        self, request: HttpRequest, obj: Any, row: machine.Transition, form: ActForm
    ) -> dict[str, Any]:
        now = timezone.now()
        blocked = obj.state not in row.sources
        standing = (
            [] if blocked else machine.problems(row.action, obj, by=person_of(request), at=now)
        )
        return {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "object": obj,
            "title": row.label,
            "consequence": row.confirm,
            "action_label": row.label,
            "form": form,
            "blocked": blocked,
            # After a refusal the form itself says what stands in the way.
            "problems": [] if form.is_bound else standing,
            "locked": blocked or bool(standing),
            "remedy": self.remedy(request, obj, row),
            "cancel_url": self.after_act(obj),
        }

    def _perform(
        self, request: HttpRequest, obj: Any, row: machine.Transition, form: ActForm
    ) -> bool:
        note = form.cleaned_data["note"]
        try:
            machine.perform(
                row.action,
                obj,
                by=person_of(request),
                at=timezone.now(),
                note=note,
                **form.act_data(),
            )
        except Refused as refusal:
            show_refusal(form, refusal)
            return False
        messages.success(request, _("Done: %s.") % row.label)
        return True

    def remedy(self, request: HttpRequest, obj: Any, row: machine.Transition) -> dict[str, Any]:
        """Return label and address of the page where what stands in the way is put right."""
        return {"label": _("Open “%s” to put this right") % obj, "url": self.after_act(obj)}

    def after_act(self, obj: Any) -> str:
        """Return the page to show after an act."""
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[obj.pk])


def acts_on(obj: models.Model) -> QuerySet[Event]:
    """Return the acts of the table, done or refused, that the log holds of one object.

    The latest first. What a unit arranges among its own people is no act of the table.
    """
    return Event.objects.filter(
        object_type=obj._meta.model_name, object_id=str(obj.pk),
        action__in=[row.action for row in machine.rows(type(obj))],
    ).select_related("actor", "reason")  # fmt: skip


def _states(model: type[models.Model], data: dict[str, Any]) -> list[str]:
    """Return the states before and after an act, in words; none where it moved nothing."""
    field: Any = model._meta.get_field("state")
    words = dict(field.flatchoices)
    pair = [data.get("from"), data.get("to")]
    return [str(words.get(state, state)) for state in pair] if pair[0] != pair[1] else []


def show_refusal(form: forms.BaseForm, refusal: Refused) -> None:
    """Put a refusal's sentences beside the input they speak of, or at the head of the form."""
    if isinstance(refusal, GuardFailed):
        for reason in refusal.reasons:
            form.add_error(None, str(reason))
        return
    named = (
        refusal.field if isinstance(refusal, BadInput) and refusal.field in form.fields else None
    )
    form.add_error(named, str(refusal))
