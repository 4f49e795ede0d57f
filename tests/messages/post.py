"""A mail server of our own, on a free port, that keeps what it is sent."""

import email
import email.policy
import socket
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller


class Post:
    """Receive letters; refuse them while `refusing`."""

    def __init__(self) -> None:
        self.raw: list[bytes] = []
        self.refusing = False
        self._controller: Any = None
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        """Keep one letter."""
        if self.refusing:
            return "451 try again later"
        self.raw.append(envelope.content)
        return "250 OK"

    @property
    def letters(self) -> list[EmailMessage]:
        """Return what came in, as a mail program reads it."""
        return [
            email.message_from_bytes(raw, policy=email.policy.default)  # type: ignore[misc]
            for raw in self.raw
        ]

    def open(self) -> None:
        """Begin to listen."""
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def close(self) -> None:
        """Stop listening: who connects is refused."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None
