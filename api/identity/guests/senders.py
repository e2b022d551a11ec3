"""How a one-time code reaches the customer.

CodeNotSent is the only error: the dispatcher tries again later.
"""

import sys
from collections import deque
from email.message import EmailMessage
from typing import Protocol, TextIO

import aiosmtplib

from api.mail import MailServer

SUBJECT = "Your one-time code"
BODY = """Hello,

your one-time code is {code}

Type it into the chat to show that the order is yours. It works for 10 minutes.
We will never ask you for it by phone or e-mail. If you did not ask for a code, ignore this message.
"""


class CodeNotSent(Exception):
    pass


class CodeSender(Protocol):
    async def send(self, email: str, code: str) -> None:
        """Returns when the code is on its way. Raises CodeNotSent."""


class ConsoleSender:
    """Prints codes where the operator sees them: for development and the sample shop."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream
        self._sent: deque[tuple[str, str]] = deque(maxlen=100)

    async def send(self, email: str, code: str) -> None:
        if "\n" in email or "\r" in email:
            raise CodeNotSent
        self._sent.append((email, code))
        print(f"One-time code for {email}: {code}", file=self._stream or sys.stderr, flush=True)

    def latest(self, email: str) -> str | None:
        """The last code for this address; for the sample shop's test endpoint."""
        return next((code for address, code in reversed(self._sent) if address == email), None)


class SmtpSender:
    def __init__(self, server: MailServer) -> None:
        self._server = server

    async def send(self, email: str, code: str) -> None:
        try:
            await self._server.send(self._message(email, code))
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            raise CodeNotSent(type(error).__name__) from None

    def _message(self, email: str, code: str) -> EmailMessage:
        """Raises ValueError for an address that can't stand in a header."""
        message = EmailMessage()
        message["From"] = self._server.sender
        message["To"] = email
        message["Subject"] = SUBJECT
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(BODY.format(code=code))
        return message
