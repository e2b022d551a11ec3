"""What is agreed with who complains: told, asked about on the day after, and back at people if it was not kept."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from api.complaints.days import asked_at
from api.complaints.errors import InvalidAgreement, NothingAgreed, UnknownComplaint
from api.complaints.models import Complaint
from api.handoff.service import NotYours
from api.languages.days import spoken
from api.privacy.repository import everything
from api.staff.models import Staff
from tests.api.conftest import Customer, Gateway, Start
from tests.api.test_consent import advisor, dealt_with, decide, follow_ups, of_type, time_passes

WHAT = "a new mug is on its way to you"


def later(days: int = 7) -> date:
    return datetime.now(UTC).date() + timedelta(days=days)


async def complaining(gateway: Gateway, *, email: str = "", reason: str = "complaint") -> tuple[Customer, Staff, int]:
    """A customer whose complaint an advisor has taken, and the number of it."""
    emma, sue = await gateway.customer(), await advisor(gateway)
    await emma.say("this is a disgrace")
    await emma.reply()
    async with gateway.services.conversations.transaction() as connection:
        await gateway.services.handoff.request(connection, UUID(emma.id), reason=reason, skill="orders", summary="")
        handoff = await gateway.services.handoff.claim(connection, UUID(emma.id), sue)
        if email:
            await connection.execute("UPDATE handoffs SET email = %s WHERE id = %s", (email, handoff.id))
    return emma, sue, handoff.id


async def agree(gateway: Gateway, sue: Staff, number: int, agreed: str = WHAT, due_on: date | None = None) -> Complaint:
    async with gateway.services.conversations.transaction() as connection:
        return await gateway.services.complaints.agree(connection, sue, number, agreed=agreed, due_on=due_on or later())


async def ends(gateway: Gateway, emma: Customer, sue: Staff, *, how: str = "resolve") -> None:
    async with gateway.services.conversations.transaction() as connection:
        await getattr(gateway.services.handoff, how)(connection, UUID(emma.id), sue)


async def state_of(gateway: Gateway, number: int) -> str:
    [(state,)] = await gateway.sql("SELECT state FROM complaints WHERE handoff_id = %s", number)
    return str(state)


async def asked(emma: Customer) -> list[dict[str, Any]]:
    messages = await of_type(emma, "message")
    return [each for each in messages if (each.get("source") or {}).get("name") == "follow_up_agreement"]


async def asked_after(
    gateway: Gateway, *, how: str = "resolve", email: str = ""
) -> tuple[Customer, int, dict[str, Any]]:
    emma, sue, number = await complaining(gateway, email=email)
    await agree(gateway, sue, number)
    await ends(gateway, emma, sue, how=how)
    await decide(emma, "follow_up", given=True)
    await time_passes(gateway)
    [question] = await asked(emma)
    return emma, number, question


def payload(question: dict[str, Any], title: str) -> str:
    [found] = [button["payload"] for button in question["buttons"] if button["title"] == title]
    return str(found)


async def test_what_is_agreed_is_told_in_the_conversation_and_by_e_mail(gateway: Gateway) -> None:
    emma, sue, number = await complaining(gateway, email="emma@example.com")
    complaint = await agree(gateway, sue, number, f"  {WHAT}. ")
    told = (await of_type(emma, "message"))[-1]
    assert (told["author"], told["advisor"], told["source"]["name"]) == ("advisor", "Sue", "complaint_agreed")
    assert told["text"].startswith(f"We agreed: {WHAT}, by {spoken(later(), later())}")
    assert told["agreement"] == {"reference": complaint.reference, "agreed": WHAT, "due_on": later().isoformat()}
    posted = await gateway.sql("SELECT seq FROM outbox WHERE conversation_id = %s", emma.id)
    assert (told["seq"],) in posted


async def test_what_is_agreed_and_asked_about_is_in_the_customers_language(gateway: Gateway) -> None:
    emma, sue, number = await complaining(gateway)
    await gateway.sql("UPDATE conversations SET locale = 'fr' WHERE id = %s", emma.id)
    await agree(gateway, sue, number)
    day = spoken(later(), later(), "fr")
    assert (await of_type(emma, "message"))[-1]["text"].startswith(f"Nous avons convenu : {WHAT}, d'ici au {day}")
    await ends(gateway, emma, sue, how="resolve")
    await decide(emma, "follow_up", given=True)
    await time_passes(gateway)
    [question] = await asked(emma)
    assert f"{WHAT}, d'ici au {day}. Est-ce fait ?" in question["text"]
    await emma.press(payload(question, "Oui, c'est fait"))
    assert (await emma.until(lambda event: event.get("text", "").startswith("Merci")))["author"] == "bot"


async def test_the_same_agreement_again_tells_nothing_and_another_one_says_that_it_changed(gateway: Gateway) -> None:
    emma, sue, number = await complaining(gateway)
    for _ in range(2):
        await agree(gateway, sue, number)
    await agree(gateway, sue, number, due_on=later(9))
    names = [event["source"]["name"] for event in await of_type(emma, "message") if "agreement" in event]
    assert names == ["complaint_agreed", "complaint_changed"]


@pytest.mark.parametrize(("agreed", "days"), [("", 1), (" \n\x00. ", 1), ("x" * 501, 1), (WHAT, -1), (WHAT, 400)])
async def test_an_agreement_says_something_for_a_day_that_comes(gateway: Gateway, agreed: str, days: int) -> None:
    _, sue, number = await complaining(gateway)
    with pytest.raises(InvalidAgreement):
        await agree(gateway, sue, number, agreed, later(days))
    assert await state_of(gateway, number) == "open"


async def test_only_who_has_the_conversation_agrees_and_anybody_once_people_have_closed_it(gateway: Gateway) -> None:
    emma, sue, number = await complaining(gateway)
    ben = await advisor(gateway)
    with pytest.raises(NotYours):
        await agree(gateway, ben, number)
    with pytest.raises(UnknownComplaint):
        await agree(gateway, ben, 2**40)
    await ends(gateway, emma, sue)
    await agree(gateway, ben, number)
    told = (await of_type(emma, "message"))[-1]
    assert (told["author"], "advisor" in told) == ("bot", False), "no colleague is in the conversation"


async def test_whatever_it_was_about_becomes_a_complaint_when_something_is_agreed(gateway: Gateway) -> None:
    emma, sue, number = await complaining(gateway, reason="customer_request")
    await agree(gateway, sue, number)
    await ends(gateway, emma, sue)
    assert [event["purpose"] for event in await of_type(emma, "consent")] == ["follow_up"]


async def test_out_of_hours_a_complaint_has_the_time_that_the_customer_was_told(start_gateway: Start) -> None:
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    async with start_gateway(opening_hours=f"{tomorrow:%a} 09:00-10:00", timezone="UTC") as gateway:
        emma = await gateway.customer()
        async with gateway.services.conversations.transaction() as connection:
            await gateway.services.handoff.request(
                connection, UUID(emma.id), reason="complaint", skill="orders", summary="a broken mug"
            )
        told = await emma.until(lambda event: event["type"] == "handoff")
        [(state, answer_by)] = await gateway.sql(
            "SELECT state, answer_by FROM complaints WHERE conversation_id = %s", emma.id
        )
    assert (state, answer_by) == ("open", datetime.fromisoformat(told["expected_at"]))


@pytest.mark.parametrize("how", ["resolve", "hand_back"])
async def test_it_is_asked_on_the_day_after_whether_it_was_kept(gateway: Gateway, how: str) -> None:
    emma, sue, number = await complaining(gateway, email="emma@example.com")
    await agree(gateway, sue, number)
    await ends(gateway, emma, sue, how=how)
    await decide(emma, "follow_up", given=True)
    zone = gateway.services.complaints.zone
    due = await gateway.sql("SELECT due_at FROM follow_ups WHERE handoff_id = %s", number)
    assert due == [(asked_at(later(), zone),)]
    await asyncio.gather(*(time_passes(gateway) for _ in range(3)))
    [question] = await asked(emma)
    assert WHAT in question["text"]
    assert [button["title"] for button in question["buttons"]] == ["Yes, it was", "No, it wasn't", "Talk to a person"]
    posted = await gateway.sql("SELECT 1 FROM outbox WHERE conversation_id = %s AND seq = %s", emma.id, question["seq"])
    assert posted == [(1,)]
    assert await follow_ups(emma) == []


async def test_it_is_not_asked_of_who_did_not_agree_to_be_asked(gateway: Gateway) -> None:
    emma, sue, number = await complaining(gateway)
    await agree(gateway, sue, number)
    await ends(gateway, emma, sue)
    await decide(emma, "follow_up", given=False)
    await time_passes(gateway)
    assert await asked(emma) == []


async def test_a_new_day_is_asked_about_instead_of_the_old_one(gateway: Gateway) -> None:
    emma, number, _ = await asked_after(gateway)
    await agree(gateway, await advisor(gateway), number, due_on=later(20))
    await gateway.services.follow_ups.send_due()
    assert len(await asked(emma)) == 1, "not before its day"
    await time_passes(gateway)
    assert len(await asked(emma)) == 2


async def test_what_was_agreed_is_asked_about_whatever_else_was_talked_about_since(gateway: Gateway) -> None:
    emma, sue, number = await complaining(gateway)
    await agree(gateway, sue, number)
    await ends(gateway, emma, sue)
    await decide(emma, "follow_up", given=True)
    await dealt_with(gateway, emma)
    await time_passes(gateway)
    [question] = await asked(emma)
    assert f"AC-{100_000 + number}" in question["text"]


async def test_who_says_that_it_was_kept_is_thanked_and_not_asked_again(gateway: Gateway) -> None:
    emma, number, question = await asked_after(gateway)
    emma.after = question["seq"]
    yes = payload(question, "Yes, it was")
    assert (await emma.press(yes)).status_code == 202
    assert (await emma.reply())["source"]["name"] == "complaint_kept"
    assert await state_of(gateway, number) == "kept"
    await emma.press(yes)
    assert (await emma.reply())["source"]["name"] == "complaint_noted"
    assert gateway.rasa.texts() == ["this is a disgrace"], "it is no question for the assistant"


async def test_what_was_not_kept_goes_to_people_with_what_was_agreed(gateway: Gateway) -> None:
    emma, number, question = await asked_after(gateway)
    emma.after = question["seq"]
    await emma.press(payload(question, "No, it wasn't"))
    assert (await emma.reply())["source"]["name"] == "complaint_broken"
    assert await state_of(gateway, number) == "broken"
    [(reason, summary)] = await gateway.sql(
        "SELECT reason, summary FROM handoffs WHERE conversation_id = %s AND closed_at IS NULL", emma.id
    )
    assert reason == "complaint"
    assert WHAT in summary


async def test_an_answer_to_a_question_that_was_never_asked_here_is_refused(gateway: Gateway) -> None:
    _, _, question = await asked_after(gateway)
    liam = await gateway.customer()
    answer = await liam.press(payload(question, "Yes, it was"))
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_payload")


async def test_it_is_due_on_its_day_until_it_is_done(gateway: Gateway) -> None:
    emma, sue, number = await complaining(gateway)
    complaints = gateway.services.complaints

    async def due() -> list[int]:
        async with gateway.services.conversations.reading() as connection:
            return [each.handoff_id for each in await complaints.due(connection)]

    async with gateway.services.conversations.transaction() as connection:
        with pytest.raises(NothingAgreed):
            await complaints.done(connection, sue, number)
    await agree(gateway, sue, number)
    assert number not in await due()
    await agree(gateway, sue, number, due_on=later(0))
    assert number in await due()
    for _ in range(2):
        async with gateway.services.conversations.transaction() as connection:
            assert (await complaints.done(connection, sue, number)).state == "done"
    assert number not in await due()
    audited = await gateway.sql("SELECT outcome FROM audit WHERE conversation_id = %s ORDER BY id", emma.id)
    assert [outcome for (outcome,) in audited] == ["agreed", "agreed", "done"]


async def test_a_complaint_that_goes_back_to_the_assistant_is_followed_up(gateway: Gateway) -> None:
    emma, sue, _ = await complaining(gateway)
    await ends(gateway, emma, sue, how="hand_back")
    assert [event["purpose"] for event in await of_type(emma, "consent")] == ["follow_up"]
    await decide(emma, "follow_up", given=True)
    await time_passes(gateway)
    assert len(await follow_ups(emma)) == 1


async def test_a_complaint_that_people_close_after_the_customer_went_on_is_followed_up(gateway: Gateway) -> None:
    emma = await gateway.customer()
    handoffs = gateway.services.handoff
    async with gateway.services.conversations.transaction() as connection:
        await handoffs.request(connection, UUID(emma.id), reason="complaint", skill="orders", summary="a broken mug")
        await handoffs.withdraw(connection, UUID(emma.id))
        handoff = await handoffs.current(connection, UUID(emma.id))
        assert handoff
        await handoffs.settle(connection, handoff)
    await decide(emma, "follow_up", given=True)
    await time_passes(gateway)
    assert len(await follow_ups(emma)) == 1


async def test_who_stopped_waiting_before_anybody_came_is_not_asked_what_people_did(gateway: Gateway) -> None:
    emma, sue = await gateway.customer(), await advisor(gateway)
    session = await gateway.services.staff.log_in(sue.name, "correct horse battery", address="127.0.0.1")
    await gateway.services.staff.note_presence(session)
    async with gateway.services.conversations.transaction() as connection:
        await gateway.services.handoff.request(
            connection, UUID(emma.id), reason="complaint", skill="orders", summary=""
        )
        await gateway.services.handoff.withdraw(connection, UUID(emma.id))
        await gateway.services.endings.ended(connection, UUID(emma.id))
    assert [event["purpose"] for event in await of_type(emma, "consent")] == []


async def test_what_was_agreed_goes_with_the_customers_data(gateway: Gateway) -> None:
    emma, sue, number = await complaining(gateway)
    await agree(gateway, sue, number)
    async with gateway.services.conversations.transaction() as connection:
        kept = await everything(connection, UUID(emma.id))
        await gateway.services.privacy.erase(connection, [UUID(emma.id)], by="olga")
    assert [row["agreed"] for row in kept["complaints"]] == [WHAT]
    assert await gateway.sql("SELECT 1 FROM complaints WHERE handoff_id = %s", number) == []
