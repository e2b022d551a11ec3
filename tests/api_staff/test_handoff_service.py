import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from api.conversations.models import State
from api.conversations.service import ConversationService
from api.handoff.models import Handoff
from api.handoff.opening_hours import DeskHours, OpeningHours
from api.handoff.service import HandoffService, NotYours
from api.handoff.states import IllegalMove
from api.handoff.texts import Texts
from api.staff.models import Session
from api.staff.service import StaffService

LogIn = Callable[..., Awaitable[Session]]
Start = Callable[[], Awaitable[UUID]]


class Conversation:
    """What the tests do with one conversation, each step in a transaction of its own."""

    def __init__(self, id_: UUID, conversations: ConversationService, handoff: HandoffService) -> None:
        self.id = id_
        self._conversations = conversations
        self._handoff = handoff

    async def do(self, step: str, *args: Any, **kwargs: Any) -> Any:
        async with self._conversations.transaction() as connection:
            return await getattr(self._handoff, step)(connection, self.id, *args, **kwargs)

    async def request(self, reason: str = "customer_request", skill: str = "orders", summary: str = "late") -> None:
        await self.do("request", reason=reason, skill=skill, summary=summary)

    async def state(self) -> State:
        async with self._conversations.transaction() as connection:
            return (await self._conversations.get(connection, self.id)).state

    async def told(self) -> list[dict[str, Any]]:
        async with self._conversations.transaction() as connection:
            events = await self._conversations.events(connection, self.id)
        return [event.public() for event in events if event.type == "handoff"]

    async def open(self) -> Handoff | None:
        return await self.do("current")


Open = Callable[[], Awaitable[Conversation]]


@pytest.fixture
def conversation(start: Start, conversations: ConversationService, handoff: HandoffService) -> Open:
    async def begin() -> Conversation:
        return Conversation(await start(), conversations, handoff)

    return begin


async def test_a_customer_is_led_to_an_advisor_and_back_and_told_each_step(conversation: Open, log_in: LogIn) -> None:
    ada = await log_in("ada")
    talk = await conversation()
    await talk.request(reason="complaint", skill="returns", summary="Order JL-100234, parcel open")
    assert await talk.state() is State.QUEUED
    await talk.do("claim", ada.staff)
    assert await talk.state() is State.ASSIGNED
    await talk.do("hand_back", ada.staff)
    assert await talk.state() is State.BOT
    told = await talk.told()
    assert [event["state"] for event in told] == ["queued", "assigned", "bot"]
    assert [event["source"]["name"] for event in told] == ["handoff_queued_first", "handoff_joined", "handoff_returned"]
    assert told[0]["position"] == 1
    assert told[1]["text"] == "Ada has joined the conversation."
    assert await talk.open() is None


async def test_reason_skill_and_summary_are_kept_for_the_advisor(conversation: Open, log_in: LogIn) -> None:
    await log_in("ada")
    talk = await conversation()
    await talk.request(reason="complaint", skill="returns", summary="Order JL-100234, parcel open")
    found = await talk.open()
    assert found is not None
    assert (found.reason, found.skill, found.summary) == ("complaint", "returns", "Order JL-100234, parcel open")


async def test_the_second_in_line_learns_the_position(conversation: Open, log_in: LogIn) -> None:
    await log_in("ada")
    first, second = await conversation(), await conversation()
    await first.request()
    await second.request()
    told = (await second.told())[0]
    assert told["position"] == 2
    assert "number 2 in line" in told["text"]


async def test_asking_twice_keeps_the_place_and_says_nothing_twice(conversation: Open, log_in: LogIn) -> None:
    await log_in("ada")
    talk = await conversation()
    await talk.request(summary="the first time")
    await talk.request(summary="the second time")
    found = await talk.open()
    assert found is not None
    assert found.summary == "the first time"
    assert len(await talk.told()) == 1


async def test_of_two_advisors_who_claim_at_once_exactly_one_wins(conversation: Open, log_in: LogIn) -> None:
    ada, ben = await log_in("ada"), await log_in("ben")
    for _ in range(10):
        talk = await conversation()
        await talk.request()
        results = await asyncio.gather(talk.do("claim", ada.staff), talk.do("claim", ben.staff), return_exceptions=True)
        lost = [result for result in results if isinstance(result, IllegalMove)]
        assert len(lost) == 1
        assert [event["state"] for event in await talk.told()] == ["queued", "assigned"]
        found = await talk.open()
        winner = (ada, ben)[[isinstance(result, Handoff) for result in results].index(True)]
        assert found is not None
        assert found.advisor_id == winner.staff.id


@pytest.mark.parametrize("step", ["claim", "hand_back", "resolve"])
async def test_what_is_with_the_bot_cannot_be_taken_or_ended(conversation: Open, log_in: LogIn, step: str) -> None:
    ada = await log_in("ada")
    talk = await conversation()
    with pytest.raises(IllegalMove):
        await talk.do(step, ada.staff)
    assert await talk.told() == []


@pytest.mark.parametrize("step", ["hand_back", "resolve"])
async def test_only_the_advisor_who_has_it_may_end_it(conversation: Open, log_in: LogIn, step: str) -> None:
    ada, ben = await log_in("ada"), await log_in("ben")
    talk = await conversation()
    await talk.request()
    await talk.do("claim", ada.staff)
    with pytest.raises(NotYours):
        await talk.do(step, ben.staff)
    assert await talk.state() is State.ASSIGNED


async def test_after_the_end_a_new_message_brings_the_bot_back(conversation: Open, log_in: LogIn) -> None:
    ada = await log_in("ada")
    talk = await conversation()
    await talk.request()
    await talk.do("claim", ada.staff)
    await talk.do("resolve", ada.staff)
    assert await talk.state() is State.RESOLVED
    await talk.do("reopen")
    assert await talk.state() is State.BOT


async def test_a_person_can_be_asked_for_after_the_end(conversation: Open, log_in: LogIn) -> None:
    ada = await log_in("ada")
    talk = await conversation()
    await talk.request()
    await talk.do("claim", ada.staff)
    await talk.do("resolve", ada.staff)
    await talk.request(summary="still broken")
    found = await talk.open()
    assert await talk.state() is State.QUEUED
    assert found is not None
    assert found.summary == "still broken"


async def test_with_nobody_on_duty_the_wish_is_recorded_and_the_bot_stays_usable(
    conversation: Open, log_in: LogIn
) -> None:
    ada = await log_in("ada", present=False)
    talk = await conversation()
    await talk.request()
    told = (await talk.told())[0]
    assert told["source"]["name"] == "handoff_recorded"
    assert told["reference"] in told["text"]
    assert told["actions"] == [{"action": "continue", "title": "Go on with the assistant"}]
    await talk.do("withdraw")
    assert await talk.state() is State.BOT
    assert (await talk.told())[-1]["source"]["name"] == "handoff_kept"
    await talk.do("claim", ada.staff)  # the next morning
    assert await talk.state() is State.ASSIGNED


async def test_a_kept_wish_is_on_the_desk_after_those_who_wait_in_line(
    conversation: Open, log_in: LogIn, handoff: HandoffService, conversations: ConversationService
) -> None:
    await log_in("ada", present=False)
    kept, fresh = await conversation(), await conversation()
    await kept.request()
    await kept.do("withdraw")
    await fresh.request()
    async with conversations.transaction() as connection:
        waiting = await handoff.waiting(connection)
    assert [found.conversation_id for found in waiting] == [fresh.id, kept.id]


async def test_whoever_stops_waiting_while_advisors_are_there_leaves_the_line(
    conversation: Open, log_in: LogIn
) -> None:
    ada = await log_in("ada")
    talk = await conversation()
    await talk.request()
    await talk.do("withdraw")
    assert await talk.open() is None
    with pytest.raises(IllegalMove):
        await talk.do("claim", ada.staff)


async def test_outside_opening_hours_the_customer_learns_when_somebody_is_expected(
    start: Start, conversations: ConversationService, staff: StaffService
) -> None:
    sunday = datetime(2026, 11, 29, 12, tzinfo=UTC)
    hours = OpeningHours.parse("Mon-Fri 09:00-18:00", "Europe/Dublin")
    service = HandoffService(conversations, staff, Texts.load(), DeskHours(hours), clock=lambda: sunday)
    talk = Conversation(await start(), conversations, service)
    await talk.request()
    told = (await talk.told())[0]
    assert "expected on Monday at 09:00 (GMT)" in told["text"]
    assert told["expected_at"] == "2026-11-30T09:00:00+00:00"


async def promised(
    start: Start, conversations: ConversationService, staff: StaffService, ago: timedelta
) -> Conversation:
    """A request whose customer was told to expect somebody so long ago."""
    hours = DeskHours(OpeningHours.parse("Mon-Fri 09:00-18:00", "Europe/Dublin"))
    sunday = datetime(2026, 11, 29, 12, tzinfo=UTC)
    service = HandoffService(conversations, staff, Texts.load(), hours, clock=lambda: sunday)
    talk = Conversation(await start(), conversations, service)
    await talk.request(reason="complaint")
    async with conversations.transaction() as connection:
        cursor = await connection.execute(
            "UPDATE handoffs SET promised_at = now() - %s::interval WHERE conversation_id = %s AND promised_at = %s",
            (ago, talk.id, datetime(2026, 11, 30, 9, tzinfo=UTC)),
        )
        assert cursor.rowcount == 1, "what the customer was told is kept"
    return talk


async def test_who_was_promised_an_answer_that_did_not_come_is_told_once_and_comes_first(
    start: Start, conversations: ConversationService, staff: StaffService, conversation: Open
) -> None:
    before = await conversation()
    await before.request(reason="sensitive")
    talk = await promised(start, conversations, staff, timedelta(hours=2))
    assert await talk.do("apologise", late=timedelta(hours=1))
    assert not await talk.do("apologise", late=timedelta(hours=1))
    told = await talk.told()
    assert [event["source"]["name"] for event in told] == ["handoff_recorded_until", "handoff_overdue"]
    assert told[-1]["reference"] in told[-1]["text"]
    first, second = await talk.open(), await before.open()
    assert first
    assert second
    assert first.rank_at < second.rank_at


async def test_nobody_is_told_that_an_answer_is_late_before_it_is_or_after_it_came(
    start: Start, conversations: ConversationService, staff: StaffService, log_in: LogIn
) -> None:
    soon = await promised(start, conversations, staff, timedelta(minutes=59))
    assert not await soon.do("apologise", late=timedelta(hours=1))
    taken = await promised(start, conversations, staff, timedelta(hours=2))
    await taken.do("claim", (await log_in("ada")).staff)
    assert not await taken.do("apologise", late=timedelta(hours=1))


async def test_who_went_on_with_the_assistant_is_told_there(
    start: Start, conversations: ConversationService, staff: StaffService
) -> None:
    talk = await promised(start, conversations, staff, timedelta(hours=2))
    await talk.do("withdraw")
    assert await talk.do("apologise", late=timedelta(hours=1))
    assert (await talk.told())[-1]["state"] == "bot"
    assert await talk.state() is State.BOT


async def test_an_unknown_reason_is_refused(conversation: Open) -> None:
    talk = await conversation()
    with pytest.raises(ValueError, match="boredom"):
        await talk.request(reason="boredom")
