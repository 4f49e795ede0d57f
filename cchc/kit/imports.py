"""What all imports share: headings, errors that name row and column, a plain difference."""

import logging
from collections.abc import Mapping
from typing import Any, ClassVar

import tablib
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from import_export import resources, results
from import_export.fields import Field

from cchc.kit.sheets import Formula, Origin, cell_text, origin_of
from cchc.kit.text import fold

log = logging.getLogger(__name__)


class ImportRefused(Exception):
    """A table was not imported; `problems` name row and column."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class PlainDiff(resources.Diff):
    """Show old and new with <del> and <ins>, without the inline styles our CSP forbids."""

    def as_html(self) -> list[SafeString]:
        """Return one cell per field."""
        return [self._cell(old, new) for old, new in zip(self.left, self.right, strict=False)]

    def _cell(self, old: Any, new: Any) -> SafeString:
        old, new = cell_text(old), cell_text(new)
        if old == new:
            return format_html("{}", new)
        removed = format_html('<del class="diff-old">{}</del> ', old) if old else ""
        added = format_html('<ins class="diff-new">{}</ins>', new) if new else ""
        return format_html("{}{}", removed, added)


class ImportResult(results.Result):
    """The outcome of an import with its problems and notes as sentences."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.problems: list[str] = []
        self.notes: list[str] = []


class TableResource(resources.ModelResource):
    """Import and export a model as a table with fixed Vietnamese headings.

    A subclass declares its fields with their headings, and below what the file must hold.
    """

    #: Headings that must be there; a tuple means that one of them is enough.
    required: ClassVar[tuple[str | tuple[str, ...], ...]] = ()
    #: Other headings that mean the same as one of ours.
    accepts: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    #: Headings that are read without being a field of their own.
    extra: ClassVar[tuple[str, ...]] = ()
    #: Headings whose values together occur once in a file.
    identity: ClassVar[tuple[str, ...]] = ()
    #: Model fields whose errors belong to a heading that is no field of that name.
    error_headings: ClassVar[Mapping[str, str]] = {}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.notes: list[str] = []
        self.origin = Origin((), ())
        self.headings: tuple[str, ...] = ()

    @classmethod
    def get_result_class(cls) -> type[ImportResult]:
        """Use our result."""
        return ImportResult

    @classmethod
    def get_diff_class(cls) -> type[PlainDiff]:
        """Use our difference."""
        return PlainDiff

    def get_diff_headers(self) -> list[str]:
        """Head the preview with the headings of the file."""
        return [field.column_name for field in self.get_import_fields()]

    def get_import_fields(self) -> list[Field]:
        """Return the fields in the order they are declared."""
        return [self.fields[name] for name in self.get_import_order()]

    # Before the rows ------------------------------------------------------------------------
    def before_import(self, dataset: tablib.Dataset, **kwargs: Any) -> None:
        """Rename the headings to ours; refuse a table that cannot be read row by row."""
        self.origin = origin_of(dataset)
        dataset.headers = self._renamed(dataset.headers)
        self.headings = tuple(dataset.headers)
        problems = self._heading_problems() or [
            *self._formula_problems(dataset),
            *self._repetition_problems(dataset),
        ]
        problems = problems or self.prepare(dataset, **kwargs)
        if problems:
            del dataset[:]  # otherwise every row is tried and complains again
            raise ImportRefused(problems)

    def prepare(self, dataset: tablib.Dataset, **kwargs: Any) -> list[str]:
        """Load what the rows need; return problems of the table as a whole."""
        return []

    def _known(self) -> list[str]:
        return [*(field.column_name for field in self.fields.values()), *self.extra]

    def _renamed(self, headers: list[str]) -> list[str]:
        ours = {fold(heading): heading for heading in self._known()}
        ours |= {fold(word): ours_ for ours_, words in self.accepts.items() for word in words}
        return [ours.get(fold(header), header) for header in headers]

    def _heading_problems(self) -> list[str]:
        problems = []
        for wanted in self.required:
            names = (wanted,) if isinstance(wanted, str) else wanted
            if not set(names) & set(self.headings):
                problems.append(
                    _("The column “%(heading)s” is missing.") % {"heading": "” / “".join(names)}
                )
        for heading in dict.fromkeys(self.headings):
            if self.headings.count(heading) > 1:
                problems.append(
                    _("The column “%(heading)s” stands there twice.") % {"heading": heading}
                )
        unread = [heading for heading in self.headings if heading not in self._known()]
        if unread:
            self.notes.append(_("Columns not read: %(headings)s") % {"headings": ", ".join(unread)})
        return problems

    def _formula_problems(self, dataset: tablib.Dataset) -> list[str]:
        text = _("the cell holds a formula; paste its value instead.")
        return [
            self.place(number, heading, text)
            for number, row in enumerate(dataset.dict)
            for heading, value in row.items()
            if isinstance(value, Formula) and heading in self._known()
        ]

    def _repetition_problems(self, dataset: tablib.Dataset) -> list[str]:
        seen: dict[tuple[str, ...], int] = {}
        problems = []
        for index, row in enumerate(dataset.dict):
            key = tuple(fold(cell_text(row.get(heading))) for heading in self.identity)
            if not any(key):
                continue
            if key in seen:
                text = _("this repeats row %(row)d.") % {"row": self.origin.rows[seen[key]]}
                problems.append(self.place(index, self.identity[0], text))
            seen.setdefault(key, index)
        return problems

    # The rows -------------------------------------------------------------------------------
    def get_instance(self, instance_loader: Any, row: Any) -> Any:
        """Find the row on record; a key that cannot be read is reported with the other cells."""
        try:
            return super().get_instance(instance_loader, row)
        except ValueError:
            return None

    # After the rows -------------------------------------------------------------------------
    def place(self, index: int, heading: str, message: str) -> str:
        """Say where in the file `message` belongs; `index` counts rows from 0."""
        row = self.origin.rows[index]
        if heading not in self.headings:
            return _("Row %(row)d: %(message)s") % {"row": row, "message": message}
        letter = self.origin.letters[self.headings.index(heading)]
        words = {"row": row, "column": letter, "heading": heading, "message": message}
        return _("Row %(row)d, column %(column)s (%(heading)s): %(message)s") % words

    def after_import(self, dataset: tablib.Dataset, result: ImportResult, **kwargs: Any) -> None:
        """Turn every error into a sentence that names its place."""
        super().after_import(dataset, result, **kwargs)
        result.notes = list(self.notes)
        for error in result.base_errors:
            result.problems += getattr(error.error, "problems", None) or [str(error.error)]
        for invalid in result.invalid_rows:
            result.problems += self._row_problems(invalid.number - 1, invalid.error_dict)
        for failed in result.error_rows:
            log.error("import of %s failed", self._meta.model, exc_info=failed.errors[0].error)
            text = _("this row could not be saved; check its values.")
            result.problems.append(self.place(failed.number - 1, "", text))

    def _row_problems(self, index: int, errors: Mapping[str, list[str]]) -> list[str]:
        headings = {field.attribute: field.column_name for field in self.fields.values()}
        headings |= self.error_headings
        return [
            self.place(index, "" if key == NON_FIELD_ERRORS else headings.get(key, ""), message)
            for key, messages in errors.items()
            for message in messages
        ]


def load(resource: TableResource, dataset: tablib.Dataset, *, by: Any = None) -> ImportResult:
    """Import `dataset` whole or not at all; raise ImportRefused with every problem found."""
    result: ImportResult = resource.import_data(
        dataset, dry_run=False, rollback_on_validation_errors=True, user=by
    )
    if result.problems:
        raise ImportRefused(result.problems)
    return result


def merged_errors(*errors: Mapping[str, Any] | ValidationError) -> dict[str, Any]:
    """Return the errors of several sources as one dictionary of lists."""
    merged: dict[str, Any] = {}
    for source in errors:
        merged = (
            source if isinstance(source, ValidationError) else ValidationError(dict(source))
        ).update_error_dict(merged)
    return merged
