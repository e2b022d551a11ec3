"""How a one-time code reaches the customer.

CodeNotSent is the only error: the dispatcher tries again later.
"""

import sys
from collections import deque
from email.message import EmailMessage
from typing import Literal, Protocol, TextIO

import aiosmtplib

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
    def __init__(
        self,
        *,
        host: str,
        port: int,
        username: str,
        password: str,
        security: Literal["starttls", "tls", "none"],
        sender: str,
        timeout: float = 15.0,
    ) -> None:
        self._host = host
        self._port = port
        self._username = username or None
        self._password = password or None
        self._security = security
        self._sender = sender
        self._timeout = timeout

    async def send(self, email: str, code: str) -> None:
        try:
            await aiosmtplib.send(
                self._message(email, code),
                hostname=self._host,
                port=self._port,
                username=self._username,
                password=self._password,
                use_tls=self._security == "tls",
                start_tls=self._security == "starttls",
                timeout=self._timeout,
            )
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            raise CodeNotSent(type(error).__name__) from None

    def _message(self, email: str, code: str) -> EmailMessage:
        """Raises ValueError for an address that can't stand in a header."""
        message = EmailMessage()
        message["From"] = self._sender
        message["To"] = email
        message["Subject"] = SUBJECT
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(BODY.format(code=code))
        return message
