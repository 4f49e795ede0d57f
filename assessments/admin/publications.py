"""Publications in the admin: draft, dry run, schedule, withdraw, correct (design 5)."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.admin.base import ActForm, WorkflowAdmin
from assessments.admin.publication_pages import PublicationPagesMixin, has_annex
from assessments.admin.record_import import RecordImportMixin
from assessments.choices import CycleState, PublicationKind, PublicationState
from assessments.errors import Refused, Stale
from assessments.models import Cycle, Publication, PublishedResult
from assessments.workflow import drafts, publications
from assessments.workflow.machine import Transition
from units.permissions import person_of

_EDITABLE = (
    "title", "note", "decision_number", "decision_date", "decision_signer", "correction_reason",
)  # fmt: skip
_FIXED = (
    "kind", "year", "cycle", "state", "slug", "revision", "corrects", "published_at", "sha256",
    "chain_head",
)  # fmt: skip


class ScheduleForm(ActForm):
    """The moment at which the frozen results become public; empty means now."""

    published_at = forms.DateTimeField(
        label=gettext_lazy("Moment of publication"), required=False,
        help_text=gettext_lazy("Local time. Leave empty to publish now."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )  # fmt: skip

    def act_data(self) -> dict[str, Any]:
        """Return the moment, now when none was given."""
        return {"published_at": self.cleaned_data["published_at"] or timezone.now()}


class ResultInline(admin.TabularInline):  # type: ignore[type-arg]
    """The frozen results, to read."""

    model = PublishedResult
    fields = readonly_fields = (
        "unit_name", "group_name", "index", "rank", "basis", "band", "source", "note",
    )  # fmt: skip
    extra = 0
    can_delete = False
    ordering = ("group__position", "rank", "sort_name")

    def get_queryset(self, request: HttpRequest) -> QuerySet[PublishedResult]:
        """Read the groups with the results."""
        rows: QuerySet[PublishedResult] = super().get_queryset(request)
        return rows.select_related("group").defer("fields")

    @admin.display(description=gettext_lazy("group"))
    def group_name(self, obj: PublishedResult) -> str:
        """Return the name of the group as published."""
        return str(obj.group)

    @admin.display(description=gettext_lazy("basis of the rank"))
    def basis(self, obj: PublishedResult) -> str:
        """Return where the rank comes from, for what has one."""
        return str(obj.get_rank_basis_display()) if obj.rank else "—"

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: results are copied or imported, never typed."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: results are copied or imported, never typed."""
        return False


@admin.register(Publication)
class PublicationAdmin(RecordImportMixin, PublicationPagesMixin, WorkflowAdmin):
    """Drafts are edited here; what is scheduled or published is only read."""

    act_forms: ClassVar[dict[str, type[ActForm]]] = {"schedule": ScheduleForm}
    change_list_template = "admin/assessments/publication/change_list.html"
    list_display = ("title", "year", "kind", "revision", "state", "published_at", "decision_number")
    list_filter = ("kind", "state", "year")
    search_fields = ("title", "decision_number", "slug")
    actions = None

    # Adding and editing drafts ----------------------------------------------------------------

    def get_fields(self, request: HttpRequest, obj: Publication | None = None) -> Any:
        """Ask for the cycle and the decision first; show the rest when it is there."""
        return (*_FIXED, *_EDITABLE) if obj else ("cycle", *_EDITABLE[:-1])

    def get_readonly_fields(self, request: HttpRequest, obj: Publication | None = None) -> Any:
        """Keep everything but a draft's words and decision."""
        if obj is None:
            return ()
        return _FIXED if obj.corrects else (*_FIXED, "correction_reason")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let a draft be edited; what is frozen is only read."""
        frozen = obj is not None and obj.state != PublicationState.DRAFT
        return not frozen and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let a draft be thrown away; what is frozen stays, superusers included."""
        frozen = obj is not None and obj.state != PublicationState.DRAFT
        return not frozen and super().has_delete_permission(request, obj)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """Offer open cycles that have no publication under way; a title is not needed."""
        form: Any = super().get_form(request, obj, change, **kwargs)
        if obj is None and "cycle" in form.base_fields:
            taken = Publication.objects.exclude(state=PublicationState.WITHDRAWN)
            free = Cycle.objects.filter(state=CycleState.OPEN).exclude(
                pk__in=taken.filter(cycle__isnull=False).values("cycle")
            )
            form.base_fields["cycle"].queryset = free
            form.base_fields["cycle"].required = True
            form.base_fields["title"].required = False
        return form

    def get_inlines(self, request: HttpRequest, obj: Publication | None) -> Any:
        """Show results that are public, or to those who publish (embargo)."""
        now = timezone.now()
        if obj is not None and (
            drafts.may_publish(person_of(request), obj, now)
            or Publication.objects.public(now).filter(pk=obj.pk).exists()
        ):
            return [ResultInline]
        return []

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Begin a draft through its verb; save a draft's words as they are."""
        if change:
            # Somebody may have scheduled it while the form was open; wait for them and look.
            if Publication.objects.select_for_update().get(pk=obj.pk).state != obj.state:
                raise Stale(_("Somebody has scheduled this publication meanwhile."))
            obj.save(update_fields=[*_EDITABLE, "updated_at"])
            return
        given = {name: getattr(obj, name) for name in ("cycle", *_EDITABLE[:-1])}
        made = drafts.create_draft(by=person_of(request), at=timezone.now(), **given)
        obj.__dict__.update(made.__dict__)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Say a refusal of `save_model` as a message."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return HttpResponseRedirect(request.path)

    # Acts -------------------------------------------------------------------------------------

    def buttons(self, request: HttpRequest, obj: Publication) -> list[dict[str, Any]]:
        """Put the dry run before, and the correction after, the acts of the table."""
        found = super().buttons(request, obj)
        if not drafts.may_publish(person_of(request), obj, timezone.now()):
            return found
        if obj.state == PublicationState.DRAFT and obj.cycle:
            found.insert(0, self._link(_("Dry run"), "dry_run", obj))
        if _is_correctable(obj):
            found.append(self._link(_("Correct"), "correct", obj))
        if has_annex(obj):
            found += [
                self._link(_("Annex of the decision: %s") % name, "annex", obj, ending)
                for name, ending in (("PDF", "pdf"), ("Word", "docx"), ("Excel", "xlsx"))
            ]
        return found

    def _link(self, label: str, view: str, obj: Publication, *more: str) -> dict[str, Any]:
        url = reverse(f"admin:assessments_publication_{view}", args=[obj.pk, *more])
        return {"label": label, "danger": False, "url": url}

    def _perform(self, request: HttpRequest, obj: Any, row: Transition, form: ActForm) -> bool:
        done = super()._perform(request, obj, row, form)
        if done and row.action == "schedule":
            publications.flip_due(timezone.now())
        return done


def _is_correctable(obj: Publication) -> bool:
    """Tell whether the publication is one of a cycle, public and not corrected yet."""
    taken = obj.corrections.exclude(state=PublicationState.WITHDRAWN).exists()
    published = obj.state == PublicationState.PUBLISHED
    return published and obj.kind != PublicationKind.RECORD and not taken
