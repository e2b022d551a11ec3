"""Anything in any order: a slow bot, calls that fail before or after they worked, crashes, hints lost and doubled."""

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID

import pytest
import pytest_asyncio
from pydantic import SecretStr

from api.outbox.worker import OutboxWorker, Pace
from api.tickets.desk import CHANNEL
from api.tickets.service import Tickets
from tests.api.conftest import Customer, Gateway, Start
from tests.fakes.tickets import ACCOUNT, AFTER, BEFORE, MemoryTickets
from tests.handoff.log import check_log

AT_ONCE = Pace(rate=1e6, attempts=1_000_000, first_pause=0, longest_pause=0, lease=5)
STEPS = 60
BACKGROUND = {"outbox", "ticket-watcher"}  # the test says when they work


@pytest_asyncio.fixture
async def gateway(start_gateway: Start) -> AsyncIterator[Gateway]:
    elsewhere = {"desk": "helpdesk", "helpdesk_url": "http://127.0.0.1:9", "helpdesk_token": SecretStr("token")}
    async with start_gateway(**elsewhere) as gateway:
        for task in asyncio.all_tasks():
            if task.get_name() in BACKGROUND:
                task.cancel()
        await gateway.sql("DELETE FROM conversations")
        yield gateway
        await gateway.sql("DELETE FROM conversations")  # its tickets have numbers that a real helpdesk has, too


@dataclass
class HeldTickets(MemoryTickets):
    """Takes its time to open a ticket again."""

    asked: asyncio.Event = field(default_factory=asyncio.Event)
    answer: asyncio.Event = field(default_factory=asyncio.Event)

    async def say(self, ticket_id: int, text: str, *, public: bool, reopen: bool = False) -> None:
        if self.tickets[ticket_id].closed and reopen:
            self.asked.set()
            await self.answer.wait()
        await super().say(ticket_id, text, public=public, reopen=reopen)


@dataclass
class Story:
    """One run. `meant`: what each customer has said to people; `answers`: what people have said to each."""

    gateway: Gateway
    chance: random.Random
    system: MemoryTickets = field(default_factory=MemoryTickets)
    customers: list[Customer] = field(default_factory=list)
    meant: dict[str, list[str]] = field(default_factory=dict)
    answers: dict[str, list[str]] = field(default_factory=dict)
    said: int = 0
    held: list[asyncio.Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        services = self.gateway.services
        self.tickets = Tickets.of(
            self.system,
            services.conversations,
            services.handoff,
            services.outbox,
            metrics=services.metrics,
            names={2: "Nora", 3: "Sam"},
            least=timedelta(0),
        )
        self.worker = OutboxWorker(
            services.conversations,
            services.outbox,
            {CHANNEL: self.tickets.channel},
            services.metrics,
            owner="test",
            pace=AT_ONCE,
        )

    async def begin(self) -> None:
        for _ in range(2):
            customer = await self.gateway.customer()
            self.customers.append(customer)
            self.meant[customer.id], self.answers[customer.id] = [], []
        self.system.mishap = lambda: self.chance.choices(["", BEFORE, AFTER], [8, 1, 1])[0]

    async def merged_ticket(self) -> int:
        """Of a customer who waits for people: who have merged it into another one."""
        customer = await self.gateway.customer()
        await self.gateway.http.post(f"{customer.path}/handoff", headers=customer.headers)
        while await self.worker.deliver_next(CHANNEL):
            pass
        [ticket] = self.system.tickets
        self.system.tickets[ticket] = replace(self.system.tickets[ticket], closed=True, merged=True)
        return ticket

    # What can happen

    async def write(self) -> None:
        customer = self.chance.choice(self.customers)
        self.said += 1
        text = f"message {self.said}"
        if await self.state(customer) in {"queued", "assigned"}:
            self.meant[customer.id].append(text)
        await customer.say(text)

    async def write_to_a_slow_bot(self) -> None:
        """Its answer comes when somebody else may have the conversation: then it must not be shown."""
        customer = self.chance.choice(self.customers)
        if await self.state(customer) in {"bot", "resolved"}:
            gate = asyncio.Event()
            self.held.append(gate)
            self.gateway.rasa.then(self.gateway.rasa.held(gate))
            await customer.say("a question")

    async def let_the_bot_finish(self) -> None:
        while self.held:
            self.held.pop().set()

    async def die_in_the_turns(self) -> None:
        """Another process takes them up, and Rasa is asked again."""
        turns = [task for task in asyncio.all_tasks() if task.get_name().startswith("turns-")]
        for task in turns:
            task.cancel()
        await asyncio.gather(*turns, return_exceptions=True)
        await self.gateway.sql("UPDATE turns SET leased_until = now() - interval '1 s' WHERE finished_at IS NULL")
        await self.gateway.services.worker.sweep()

    async def ask(self) -> None:
        customer = self.chance.choice(self.customers)
        await self.gateway.http.post(f"{customer.path}/handoff", headers=customer.headers)

    async def go_on(self) -> None:
        customer = self.chance.choice(self.customers)
        await self.gateway.http.delete(f"{customer.path}/handoff", headers=customer.headers)

    async def deliver(self) -> None:
        await self.worker.deliver_next(CHANNEL)

    async def die_while_delivering(self) -> None:
        """It may have got there, and nobody has noted so."""
        claimed = await self.worker._claim(CHANNEL)
        if claimed:
            await self.worker._try(CHANNEL, claimed)
            await self.gateway.sql("UPDATE outbox SET leased_until = now() - interval '1 s' WHERE state = 'pending'")

    async def answer(self) -> None:
        for ticket, customer in self.one_ticket():
            self.said += 1
            text = f"answer {self.said}"
            self.answers[customer].append(text)
            self.system.add(ticket, text, user=self.chance.choice([2, 3]))

    async def note(self) -> None:
        for ticket, _ in self.one_ticket():
            self.system.add(ticket, "a private word", user=2, public=False)

    async def close(self) -> None:
        for ticket, _ in self.one_ticket():
            self.system.add(ticket, "", user=2, closes=True)

    async def look(self) -> None:
        """By a hint, by two at once, or because it is time."""
        for ticket, _ in self.one_ticket():
            for _ in range(self.chance.choice([0, 1, 2])):
                await self.tickets.watcher.hint(ticket)
            await asyncio.gather(*(self.tickets.watcher.sweep() for _ in range(self.chance.choice([1, 2]))))

    def one_ticket(self) -> list[tuple[int, str]]:
        """Any of them and whose it is; none while there is none."""
        made = list(self.system.tickets.values())[:]
        if not made:
            return []
        ticket = self.chance.choice(made)
        return [(ticket.id, ticket.description.split("conversation ")[1].split("\n")[0])]

    async def state(self, customer: Customer) -> str:
        [(state,)] = await self.gateway.sql("SELECT state FROM conversations WHERE id = %s", UUID(customer.id))
        return str(state)

    # What must hold in the end

    async def settle(self) -> None:
        """Everything works again, and what is left is done."""
        self.system.mishap = lambda: ""
        await self.let_the_bot_finish()
        for customer in self.customers:
            await self.answered(customer)
        for _ in range(4):
            await self.gateway.sql("UPDATE outbox_channels SET free_at = now()")
            while await self.worker.deliver_next(CHANNEL):
                pass
            await self.gateway.sql(
                "UPDATE tickets SET look_at = now(), reopening_until = NULL WHERE ticket IS NOT NULL"
            )
            await self.tickets.watcher.sweep()

    async def answered(self, customer: Customer) -> None:
        query = "SELECT 1 FROM turns WHERE conversation_id = %s AND finished_at IS NULL"
        async with asyncio.timeout(60):
            while await self.gateway.sql(query, UUID(customer.id)):  # noqa: ASYNC110 - the database knows, this process not
                await asyncio.sleep(0.05)

    async def check(self) -> None:
        assert await self.gateway.sql("SELECT count(*) FROM outbox WHERE state <> 'delivered'") == [(0,)]
        for customer in self.customers:
            async with self.gateway.services.conversations.reading() as connection:
                log = await self.gateway.services.conversations.events(connection, UUID(customer.id), limit=1000)
            check_log(log)
            assert [e.body["text"] for e in log if e.author == "advisor"] == self.answers[customer.id]
            tickets = [t for t in self.system.tickets.values() if customer.id in t.description]
            assert len(tickets) <= 1
            heard = [f.text.split("\n")[0] for t in tickets for f in t.follow_ups if f.user == ACCOUNT and f.public]
            assert [text for text in heard if text.startswith("message ")] == self.meant[customer.id]
            if any(ticket.closed for ticket in tickets):
                assert await self.state(customer) in {"bot", "resolved"}


@pytest.mark.parametrize("seed", range(6))
async def test_nothing_is_lost_doubled_or_out_of_order_between_conversations_and_tickets(
    gateway: Gateway, seed: int
) -> None:
    story = Story(gateway, random.Random(seed))
    await story.begin()
    steps = [story.write, story.ask, story.go_on, story.deliver, story.die_while_delivering]
    steps += [story.answer, story.note, story.close, story.look]
    steps += [story.write_to_a_slow_bot, story.let_the_bot_finish, story.die_in_the_turns]
    for step in story.chance.choices(steps, [6, 3, 1, 6, 2, 4, 1, 1, 4, 3, 2, 1], k=STEPS):
        await step()
    await story.settle()
    await story.check()


async def test_two_who_look_at_a_merged_ticket_at_once_open_it_again_with_one_note(gateway: Gateway) -> None:
    system = HeldTickets()
    story = Story(gateway, random.Random(0), system)
    ticket, watcher = await story.merged_ticket(), story.tickets.watcher

    await watcher.hint(ticket)
    first = asyncio.create_task(watcher.sweep())
    async with asyncio.timeout(10):
        await system.asked.wait()
    await watcher.hint(ticket)
    await watcher.sweep()
    system.answer.set()
    await first

    notes = [each for each in system.tickets[ticket].follow_ups if each.user == ACCOUNT and not each.public]
    assert len(notes) == 1
    assert not system.tickets[ticket].closed


async def test_a_ticket_that_could_not_be_opened_again_is_at_the_next_look(gateway: Gateway) -> None:
    story = Story(gateway, random.Random(0))
    ticket = await story.merged_ticket()
    fates = iter(["", BEFORE])
    story.system.mishap = lambda: next(fates, "")

    for closed in (True, False):
        await story.tickets.watcher.hint(ticket)
        await story.tickets.watcher.sweep()
        assert story.system.tickets[ticket].closed is closed
