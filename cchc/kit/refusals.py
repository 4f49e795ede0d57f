"""How a file is refused: with a sentence for the person who sent it."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _


class FileRefused(ValueError):
    """A file that is not kept; the message is a sentence for the person who sent it."""

    def __init__(self, message: str | Promise) -> None:
        super().__init__(message)
        self.message = message


def disagrees(ending: str) -> FileRefused:
    """Return the refusal of a file whose bytes are not of the kind that its name says."""
    return FileRefused(
        _("The content of the file is not that of a .%s file; nothing was saved.") % ending
    )
