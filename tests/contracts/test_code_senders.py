"""What every way of sending one-time codes does: the console, and SMTP to a real mail server on loopback."""

import asyncio
import io
from collections.abc import AsyncIterator, Callable
from email import message_from_bytes
from typing import Any

import pytest
import pytest_asyncio
from aiosmtpd.smtp import SMTP, Envelope

from api.identity.guests.senders import CodeNotSent, CodeSender, ConsoleSender, SmtpSender
from api.mail import MailServer


class Mailbox:
    def __init__(self) -> None:
        self.received: list[tuple[list[str], str]] = []
        self.refuse = False

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        if self.refuse:
            return "451 try again later"
        assert isinstance(envelope.content, bytes)
        body = message_from_bytes(envelope.content).get_payload(decode=True)
        assert isinstance(body, bytes)
        self.received.append((list(envelope.rcpt_tos), body.decode()))
        return "250 OK"


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest_asyncio.fixture
async def smtp_port(mailbox: Mailbox) -> AsyncIterator[int]:
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(mailbox), "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


def smtp(port: int, security: Any = "none") -> SmtpSender:
    return SmtpSender(MailServer("127.0.0.1", port, security=security, sender="Shop <shop@example.com>"))


Sent = Callable[[], list[tuple[str, str]]]


@pytest.fixture(params=["console", "smtp"])
def sender(request: pytest.FixtureRequest, mailbox: Mailbox, smtp_port: int) -> tuple[CodeSender, Sent]:
    """With a function that tells what arrived: pairs of address and whole text."""
    if request.param == "console":
        stream = io.StringIO()
        return ConsoleSender(stream), lambda: [
            (line.split("for ")[1].split(": ")[0], line) for line in stream.getvalue().splitlines()
        ]
    return smtp(smtp_port), lambda: [(to[0], body) for to, body in mailbox.received]


async def test_the_code_arrives_at_the_address(sender: tuple[CodeSender, Sent]) -> None:
    send, sent = sender
    await send.send("emma@example.com", "012345")
    [(address, text)] = sent()
    assert address == "emma@example.com"
    assert "012345" in text


async def test_each_code_is_a_message_of_its_own(sender: tuple[CodeSender, Sent]) -> None:
    send, sent = sender
    for number in range(3):
        await send.send(f"c{number}@example.com", f"00000{number}")
    assert [address for address, _ in sent()] == ["c0@example.com", "c1@example.com", "c2@example.com"]


@pytest.mark.parametrize("address", ["emma@example.com\r\nBcc: evil@example.com", "emma@example.com\nX: y"])
async def test_an_address_cannot_bring_its_own_headers(sender: tuple[CodeSender, Sent], address: str) -> None:
    send, sent = sender
    with pytest.raises(CodeNotSent):
        await send.send(address, "012345")
    assert sent() == []


async def test_a_mail_server_that_refuses_is_an_error(mailbox: Mailbox, smtp_port: int) -> None:
    mailbox.refuse = True
    with pytest.raises(CodeNotSent):
        await smtp(smtp_port).send("emma@example.com", "012345")


async def test_no_mail_server_is_an_error() -> None:
    with pytest.raises(CodeNotSent):
        await smtp(9).send("emma@example.com", "012345")


async def test_starttls_never_falls_back_to_plain_text(mailbox: Mailbox, smtp_port: int) -> None:
    with pytest.raises(CodeNotSent):
        await smtp(smtp_port, "starttls").send("emma@example.com", "012345")
    assert mailbox.received == []
