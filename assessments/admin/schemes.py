"""Schemes in the admin: list, heading, the tree to read, differences, workbook in and out."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.admin.base import WorkflowAdmin, show_refusal
from assessments.admin.scheme_import import SchemeImportMixin
from assessments.errors import Refused
from assessments.models import RespondentKind, Scheme
from assessments.queries.scheme_differences import differences
from assessments.queries.schemes import content_of
from assessments.resources.scheme_export import write_scheme
from assessments.workflow.schemes import copy_scheme, discard_draft, may_prepare
from cchc.kit.downloads import attachment
from cchc.kit.files import PAPERS, FileRefused, inspect
from units.permissions import person_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_BY_WORKBOOK = ("group", "code", "version", "declared_total")
_EDITABLE = (
    "title", "illustrative", "decimals", "bonus_cap", "penalty_cap", "dispute_spread",
    "decision_number", "decision_date", "decision_signer", "decision_file",
)  # fmt: skip


class SchemeForm(forms.ModelForm):
    """The heading of a draft; the decision's file is a PDF or a Word document."""

    class Meta:
        model = Scheme
        fields = _EDITABLE
        widgets = {"decision_file": forms.FileInput}

    def clean_decision_file(self) -> Any:
        """Refuse a file whose bytes are not those of a passive PDF or Word document."""
        file = self.cleaned_data["decision_file"]
        if file and "decision_file" in self.changed_data:
            try:
                inspect(file, endings=PAPERS)
            except FileRefused as refusal:
                raise forms.ValidationError(str(refusal.message)) from refusal
        return file


@admin.register(Scheme)
class SchemeAdmin(SchemeImportMixin, WorkflowAdmin):
    """Schemes come in by workbook; a draft's heading is edited here, an issued one only read."""

    form = SchemeForm
    change_form_template = "admin/assessments/scheme/change_form.html"
    change_list_template = "admin/assessments/scheme/change_list.html"
    list_display = (
        "title", "code", "version", "group", "state", "declared_total", "illustrative",
        "decision_number",
    )  # fmt: skip
    list_filter = ("state", "group", "illustrative")
    search_fields = ("code", "title", "decision_number")
    actions = None

    def get_fields(self, request: HttpRequest, obj: Scheme | None = None) -> tuple[str, ...]:
        """Show what the workbook gave, the state, then what may be edited."""
        return (*_BY_WORKBOOK, "state", "supersedes", *_EDITABLE)

    def get_readonly_fields(
        self, request: HttpRequest, obj: Scheme | None = None
    ) -> tuple[str, ...]:
        """Keep the heading of an issued scheme as it is."""
        fixed = (*_BY_WORKBOOK, "state", "supersedes")
        return fixed if obj is None or obj.is_draft else (*fixed, *_EDITABLE)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Schemes come in by workbook or as a copy, never by an empty form."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Scheme | None = None) -> bool:
        """Let only drafts be changed."""
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or obj.is_draft)

    def has_delete_permission(self, request: HttpRequest, obj: Scheme | None = None) -> bool:
        """Let only drafts be discarded."""
        allowed = super().has_delete_permission(request, obj)
        return allowed and obj is not None and obj.is_draft

    def delete_model(self, request: HttpRequest, obj: Scheme) -> None:
        """Discard the draft by its verb, which logs it."""
        discard_draft(scheme=obj, by=person_of(request), at=timezone.now())

    def get_urls(self) -> list[URLPattern]:
        """Add export, copy, differences and the decision's file."""
        pages = (
            ("export", self.export_view),
            ("copy", self.copy_view),
            ("differences", self.differences_view),
            ("decision", self.decision_view),
        )
        return [
            *(
                path(
                    f"<int:pk>/{name}/",
                    self.admin_site.admin_view(view),
                    name=f"assessments_scheme_{name}",
                )
                for name, view in pages
            ),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Add the tree and the tools of this scheme."""
        scheme = self.get_object(request, object_id)
        extra = dict(extra_context or {})
        if scheme is not None:
            extra |= {
                "content": content_of(scheme),
                "may_copy": not scheme.is_draft
                and bool(may_prepare(person_of(request), scheme, timezone.now())),
            }
        return super().change_view(request, object_id, form_url, extra)

    def export_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Send the scheme as a workbook that imports back equal."""
        scheme = self.scoped_object(request, pk)
        response = HttpResponse(write_scheme(content_of(scheme)), content_type=XLSX)
        name = f"{scheme.code}-v{scheme.version}.xlsx"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response

    def decision_view(self, request: HttpRequest, pk: int) -> FileResponse:
        """Send the decision's file as an attachment; 404 where there is none."""
        scheme = self.scoped_object(request, pk)
        return attachment(scheme.decision_file)

    def differences_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show what changed from another version (`from`, else the one superseded)."""
        scheme = self.scoped_object(request, pk)
        others = self._versions(request, scheme)
        wanted = request.GET.get("from", str(scheme.supersedes_id or ""))
        old = next((other for other in others if str(other.pk) == wanted), None)
        if old is None and "from" in request.GET:
            raise Http404
        context = {
            **self.admin_site.each_context(request), "opts": self.opts, "scheme": scheme,
            "title": _("Differences between versions"), "old": old, "others": others,
            "differences": differences(content_of(old), content_of(scheme)) if old else None,
        }  # fmt: skip
        return TemplateResponse(request, "admin/assessments/scheme/differences.html", context)

    def _versions(self, request: HttpRequest, scheme: Scheme) -> QuerySet[Scheme]:
        same = self.get_queryset(request).filter(code=scheme.code).exclude(pk=scheme.pk)
        return same.order_by("-version")

    def copy_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask, then make the next version as a draft."""
        scheme = self.scoped_object(request, pk)
        if not may_prepare(person_of(request), scheme, timezone.now()):
            raise Http404
        form = forms.Form(request.POST or None)
        if request.method == "POST":
            try:
                draft = copy_scheme(scheme=scheme, by=person_of(request), at=timezone.now())
            except Refused as refusal:
                form.is_valid()
                show_refusal(form, refusal)
            else:
                messages.success(request, _("The new version is a draft now."))
                return HttpResponseRedirect(self.after_act(draft))
        context = {
            **self.admin_site.each_context(request), "opts": self.opts, "object": scheme,
            "title": _("New version"), "action_label": _("Make the new version"), "form": form,
            "consequence": _(
                "A draft with the same tree is made. This version stays as it is until retired."
            ),
            "cancel_url": self.after_act(scheme),
        }  # fmt: skip
        return TemplateResponse(request, "admin/workflow_confirm.html", context)


@admin.register(RespondentKind)
class RespondentKindAdmin(admin.ModelAdmin):
    """Kinds of respondents; a code that schemes use keeps its meaning."""

    list_display = ("code", "name", "may_rate_own_unit")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Keep every kind: schemes and survey results point to them."""
        return False
