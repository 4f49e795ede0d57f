"""Feed XML to expat block by block, and stop at a tag or comment that does not end."""

from typing import IO
from xml.parsers import expat

#: Longest tag, comment or other token: expat reads an open one anew with every block.
TOKEN_BYTES = 1024 * 1024


class EndlessToken(ValueError):
    """One token of the XML is longer than TOKEN_BYTES."""


def feed(parser: expat.XMLParserType, block: bytes, file: IO[bytes]) -> None:
    """Parse `block` and then the rest of `file` in blocks of the same length, to the end.

    Raise EndlessToken, and what the parser and its handlers raise.
    """
    fed, length = 0, len(block)
    while block:
        parser.Parse(block, False)
        fed += len(block)
        if fed - max(parser.CurrentByteIndex, 0) > TOKEN_BYTES:
            raise EndlessToken
        block = file.read(length)
    parser.Parse(b"", True)
