"""What leaves for customers who do not come and read, through a real mail server."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import Message
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from aiosmtpd.smtp import SMTP, Envelope

from api import mail
from api.channels.email.channel import SmtpEmail
from api.conversations.models import Event
from api.metrics import Metrics
from api.outbox.ports import Delivered, Delivery, Failed, OutboundChannel, OutboundMessage, Retry
from api.outbox.service import OutboxService
from api.outbox.worker import OutboxWorker, Pace
from api.staff.guards import COOKIE, CSRF_HEADER
from api.staff.models import Role
from tests.api.conftest import Gateway

FAST = Pace(rate=1000, attempts=4, first_pause=0.05, longest_pause=0.2, lease=20, poll=0.05)
IMPATIENT = replace(FAST, lease=0.6)  # half of it is for a try
ADDRESS = "emma@example.com"


@dataclass
class MailServer:
    """Answers what `replies` says, then accepts."""

    received: list[Message] = field(default_factory=list)
    replies: list[str] = field(default_factory=list)
    recipient_reply: str = "250 OK"

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Envelope, address: str, _options: Any) -> str:  # noqa: N802 - aiosmtpd's name
        if self.recipient_reply.startswith("2"):
            envelope.rcpt_tos.append(address)
        return self.recipient_reply

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        reply = self.replies.pop(0) if self.replies else "250 OK"
        if reply.startswith("2"):
            assert isinstance(envelope.content, bytes)
            self.received.append(message_from_bytes(envelope.content))
        return reply

    def texts(self) -> list[str]:
        return [mail.get_payload().split("\n")[0].strip() for mail in self.received]


@pytest.fixture
def server() -> MailServer:
    return MailServer()


@pytest_asyncio.fixture
async def port(server: MailServer) -> AsyncIterator[int]:
    listening = await asyncio.get_running_loop().create_server(lambda: SMTP(server), "127.0.0.1", 0)
    async with listening:
        yield listening.sockets[0].getsockname()[1]


def email(port: int) -> SmtpEmail:
    sender = "Shop <shop@example.com>"
    return SmtpEmail(mail.MailServer("127.0.0.1", port, security="none", sender=sender))


class Post:
    """An outbox of its own with workers that are run by hand, on the gateway's database."""

    def __init__(self, gateway: Gateway, channel: OutboundChannel, pace: Pace = FAST) -> None:
        self.gateway = gateway
        self.name = f"email-{uuid4().hex[:8]}"
        self.conversations = gateway.services.conversations
        self.outbox = OutboxService([self.name])
        self.metrics = Metrics()
        self.worker = self.another_worker(channel, pace)

    def another_worker(self, channel: OutboundChannel, pace: Pace = FAST) -> OutboxWorker:
        channels = {self.name: channel}
        owner = uuid4().hex
        return OutboxWorker(self.conversations, self.outbox, channels, self.metrics, owner=owner, pace=pace)

    async def write(self, text: str, conversation: str | None = None, address: str = ADDRESS) -> UUID:
        conversation_id = UUID(conversation or (await self.gateway.customer()).id)
        async with self.conversations.transaction() as connection:
            event = await self.conversations.append(
                connection, conversation_id, type="message", author="advisor", body={"text": text}
            )
            return await self.outbox.enqueue(connection, conversation_id, event, self.name, address)

    async def until(self, *states: str) -> None:
        """Run the worker until the messages have come to these states, in the order of their writing."""
        running = asyncio.create_task(self.worker.run())
        try:
            async with asyncio.timeout(60):
                while await self.states() != list(states):  # noqa: ASYNC110 - a row has no event
                    await asyncio.sleep(0.05)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    async def states(self) -> list[str]:
        rows = await self.gateway.sql("SELECT state FROM outbox WHERE channel = %s ORDER BY position", self.name)
        return [row[0] for row in rows]

    async def row(self, columns: str) -> tuple[Any, ...]:
        [row] = await self.gateway.sql(f"SELECT {columns} FROM outbox WHERE channel = %s", self.name)
        return row


class Scripted:
    """A channel that answers what it was told."""

    def __init__(self, *answers: Delivery) -> None:
        self.answers = list(answers)
        self.keys: list[UUID] = []
        self.seen: list[OutboundMessage] = []
        self.times: list[float] = []

    async def deliver(self, message: OutboundMessage, idempotency_key: UUID) -> Delivery:
        self.keys.append(idempotency_key)
        self.seen.append(message)
        self.times.append(asyncio.get_running_loop().time())
        return self.answers.pop(0) if self.answers else Delivered()


async def test_an_answer_arrives_as_an_e_mail_of_its_conversations_thread(
    gateway: Gateway, server: MailServer, port: int
) -> None:
    post = Post(gateway, email(port))
    customer = await gateway.customer()
    ids = [await post.write(text, customer.id) for text in ("It is on its way.", "It has arrived.")]
    await post.until("delivered", "delivered")
    assert server.texts() == ["It is on its way.", "It has arrived."]
    assert [mail["Message-ID"] for mail in server.received] == [f"<{each}@example.com>" for each in ids]
    assert {mail["References"] for mail in server.received} == {f"<{customer.id}@example.com>"}
    assert server.received[0]["To"] == ADDRESS
    assert await gateway.sql("SELECT DISTINCT address FROM outbox WHERE channel = %s", post.name) == [("",)]


async def test_the_same_event_for_the_same_address_leaves_once(gateway: Gateway, server: MailServer, port: int) -> None:
    post = Post(gateway, email(port))
    customer = await gateway.customer()
    first = await post.write("hello", customer.id)
    async with post.conversations.transaction() as connection:
        [event] = await post.conversations.events(connection, UUID(customer.id))
        assert await post.outbox.enqueue(connection, UUID(customer.id), event, post.name, ADDRESS) == first
    await post.until("delivered")
    assert server.texts() == ["hello"]


async def test_what_was_rolled_back_never_leaves(gateway: Gateway) -> None:
    post = Post(gateway, Scripted())
    customer = await gateway.customer()

    async def decide_otherwise() -> None:
        async with post.conversations.transaction() as connection:
            event = await post.conversations.append(
                connection, UUID(customer.id), type="message", author="advisor", body={"text": "no"}
            )
            await post.outbox.enqueue(connection, UUID(customer.id), event, post.name, ADDRESS)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await decide_otherwise()
    assert await post.states() == []


async def test_an_unknown_channel_is_refused(gateway: Gateway) -> None:
    async with gateway.services.conversations.transaction() as connection:
        with pytest.raises(ValueError, match="pigeon"):
            await gateway.services.outbox.enqueue(connection, uuid4(), any_event(), "pigeon", ADDRESS)


def any_event() -> Event:
    return Event(uuid4(), 1, "message", "advisor", datetime.now(UTC), {"text": "x"})


async def test_a_temporary_refusal_is_tried_again_with_the_same_message_id(
    gateway: Gateway, server: MailServer, port: int
) -> None:
    server.replies = ["451 try again later", "452 no space"]
    post = Post(gateway, email(port))
    row_id = await post.write("hello")
    await post.until("delivered")
    assert server.received[0]["Message-ID"] == f"<{row_id}@example.com>"
    assert await post.row("attempts") == (3,)
    assert post.metrics.deliveries.labels(post.name, "retried")._value.get() == 2


@pytest.mark.parametrize("where", ["recipient", "data"])
async def test_a_permanent_refusal_is_a_dead_letter_at_once(
    gateway: Gateway, server: MailServer, port: int, where: str
) -> None:
    if where == "recipient":
        server.recipient_reply = "550 no such user"
    else:
        server.replies = ["550 no such user"]
    post = Post(gateway, email(port))
    await post.write("hello")
    await post.until("dead")
    assert await post.row("attempts, problem, address") == (1, "SMTP 550", ADDRESS)
    assert server.received == []


async def test_an_address_that_cannot_stand_in_a_header_is_a_dead_letter(gateway: Gateway, port: int) -> None:
    post = Post(gateway, email(port))
    await post.write("hello", address="emma@example.com\nBcc: everybody@example.com")
    await post.until("dead")


async def test_a_refused_connection_is_tried_again_and_then_given_up(gateway: Gateway) -> None:
    post = Post(gateway, email(9))
    await post.write("hello")
    await post.until("dead")
    attempts, problem = await post.row("attempts, problem")
    assert attempts == FAST.attempts
    assert "Connect" in problem


async def test_one_conversations_dead_letter_holds_up_neither_its_own_nor_other_messages(
    gateway: Gateway, server: MailServer, port: int
) -> None:
    server.replies = ["554 no"]
    post = Post(gateway, email(port))
    customer = await gateway.customer()
    for text in ("one", "two"):
        await post.write(text, customer.id)
    await post.write("three")
    await post.until("dead", "delivered", "delivered")
    assert sorted(server.texts()) == ["three", "two"]


async def test_messages_of_a_conversation_keep_their_order_while_the_first_is_tried_again(gateway: Gateway) -> None:
    channel = Scripted(Retry("not now"), Retry("not now"))
    post = Post(gateway, channel)
    customer = await gateway.customer()
    for text in ("one", "two"):
        await post.write(text, customer.id)
    await post.until("delivered", "delivered")
    assert [message.text for message in channel.seen] == ["one", "one", "one", "two"]


@pytest.mark.slow
async def test_the_receivers_retry_after_is_respected(gateway: Gateway) -> None:
    channel = Scripted(Retry("slow down", after=2.0, whole_channel=True))
    post = Post(gateway, channel)
    await post.write("one")
    assert await post.worker.deliver_next(post.name)
    await post.write("two")
    assert not await post.worker.deliver_next(post.name), "the receiver meant everybody"
    await post.until("delivered", "delivered")
    assert min(channel.times[1:]) - channel.times[0] >= 2.0


async def test_a_channel_is_written_to_at_its_rate_by_all_processes_together(gateway: Gateway) -> None:
    channel = Scripted()
    pace = Pace(rate=2, lease=20, poll=0.02)
    post = Post(gateway, channel, pace)
    for number in range(4):
        await post.write(str(number))
    other = asyncio.create_task(post.another_worker(channel, pace).run())
    await post.until(*["delivered"] * 4)
    other.cancel()
    await asyncio.gather(other, return_exceptions=True)
    gaps = [later - earlier for earlier, later in zip(channel.times, channel.times[1:], strict=False)]
    assert min(gaps) > 0.1
    assert channel.times[-1] - channel.times[0] >= 1.1


@pytest.mark.slow
async def test_a_process_that_dies_between_sending_and_commit_sends_again_under_the_same_key(
    gateway: Gateway, server: MailServer, port: int
) -> None:
    post = Post(gateway, email(port))
    row_id = await post.write("hello")
    dying = post.another_worker(email(port), replace(FAST, lease=3))
    claimed = await dying._claim(post.name)
    assert claimed is not None
    await dying._try(post.name, claimed)  # sent; the process is killed before it could say so
    await post.until("delivered")
    assert [mail["Message-ID"] for mail in server.received] == [f"<{row_id}@example.com>"] * 2
    await dying._settle(post.name, claimed, Delivered())
    assert await post.row("state, attempts") == ("delivered", 2)


async def test_a_channel_that_never_answers_does_not_outlive_its_lease(gateway: Gateway) -> None:
    class Silent(Scripted):
        async def deliver(self, message: OutboundMessage, idempotency_key: UUID) -> Delivery:
            await super().deliver(message, idempotency_key)
            return await asyncio.get_running_loop().create_future()

    post = Post(gateway, Silent(), IMPATIENT)
    await post.write("hello")
    await post.until("dead")
    assert await post.row("attempts, problem") == (FAST.attempts, "no answer in time")


async def staff_headers(gateway: Gateway, *roles: Role) -> dict[str, str]:
    name = uuid4().hex
    await gateway.services.staff.add(name, "Olga", list(roles), "a long enough password")
    session = await gateway.services.staff.log_in(name, "a long enough password", address="127.0.0.1")
    return {"Cookie": f"{COOKIE}={session.token}", CSRF_HEADER: session.csrf_token}


async def test_an_operator_sees_dead_letters_and_sends_them_again(
    gateway: Gateway, server: MailServer, port: int
) -> None:
    server.replies = ["550 full"]
    post = Post(gateway, email(port))
    row_id = await post.write("hello")
    await post.until("dead")
    headers = await staff_headers(gateway, Role.OPERATOR)
    items = (await gateway.http.get("/v1/outbox/dead", headers=headers)).json()["items"]
    [letter] = [item for item in items if item["id"] == str(row_id)]
    assert (letter["channel"], letter["address"], letter["problem"]) == (post.name, ADDRESS, "SMTP 550")
    again = await gateway.http.post(f"/v1/outbox/dead/{row_id}/resend", headers=headers)
    assert again.status_code == 202
    await post.until("delivered")
    assert server.texts() == ["hello"]
    again = await gateway.http.post(f"/v1/outbox/dead/{row_id}/resend", headers=headers)
    assert again.status_code == 404


async def test_dead_letters_are_for_operators_only(gateway: Gateway) -> None:
    assert (await gateway.http.get("/v1/outbox/dead")).status_code == 401
    headers = await staff_headers(gateway, Role.ADVISOR, Role.CURATOR)
    assert (await gateway.http.get("/v1/outbox/dead", headers=headers)).status_code == 403


async def test_the_backlog_is_measured(gateway: Gateway) -> None:
    post = Post(gateway, Scripted(Failed("no such number")))
    await post.write("one")
    await post.until("dead")
    await post.write("two")
    await post.worker.measure()
    assert post.metrics.outbox_dead.labels(post.name)._value.get() == 1
    assert post.metrics.outbox_pending.labels(post.name)._value.get() == 1
    await post.until("dead", "delivered")
    await post.worker.measure()
    assert post.metrics.outbox_pending.labels(post.name)._value.get() == 0
