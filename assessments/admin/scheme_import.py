"""Upload of a scheme workbook: every fault at once, or a preview, then confirm (issue 2 item 4).

Nothing is stored between the two requests: the confirm page carries the file itself, signed for
the person and for an hour, and it is read anew.
"""

import datetime as dt
from base64 import b64decode, b64encode
from io import BytesIO
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.errors import GuardFailed, Refused
from assessments.models import Scheme
from assessments.queries.scheme_differences import differences
from assessments.queries.schemes import SchemeContent, content_of, draft_of, latest_of
from assessments.resources.schemes import MAX_BYTES, BadWorkbook, Known, read_scheme
from assessments.workflow.schemes import import_scheme, may_prepare
from units.permissions import person_of

_SALT = "assessments.scheme-import"
_VALID = dt.timedelta(hours=1)


class UploadForm(forms.Form):
    """The workbook to read."""

    workbook = forms.FileField(
        label=gettext_lazy("Workbook (.xlsx)"),
        help_text=gettext_lazy("Export a scheme to see the sheets and columns that are expected."),
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
    )


class SchemeImportMixin:
    """Add the import page to the scheme's admin."""

    admin_site: Any
    opts: Any

    def get_urls(self) -> list[URLPattern]:
        """Add the import page."""
        view = self.admin_site.admin_view(self.import_view)
        return [path("import/", view, name="assessments_scheme_import"), *super().get_urls()]  # type: ignore[misc]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Offer the import to those who may."""
        extra = {"may_import": bool(may_prepare(person_of(request), None, timezone.now()))}
        return super().changelist_view(request, {**(extra_context or {}), **extra})  # type: ignore[misc,no-any-return]

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """Take a workbook, show its faults or its preview, and save it once confirmed."""
        if not may_prepare(person_of(request), None, timezone.now()):
            raise Http404
        if "token" in request.POST:
            return self._confirmed(request)
        form = UploadForm(request.POST or None, request.FILES or None)
        if request.method != "POST" or not form.is_valid():
            return self._page(request, form=form)
        file = form.cleaned_data["workbook"]
        try:
            content = read_scheme(file, Known.from_database(), max_bytes=_max_bytes())
        except BadWorkbook as bad:
            return self._page(request, form=UploadForm(), refusal=bad, faults=bad.faults)
        file.seek(0)
        return self._preview(request, content, file.read())

    def _page(self, request: HttpRequest, **context: Any) -> HttpResponse:
        page = {
            **self.admin_site.each_context(request), "opts": self.opts,
            "title": _("Import a scheme workbook"), **context,
        }  # fmt: skip
        return TemplateResponse(request, "admin/assessments/scheme/import.html", page)

    def _preview(self, request: HttpRequest, content: SchemeContent, file: bytes) -> HttpResponse:
        draft = draft_of(content.code, content.version)
        old = draft or latest_of(content.code)
        seen = draft.updated_at.isoformat() if draft else None
        known = Known.from_database().kinds
        parts = {part.kind: part for leaf in content.criteria for part in leaf.components}
        return self._page(
            request,
            content=content,
            draft=draft,
            old=old,
            differences=differences(content_of(old), content) if old else None,
            new_kinds=[part for kind, part in sorted(parts.items()) if kind not in known],
            token=_token(person_of(request).pk, seen, file),
        )

    def _confirmed(self, request: HttpRequest) -> HttpResponse:
        try:
            seen, file = _opened(person_of(request).pk, request.POST["token"])
            content = read_scheme(BytesIO(file), Known.from_database(), max_bytes=_max_bytes())
            scheme = import_scheme(
                content=content, by=person_of(request), at=timezone.now(),
                seen=parse_datetime(seen) if seen else None,
            )  # fmt: skip
        except signing.BadSignature:
            messages.error(request, _("The preview has expired; upload the workbook again."))
            return HttpResponseRedirect(reverse("admin:assessments_scheme_import"))
        except BadWorkbook as bad:
            return self._page(request, form=UploadForm(), refusal=bad, faults=bad.faults)
        except Refused as refusal:
            reasons = refusal.reasons if isinstance(refusal, GuardFailed) else [refusal]
            return self._page(request, form=UploadForm(), refusal=refusal, reasons=reasons)
        return self._saved(request, scheme)

    @staticmethod
    def _saved(request: HttpRequest, scheme: Scheme) -> HttpResponse:
        messages.success(request, _("Saved as a draft: %s.") % scheme)
        return HttpResponseRedirect(reverse("admin:assessments_scheme_change", args=[scheme.pk]))


def _max_bytes() -> int:
    # The confirm page carries the file in a form field, which Django bounds as well.
    return min(settings.WORKBOOK_MAX_BYTES, MAX_BYTES)


def _token(user_pk: int, seen: str | None, file: bytes) -> str:
    value = {"by": user_pk, "seen": seen, "file": b64encode(file).decode("ascii")}
    return signing.dumps(value, salt=_SALT)


def _opened(user_pk: int, token: str) -> tuple[str | None, bytes]:
    """Return what a token carries; raise BadSignature when it is old, altered or another's."""
    value = signing.loads(token, salt=_SALT, max_age=_VALID)
    if value["by"] != user_pk:
        raise signing.BadSignature("another person's upload")
    return value["seen"], b64decode(value["file"])
