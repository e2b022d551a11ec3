"""Late answers by e-mail.

SMTP has no idempotency key: where the connection breaks after the text was sent, nobody knows whether it was accepted,
and it is sent again. Both copies carry the same Message-ID, by which mail programs and many servers drop the second.
"""

import sys
from email.message import EmailMessage
from typing import TextIO
from uuid import UUID

import aiosmtplib

from api.mail import MailServer
from api.outbox.ports import Delivered, Delivery, Failed, OutboundMessage, Retry

SUBJECT = "An answer from our customer service"
BODY = """{text}

--
You left us this address in our chat. Please answer there: replies to this e-mail are not read.
"""

PERMANENT = 500
AUTHENTICATION = range(530, 540)  # our credentials, not the customer's address
SERVICE_CLOSING = 421


class SmtpEmail:
    def __init__(self, server: MailServer) -> None:
        self._server = server

    async def deliver(self, message: OutboundMessage, idempotency_key: UUID) -> Delivery:
        try:
            mail = compose(message, idempotency_key, self._server.sender)
        except ValueError as error:
            return Failed(f"not an address: {type(error).__name__}")
        try:
            await self._server.send(mail)
        except aiosmtplib.SMTPRecipientsRefused as error:
            return judged(error.recipients[0].code)
        except aiosmtplib.SMTPResponseException as error:
            return judged(error.code)
        except (aiosmtplib.SMTPException, OSError) as error:
            return Retry(type(error).__name__, whole_channel=isinstance(error, aiosmtplib.SMTPConnectError))
        return Delivered()


def judged(code: int) -> Delivery:
    """What a refusal with this reply code means (RFC 5321, section 4.2.1)."""
    ours = code in AUTHENTICATION or code == SERVICE_CLOSING
    if code >= PERMANENT and not ours:
        return Failed(f"SMTP {code}")
    return Retry(f"SMTP {code}", whole_channel=ours)


def compose(message: OutboundMessage, key: UUID, sender: str) -> EmailMessage:
    """Raises ValueError for an address that can't stand in a header."""
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = message.address
    mail["Subject"] = SUBJECT
    domain = mail["From"].addresses[0].domain
    mail["Message-ID"] = f"<{key}@{domain}>"
    # One thread a conversation: all its e-mails refer to the same root, which none of them is.
    mail["References"] = mail["In-Reply-To"] = f"<{message.conversation_id}@{domain}>"
    mail["Auto-Submitted"] = "auto-replied"
    mail.set_content(BODY.format(text=message.text))
    return mail


class ConsoleEmail:
    """Prints instead of sending: for development and the sample shop."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream

    async def deliver(self, message: OutboundMessage, idempotency_key: UUID) -> Delivery:
        try:
            mail = compose(message, idempotency_key, "Customer service <no-reply@example.com>")
        except ValueError as error:
            return Failed(f"not an address: {type(error).__name__}")
        print(f"E-mail to {mail['To']}:\n{mail.get_content()}", file=self._stream or sys.stderr, flush=True)
        return Delivered()
