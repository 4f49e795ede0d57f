"""The stored files of publications: where each stands, its kind, its size and its hash."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import BinaryField, F, Func

from assessments.models import FrozenPage, Publication, SiteIdentity
from assessments.queries.public.addresses import leaves_address

#: The order in which files are offered, and the word for each kind.
FORMATS = {
    "application/json": "JSON",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "XLSX",
    "text/csv": "CSV",
    "application/pdf": "PDF",
}


@dataclass(frozen=True)
class DataFile:
    """One file to download; `size` in bytes, unpacked."""

    path: str
    name: str
    media_type: str
    size: int
    sha256: str

    @property
    def format(self) -> str:
        """Return the word for the kind of file."""
        return FORMATS[self.media_type]

    @property
    def kilobytes(self) -> int:
        """Return the size in kB, at least one."""
        return max(1, round(self.size / 1000))


class _Tail(Func):
    """The last four bytes of a gzip archive: the length of what is packed in it."""

    template = "substring(%(expressions)s from octet_length(%(expressions)s) - 3)"
    output_field = BinaryField()


def files_of(publications: Iterable[Publication]) -> dict[int, list[DataFile]]:
    """Return the files of each publication by its key, JSON first; one statement for all.

    Takes the publications as they are: whoever asks has passed the gate of the embargo.
    """
    rows = (
        FrozenPage.objects.filter(publication__in=list(publications))
        .exclude(filename="")
        .annotate(tail=_Tail(F("body")))
        .order_by("path")
        .values_list("publication_id", "path", "filename", "content_type", "sha256", "tail")
    )
    found: dict[int, list[DataFile]] = defaultdict(list)
    for owner, path, name, content_type, sha256, tail in rows:
        kind = content_type.partition(";")[0]
        if kind in FORMATS:
            size = int.from_bytes(bytes(tail), "little")
            found[owner].append(DataFile(path, name, kind, size, sha256))
    order = list(FORMATS)
    for files in found.values():
        files.sort(key=lambda file: (order.index(file.media_type), file.path))
    return found


def leaves_paths(publications: Iterable[Publication]) -> dict[int, str]:
    """Return where the CSV of all leaves stands, by the publication's key, if it was printed.

    Records have none, and what was published before there was such a file.
    """
    wanted = {row.pk: leaves_address(row) for row in publications}
    pages = FrozenPage.objects.filter(publication__in=wanted, path__in=wanted.values())
    return dict(pages.values_list("publication_id", "path"))


def identity() -> SiteIdentity | None:
    """Return whose portal this is, for the name of the publisher."""
    return SiteIdentity.objects.first()
