"""The line on a real database: places given out, conversations brought back, positions told, answers sent later."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from api.conversations.models import Conversation, State
from api.conversations.service import ConversationService
from api.handoff.opening_hours import DeskHours, OpeningHours
from api.handoff.service import HandoffService, NoWayToWrite
from api.handoff.states import IllegalMove
from api.handoff.sweeper import LineSweeper
from api.handoff.texts import Texts
from api.staff.models import Session
from api.staff.service import StaffService

LogIn = Callable[..., Awaitable[Session]]
Start = Callable[[], Awaitable[UUID]]
GRACE = timedelta(minutes=3)
HOURS = DeskHours(OpeningHours.parse("", "UTC"))


class Desk:
    def __init__(self, conversations: ConversationService, handoff: HandoffService) -> None:
        self.conversations = conversations
        self.handoff = handoff

    def sweeper(self, *, automatic: bool = True, tier: str | None = "", preferred: tuple[str, ...] = ()) -> LineSweeper:
        async def tier_of(_conversation: Conversation) -> str | None:
            return tier

        return LineSweeper(
            self.conversations,
            self.handoff,
            automatic=automatic,
            grace=GRACE,
            tier_of=tier_of,
            preferred_tiers=frozenset(preferred),
        )

    async def do(self, step: str, *args: Any, **kwargs: Any) -> Any:
        async with self.conversations.transaction() as connection:
            return await getattr(self.handoff, step)(connection, *args, **kwargs)

    async def ask(self, conversation_id: UUID, **wish: str) -> UUID:
        await self.do(
            "request", conversation_id, **({"reason": "customer_request", "skill": "orders", "summary": "x"} | wish)
        )
        return conversation_id

    async def get(self, conversation_id: UUID) -> Conversation:
        async with self.conversations.transaction() as connection:
            return await self.conversations.get(connection, conversation_id)

    async def told(self, conversation_id: UUID) -> list[dict[str, Any]]:
        async with self.conversations.transaction() as connection:
            events = await self.conversations.events(connection, conversation_id)
        return [event.body for event in events if event.type == "handoff"]

    async def sql(self, query: str, *args: Any) -> None:
        async with self.conversations.transaction() as connection:
            await connection.execute(query, args)


@pytest.fixture
def desk(conversations: ConversationService, handoff: HandoffService) -> Desk:
    return Desk(conversations, handoff)


async def test_places_are_given_out_by_skill_and_never_beyond_the_capacity(
    desk: Desk,
    log_in: LogIn,
    start: Start,
    staff: StaffService,
) -> None:
    ada, ben = await log_in("ada"), await log_in("ben")
    await staff.set_desk("ada", skills=["orders"], languages=["en"], capacity=2)
    await staff.set_desk("ben", skills=["returns"], languages=[], capacity=3)
    orders = [await desk.ask(await start()) for _ in range(3)]
    returns = await desk.ask(await start(), skill="returns")
    await asyncio.gather(desk.sweeper().sweep(), desk.sweeper().sweep())
    owners = [(await desk.get(each)).advisor_id for each in (*orders, returns)]
    assert owners == [str(ada.staff.id), str(ada.staff.id), None, str(ben.staff.id)]
    await desk.do("resolve", orders[0], ada.staff)
    await desk.sweeper().sweep()
    assert (await desk.get(orders[2])).advisor_id == str(ada.staff.id)


async def test_assigning_and_claiming_at_once_gives_a_conversation_to_one_advisor_only(
    desk: Desk,
    log_in: LogIn,
    start: Start,
) -> None:
    sessions = [await log_in(name) for name in ("ada", "ben")]
    for _ in range(5):
        talk = await desk.ask(await start())
        claims = [desk.do("claim", talk, session.staff) for session in sessions]
        results = await asyncio.gather(desk.sweeper().sweep(), *claims, return_exceptions=True)
        assert all(not isinstance(result, Exception) or isinstance(result, IllegalMove) for result in results)
        assert [body["state"] for body in await desk.told(talk)].count("assigned") == 1
        assert (await desk.get(talk)).state is State.ASSIGNED


async def test_with_claiming_nobody_is_given_anything_but_returning_customers(
    desk: Desk,
    log_in: LogIn,
    start: Start,
) -> None:
    ada = await log_in("ada")
    await log_in("ben")
    known, new = await desk.ask(await start()), await desk.ask(await start())
    await desk.do("claim", known, ada.staff)
    await desk.do("resolve", known, ada.staff)
    await desk.ask(known)
    await desk.sweeper(automatic=False).sweep()
    assert (await desk.get(known)).advisor_id == str(ada.staff.id)
    assert (await desk.get(new)).state is State.QUEUED


async def test_who_loses_the_advisor_goes_to_the_head_of_the_line_after_the_grace_period_and_is_told(
    desk: Desk,
    log_in: LogIn,
    start: Start,
) -> None:
    ada = await log_in("ada")
    await log_in("ben")
    first = await desk.ask(await start(), reason="complaint")
    lost = await desk.ask(await start())
    await desk.do("claim", lost, ada.staff)
    sweeper = desk.sweeper(automatic=False)
    await desk.sql(
        "UPDATE staff_sessions SET present_at = now() - interval '2 minutes' WHERE staff_id = %s", ada.staff.id
    )
    await desk.sql("UPDATE staff SET present_at = now() - interval '2 minutes' WHERE id = %s", ada.staff.id)
    await desk.sql("UPDATE handoffs SET claimed_at = now() - interval '1 hour' WHERE advisor_id IS NOT NULL")
    await sweeper.sweep()
    assert (await desk.get(lost)).state is State.ASSIGNED
    await desk.sql("UPDATE staff SET present_at = now() - interval '4 minutes' WHERE id = %s", ada.staff.id)
    await sweeper.sweep()
    assert (await desk.get(lost)).state is State.QUEUED
    told = (await desk.told(lost))[-1]
    assert told["text"].startswith("I'm sorry, we've lost Ada. You're number 1 in line")
    line = await desk.do("waiting")
    assert [each.conversation_id for each in line] == [lost, first]
    assert (await desk.told(first))[-1]["position"] == 2


async def test_each_step_forward_is_told_once_without_a_word(desk: Desk, log_in: LogIn, start: Start) -> None:
    ada = await log_in("ada")
    first, second = await desk.ask(await start()), await desk.ask(await start())
    await desk.do("claim", first, ada.staff)
    for _ in range(2):
        await desk.sweeper(automatic=False).sweep()
    told = await desk.told(second)
    assert [body["position"] for body in told] == [2, 1]
    assert "text" not in told[1]


async def test_an_estimate_is_given_once_enough_conversations_were_measured(
    desk: Desk,
    log_in: LogIn,
    start: Start,
) -> None:
    ada = await log_in("ada")
    for _ in range(5):
        talk = await desk.ask(await start())
        assert "minutes" not in (await desk.told(talk))[0]
        await desk.do("claim", talk, ada.staff)
        await desk.do("resolve", talk, ada.staff)
    await desk.sql("UPDATE handoffs SET claimed_at = closed_at - interval '7 minutes'")
    talk = await desk.ask(await start())
    told = (await desk.told(talk))[0]
    assert (told["minutes"], told["source"]["name"]) == (7, "handoff_queued_first_about")
    assert "about 7 minutes" in told["text"]
    await desk.sql("UPDATE handoffs SET advisor_id = NULL, agent = 'helpdesk:7' WHERE closed_at IS NOT NULL")
    assert "minutes" not in (await desk.told(await desk.ask(await start())))[0], "tickets are another matter"


async def test_a_line_that_is_too_long_records_the_wish_and_leaves_the_customer_with_the_bot(
    conversations: ConversationService,
    staff: StaffService,
    log_in: LogIn,
    start: Start,
) -> None:
    await log_in("ada")
    desk = Desk(conversations, HandoffService(conversations, staff, Texts.load(), HOURS, queue_limit=1))
    await desk.ask(await start())
    talk = await desk.ask(await start())
    assert (await desk.get(talk)).state is State.BOT
    told = await desk.told(talk)
    assert [(body["state"], body["source"]["name"]) for body in told] == [("bot", "handoff_full")]
    assert (await desk.do("current", talk)).kept_at is not None


async def test_a_preferred_tier_moves_up_once_the_shop_has_said_so(
    desk: Desk,
    log_in: LogIn,
    start: Start,
) -> None:
    await log_in("ada")
    first, member = await desk.ask(await start()), await desk.ask(await start())
    await desk.sql("UPDATE conversations SET auth_level = 'customer', customer_id = 'c-1' WHERE id = %s", member)
    await desk.sweeper(automatic=False, tier=None, preferred=("Grove",)).sweep()
    assert [each.conversation_id for each in await desk.do("waiting")] == [first, member]
    await desk.sweeper(automatic=False, tier="Grove", preferred=("Grove",)).sweep()
    assert [each.conversation_id for each in await desk.do("waiting")] == [member, first]


class TestWritingLater:
    @pytest.fixture
    def desk(self, conversations: ConversationService, staff: StaffService) -> Desk:
        return Desk(conversations, HandoffService(conversations, staff, Texts.load(), HOURS, writes_later=True))

    async def hear(self, desk: Desk, talk: UUID, text: str) -> None:
        async with desk.conversations.transaction() as connection:
            conversation = await desk.conversations.lock(connection, talk)
            said = {"type": "message", "author": "customer", "body": {"text": text}}
            event = await desk.conversations.append(connection, talk, **said)
            await desk.handoff.heard(connection, conversation, event)

    async def test_the_address_is_asked_for_and_taken_from_what_the_customer_writes(
        self,
        desk: Desk,
        log_in: LogIn,
        start: Start,
    ) -> None:
        await log_in("ada")
        talk = await desk.ask(await start())
        assert await desk.do("write_later", talk, None) is False
        await self.hear(desk, talk, "one moment")
        await self.hear(desk, talk, "emma@example")
        await self.hear(desk, talk, "it is emma@example.com, thanks")
        told = await desk.told(talk)
        names = [body["source"]["name"] for body in told[1:]]
        assert names == ["handoff_asks_email", "handoff_email_invalid", "handoff_writes_later"]
        assert "e•••@example.com" in told[-1]["text"]
        found = await desk.do("current", talk)
        assert (found.email, found.kept_at is not None) == ("emma@example.com", True)
        assert (await desk.get(talk)).state is State.BOT

    async def test_an_address_that_nobody_asked_for_is_an_ordinary_message(
        self,
        desk: Desk,
        log_in: LogIn,
        start: Start,
    ) -> None:
        await log_in("ada")
        talk = await desk.ask(await start())
        await self.hear(desk, talk, "the parcel went to emma@example.com")
        assert (await desk.get(talk)).state is State.QUEUED

    async def test_who_writes_on_while_nobody_is_there_is_told_where_that_goes_and_how_to_go_on(
        self,
        desk: Desk,
        log_in: LogIn,
        start: Start,
    ) -> None:
        talk = await desk.ask(await start())
        await self.hear(desk, talk, "no wait, what payment methods do you take")
        await self.hear(desk, talk, "hello?")
        told = await desk.told(talk)
        assert [body["source"]["name"] for body in told[1:]] == ["handoff_noted"]
        assert [action["action"] for action in told[-1]["actions"]] == ["continue", "write_later"]
        await log_in("ada")
        await self.hear(desk, talk, "are you there")
        assert len(await desk.told(talk)) == len(told)

    async def test_with_nobody_there_only_what_is_missing_is_asked_for(
        self,
        desk: Desk,
        start: Start,
    ) -> None:
        known, unknown = await desk.ask(await start()), await desk.ask(await start(), summary="")
        assert [body["asks"] for body in await desk.told(known)] == ["handoff_missing_email"]
        assert [body["asks"] for body in await desk.told(unknown)] == ["handoff_missing_topic_email"]


async def test_where_no_mail_can_be_sent_none_is_promised(desk: Desk, log_in: LogIn, start: Start) -> None:
    await log_in("ada")
    talk = await desk.ask(await start())
    assert [action["action"] for action in (await desk.told(talk))[0]["actions"]] == ["continue"]
    with pytest.raises(NoWayToWrite):
        await desk.do("write_later", talk, "emma@example.com")


async def test_the_sweep_owns_up_to_a_late_answer_once(desk: Desk, start: Start) -> None:
    late, soon = await desk.ask(await start()), await desk.ask(await start())
    for conversation_id, ago in ((late, "61 minutes"), (soon, "59 minutes")):
        promised = "UPDATE handoffs SET promised_at = now() - %s::interval WHERE conversation_id = %s"
        await desk.sql(promised, ago, conversation_id)
    for _ in range(2):
        await desk.sweeper().sweep()
    told = {each: [event.get("source", {}).get("name") for event in await desk.told(each)] for each in (late, soon)}
    assert told[late].count("handoff_overdue") == 1
    assert "handoff_overdue" not in told[soon]
