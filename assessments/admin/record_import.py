"""The import of press records in the admin: file, dry run with differences, confirm."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.errors import Refused
from assessments.resources.publications import RecordPlan, read_records
from assessments.workflow import drafts
from units.permissions import person_of

_SALT = "assessments.record-import"
#: How long a previewed file may wait for its confirmation (seconds).
_PREVIEW_SECONDS = 3600
_TEMPLATE = "admin/assessments/publication/import_records.html"


class RecordFileForm(forms.Form):
    """The CSV of what newspapers published."""

    file = forms.FileField(
        label=gettext_lazy("File (CSV, UTF-8)"), widget=forms.FileInput(attrs={"accept": ".csv"})
    )

    def clean_file(self) -> bytes:
        """Return the bytes; refuse a file that is too large."""
        file = self.cleaned_data["file"]
        if file.size > settings.WORKBOOK_MAX_BYTES:
            raise forms.ValidationError(_("The file is too large."))
        content: bytes = file.read()
        return content


class RecordImportMixin:
    """Add the import page to the admin of publications."""

    def get_urls(self) -> list[URLPattern]:
        """Add the page."""
        view = self.admin_site.admin_view(self.import_view)  # type: ignore[attr-defined]
        own = path("import-records/", view, name="assessments_publication_import")
        return [own, *super().get_urls()]  # type: ignore[misc]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Tell the list whether the person may import."""
        may = bool(drafts.may_publish(person_of(request), None, timezone.now()))
        context = {"may_import": may, **(extra_context or {})}
        return super().changelist_view(request, context)  # type: ignore[misc,no-any-return]

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """Show the form, then what the file would change; save on confirmation."""
        if not drafts.may_publish(person_of(request), None, timezone.now()):
            raise Http404
        if "payload" in request.POST:
            return self._confirm(request)
        form = RecordFileForm(request.POST or None, request.FILES or None)
        plan = payload = None
        if request.method == "POST" and form.is_valid():
            content = form.cleaned_data["file"]
            plan = read_records(content, at=timezone.now())
            if not plan.errors:
                payload = _sealed(request, content)
        return self._page(request, form, plan, payload)

    def _page(
        self, request: HttpRequest, form: forms.Form, plan: RecordPlan | None, payload: str | None
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "opts": self.opts, "title": _("Import a record of the press"),  # type: ignore[attr-defined]
            "form": form, "plan": plan, "payload": payload,
            "corrects": plan is not None and any(y.replaces and y.differences for y in plan.years),
            "cancel_url": reverse("admin:assessments_publication_changelist"),
        }  # fmt: skip
        return TemplateResponse(request, _TEMPLATE, context)

    def _confirm(self, request: HttpRequest) -> HttpResponse:
        here = HttpResponseRedirect(request.path)
        try:
            owner, text = signing.loads(
                request.POST["payload"], salt=_SALT, max_age=_PREVIEW_SECONDS
            )
        except signing.BadSignature:
            owner, text = None, ""
        if owner != request.user.pk:
            messages.error(request, _("The preview is out of date; choose the file again."))
            return here
        plan = read_records(text.encode(), at=timezone.now())
        if plan.errors:
            return self._page(request, RecordFileForm(), plan, None)
        try:
            made = _save(plan, request)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return here
        messages.success(request, _("Drafts made: %s.") % (", ".join(made) or "0"))
        return HttpResponseRedirect(reverse("admin:assessments_publication_changelist"))


def _sealed(request: HttpRequest, content: bytes) -> str:
    return signing.dumps([request.user.pk, content.decode("utf-8-sig")], salt=_SALT, compress=True)


@transaction.atomic
def _save(plan: RecordPlan, request: HttpRequest) -> list[str]:
    return [
        drafts.draft_record(
            year=year.year, lines=year.lines, by=person_of(request),
            at=timezone.now(), reason=request.POST.get("reason", ""),
        ).title
        for year in plan.years
        if year.differences
    ]  # fmt: skip
