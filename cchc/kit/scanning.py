"""Ask a ClamAV daemon about a file, by its INSTREAM protocol (design 6)."""

import socket
import struct
from enum import StrEnum
from typing import Any

_BLOCK = 64 * 1024


class Finding(StrEnum):
    """What came of a scan."""

    UNSCANNED = "unscanned"
    CLEAN = "clean"
    INFECTED = "infected"
    UNREACHABLE = "unreachable"


def scan(file: Any, address: str, *, seconds: float = 30) -> Finding:
    """Return what the daemon at `address` ("host:port" or a socket path) says of a file.

    An empty address means that no scanner is configured: UNSCANNED (design 0.25). A daemon that
    does not answer, or answers an error, is UNREACHABLE, never clean. The file is left rewound.
    """
    if not address:
        return Finding.UNSCANNED
    try:
        with _connect(address, seconds) as link:
            answer = _ask(link, file)
    except OSError:
        return Finding.UNREACHABLE
    finally:
        file.seek(0)
    if answer.endswith(b"FOUND"):
        return Finding.INFECTED
    return Finding.CLEAN if answer == b"stream: OK" else Finding.UNREACHABLE


def _connect(address: str, seconds: float) -> socket.socket:
    host, colon, port = address.rpartition(":")
    if colon and port.isdigit():
        return socket.create_connection((host.strip("[]"), int(port)), timeout=seconds)
    link = socket.socket(socket.AF_UNIX)
    link.settimeout(seconds)
    try:
        link.connect(address)
    except OSError:
        link.close()
        raise
    return link


def _ask(link: socket.socket, file: Any) -> bytes:
    link.sendall(b"zINSTREAM\0")
    file.seek(0)
    while block := file.read(_BLOCK):
        link.sendall(struct.pack(">I", len(block)) + block)
    link.sendall(struct.pack(">I", 0))
    answer = b""
    while not answer.endswith(b"\0") and len(answer) < _BLOCK:
        part = link.recv(4096)
        if not part:
            break
        answer += part
    return answer.rstrip(b"\0").strip()
