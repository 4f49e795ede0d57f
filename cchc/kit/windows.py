"""Search the bytes of a file of any length in flat memory: mapped, looked at in windows."""

import mmap
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

#: A window; what lies behind it is given back to the system.
STEP = 1024 * 1024
#: Longer than anything that is sought, so that nothing hides on the edge of two windows.
OVERLAP = 256


class Windowed:
    """The bytes of a file: searched and sliced as one piece, held as one window."""

    def __init__(self, data: bytes | mmap.mmap) -> None:
        self.data = data
        self._low = 0

    def __len__(self) -> int:
        return len(self.data)

    def __getitem__(self, part: slice) -> bytes:
        piece = self.data[part]
        self._pass(min(part.stop or 0, len(self)))
        return piece

    def search(
        self, pattern: re.Pattern[bytes], start: int = 0, stop: int | None = None
    ) -> re.Match[bytes] | None:
        """Return the first match that lies in [start, stop) and is shorter than OVERLAP."""
        end = len(self) if stop is None else stop
        for low in range(start, end, STEP):
            found = pattern.search(self.data, low, min(end, low + STEP + OVERLAP))
            self._pass(found.end() if found else min(end, low + STEP))
            if found:
                return found
        return None

    def all(self, pattern: re.Pattern[bytes]) -> Iterator[re.Match[bytes]]:
        """Yield every match from the beginning."""
        place = 0
        while found := self.search(pattern, place):
            yield found
            place = found.end()

    def match(self, pattern: re.Pattern[bytes], start: int) -> re.Match[bytes] | None:
        """Return the match that begins at `start`; it may be as long as a window."""
        return pattern.match(self.data, start, min(len(self), start + STEP))

    def _pass(self, place: int) -> None:
        """Give back the pages behind `place`; they are read again where they are needed again."""
        if place < self._low:
            self._low = place
        elif place - self._low >= STEP and isinstance(self.data, mmap.mmap):
            low = self._low // mmap.PAGESIZE * mmap.PAGESIZE
            self.data.madvise(mmap.MADV_DONTNEED, low, place - low)
            self._low = place


@contextmanager
def windowed(upload: Any) -> Iterator[Windowed]:
    """Map the file of an upload for reading; a small one that lies in memory is taken as it is.

    The upload is left rewound.
    """
    upload.seek(0)
    try:
        number = upload.fileno()
    except (AttributeError, OSError):
        yield Windowed(upload.read())
    else:
        with mmap.mmap(number, 0, access=mmap.ACCESS_READ) as data:
            yield Windowed(data)
    finally:
        upload.seek(0)
