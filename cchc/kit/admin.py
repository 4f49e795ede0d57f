"""What the admin of both apps shares: search without accents, careful imports, checked views."""

import functools
from collections.abc import Callable
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.core.validators import RegexValidator
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.admin import ImportExportMixin
from import_export.forms import ConfirmImportForm, ExportForm, ImportForm

from cchc.kit.imports import ImportResult
from cchc.kit.sheets import FORMATS, UnreadableFile
from cchc.kit.text import unaccent

#: So many problems are shown at once after a confirmed import was refused.
SHOWN_PROBLEMS = 10
_BASES = {
    "a": "aàáảãạăằắẳẵặâầấẩẫậ",
    "d": "dđ",
    "e": "eèéẻẽẹêềếểễệ",
    "i": "iìíỉĩị",
    "o": "oòóỏõọôồốổỗộơờớởỡợ",
    "u": "uùúủũụưừứửữự",
    "y": "yỳýỷỹỵ",
}
_FROM = "".join(letters + letters.upper() for letters in _BASES.values())
_TO = "".join(base * 2 * len(letters) for base, letters in _BASES.items())


class Plain(models.Func):
    """The text in small letters without Vietnamese accents, computed by PostgreSQL."""

    function = "TRANSLATE"
    template = f"TRANSLATE(LOWER(%(expressions)s), '{_FROM}', '{_TO}')"
    output_field = models.TextField()


class PlainSearch:
    """Search by what people type: with or without accents, in either case."""

    #: Fields without a key of their own that are searched without accents.
    plain_fields: tuple[str, ...] = ()

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Any], search_term: str
    ) -> tuple[models.QuerySet[Any], bool]:
        """Add the plain fields and fold the term as the stored keys are."""
        names = {f"plain_{field.replace('__', '_')}": field for field in self.plain_fields}
        queryset = queryset.annotate(**{name: Plain(field) for name, field in names.items()})
        found: tuple[models.QuerySet[Any], bool] = super().get_search_results(  # type: ignore[misc]
            request, queryset, unaccent(search_term)
        )
        return found

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        """Search the plain fields too."""
        plain = [f"plain_{field.replace('__', '_')}" for field in self.plain_fields]
        return [*super().get_search_fields(request), *plain]  # type: ignore[misc]


class ListedLookups:
    """Answer only the lookups of the filters a list shows, in the forms that these use."""

    _FORMS = ("", "__exact", "__id__exact", "__isnull", "__isempty", "__gte", "__lt")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Refuse a NUL, which PostgreSQL keeps in no text, as a bad request."""
        if any("\0" in value for values in request.GET.lists() for value in values[1]):
            raise BadRequest("NUL in the query")
        return super().changelist_view(request, extra_context)  # type: ignore[misc,no-any-return]

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """Refuse any other: a free lookup tells what a page hides, letter by letter.

        Also in a list opened beside a form: whoever types `_popup` into an address gets one.
        """
        offered = self.get_list_filter(request)  # type: ignore[attr-defined]
        names = [part[0] if isinstance(part, (tuple, list)) else part for part in offered]
        known = {f"{name}{form}" for name in names if isinstance(name, str) for form in self._FORMS}
        known |= {part.parameter_name for part in offered if hasattr(part, "parameter_name")}
        if day := self.date_hierarchy:  # type: ignore[attr-defined]
            known |= {f"{day}__{part}" for part in ("year", "month", "day")}
        return lookup in known


def checked(action: str) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Check the model permission `action` in an admin view of one object and pass the object.

    `admin_view` checks only that the person may enter the admin (design 8).
    """

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @functools.wraps(view)
        def checked_view(self: Any, request: HttpRequest, object_id: str) -> HttpResponse:
            obj = self.get_object(request, object_id)
            if not getattr(self, f"has_{action}_permission")(request, obj):
                raise PermissionDenied
            if obj is None:
                raise Http404
            return view(self, request, obj)

        return checked_view

    return decorate


class TableImportForm(ImportForm):
    """Ask for the file only; its ending says the format."""

    def __init__(self, formats: list[Any], resources: list[Any], **kwargs: Any) -> None:
        super().__init__(formats, resources, **kwargs)
        self.endings = [kind().get_extension() for kind in formats]
        self.fields["format"].required = False
        self.fields["format"].widget = forms.HiddenInput()
        file = self.fields["import_file"]
        file.widget.attrs = {"accept": ",".join(f".{ending}" for ending in self.endings)}
        file.help_text = _("Excel workbook (.xlsx) or CSV in UTF-8, at most %(size)s.") % {
            "size": filesizeformat(settings.WORKBOOK_MAX_BYTES)
        }

    @property
    def media(self) -> forms.Media:
        """Need no script: nothing is left to guess."""
        return forms.Media()

    def clean_import_file(self) -> Any:
        """Refuse what is too large or has another ending."""
        file = self.cleaned_data["import_file"]
        if file.size > settings.WORKBOOK_MAX_BYTES:
            raise forms.ValidationError(_("The file is too large to be read."))
        if file.name.lower().rpartition(".")[2] not in self.endings:
            raise forms.ValidationError(_("Choose an Excel workbook (.xlsx) or a CSV file (.csv)."))
        return file

    def clean(self) -> dict[str, Any]:
        """Take the format from the file's ending."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if file := cleaned.get("import_file"):
            cleaned["format"] = str(self.endings.index(file.name.lower().rpartition(".")[2]))
        return cleaned


class TableConfirmForm(ConfirmImportForm):
    """Point at the file of the preview; only names and formats the portal gave are taken."""

    import_file_name = forms.CharField(
        widget=forms.HiddenInput(), validators=[RegexValidator(r"^[0-9a-f]{32}\Z")]
    )
    format = forms.ChoiceField(
        widget=forms.HiddenInput(), choices=[(str(place), "") for place in range(len(FORMATS))]
    )


class TableAdmin(ImportExportMixin):
    """Import with dry run, difference and confirmation; export in the same headings.

    Put it before ModelAdmin and set `resource_classes` to one TableResource.
    """

    formats = FORMATS
    import_form_class = TableImportForm
    confirm_form_class = TableConfirmForm
    export_form_class = ExportForm
    to_encoding = "utf-8-sig"  # Excel takes CSV for UTF-8 only with the mark
    import_title = gettext_lazy("Import")

    def get_resource_index(self, form: Any) -> int:
        """Use the one resource, whatever the request says."""
        return 0

    def get_export_resource_kwargs(self, request: HttpRequest, **kwargs: Any) -> dict[str, Any]:
        """Give the resource nothing of the request."""
        return {}

    def get_import_resource_kwargs(self, request: HttpRequest, **kwargs: Any) -> dict[str, Any]:
        """Give the resource nothing of the request."""
        return {}

    def add_data_read_fail_error_to_form(self, form: forms.Form, e: Exception) -> None:
        """Say why the file cannot be read."""
        if not isinstance(e, UnreadableFile):
            raise e
        form.add_error("import_file", str(e))

    def import_action(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Show the preview; a file that cannot be confirmed is not kept."""
        response: HttpResponse = super().import_action(request, **kwargs)
        context = getattr(response, "context_data", None) or {}
        form = context.get("form")
        file = getattr(form, "cleaned_data", {}).get("import_file") if form else None
        name = getattr(file, "tmp_storage_name", None)
        if name and "confirm_form" not in context:
            self.get_tmp_storage_class()(name=name).remove()
        return response

    def process_import(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Save what the preview showed; refuse a preview that is gone."""
        try:
            response: HttpResponse = super().process_import(request, **kwargs)
        except FileNotFoundError:
            messages.error(
                request, _("This preview is gone or was already imported. Choose the file again.")
            )
            return HttpResponseRedirect(self._import_url())
        return response

    def process_dataset(
        self, dataset: Any, form: Any, request: HttpRequest, **kwargs: Any
    ) -> ImportResult:
        """Save all rows or none."""
        kwargs["rollback_on_validation_errors"] = True
        result: ImportResult = super().process_dataset(dataset, form, request, **kwargs)
        return result

    def process_result(self, result: ImportResult, request: HttpRequest) -> HttpResponse:
        """Report what was saved, or that the data changed since the preview."""
        if not result.problems:
            response: HttpResponse = super().process_result(result, request)
            return response
        messages.error(request, _("Nothing was imported: the data changed since the preview."))
        for problem in result.problems[:SHOWN_PROBLEMS]:
            messages.error(request, problem)
        return HttpResponseRedirect(self._import_url())

    def _import_url(self) -> str:
        app, model = self.get_model_info()
        return reverse(f"admin:{app}_{model}_import", current_app=self.admin_site.name)

    def get_import_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Name what is imported in the title of the page."""
        return {"plural": capfirst(self.opts.verbose_name_plural)}
