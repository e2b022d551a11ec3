"""What customers are asked before it is done: once, in words that are kept; no is always taken, yes never made up."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from api.consent.models import Purpose
from api.staff.models import Role, Staff
from api.texts import TEXTS
from tests.api.conftest import Customer, Gateway, Start
from tests.api.test_customers import token
from tests.fakes.rasa import message

PASSWORD = "correct horse battery"


async def decide(customer: Customer, purpose: str, *, given: object) -> httpx.Response:
    path = f"{customer.path}/consents/{purpose}"
    return await customer.http.post(path, json={"given": given}, headers=customer.headers)


async def of_type(customer: Customer, kind: str) -> list[dict[str, Any]]:
    return [event for event in await customer.events() if event["type"] == kind]


async def said_goodbye(gateway: Gateway, **body: Any) -> Customer:
    customer = await gateway.customer(**body)
    gateway.rasa.then(gateway.rasa.answer(message("Hello")), gateway.rasa.answer(message("Goodbye"), closed=True))
    await customer.say("hello")
    await customer.reply()
    await customer.say("bye")
    await customer.until(lambda event: event["type"] == "status")
    return customer


async def advisor(gateway: Gateway) -> Staff:
    name = f"sue-{uuid4().hex[:8]}"
    await gateway.services.staff.add(name, "Sue", [Role.ADVISOR], PASSWORD)
    return (await gateway.services.staff.log_in(name, PASSWORD, address="127.0.0.1")).staff


async def complained(gateway: Gateway, *, email: str = "", **body: Any) -> Customer:
    """An advisor has dealt with it and closed the conversation."""
    customer = await gateway.customer(**body)
    for text in ("hello", "this is a disgrace"):
        await customer.say(text)
        await customer.reply()
    await dealt_with(gateway, customer, email=email)
    return customer


async def dealt_with(gateway: Gateway, customer: Customer, *, email: str = "") -> None:
    handoff, sue, conversation = gateway.services.handoff, await advisor(gateway), UUID(customer.id)
    async with gateway.services.conversations.transaction() as connection:
        await handoff.request(connection, conversation, reason="complaint", skill="orders", summary="")
        await handoff.claim(connection, conversation, sue)
        if email:
            await connection.execute("UPDATE handoffs SET email = %s WHERE conversation_id = %s", (email, customer.id))
        await handoff.resolve(connection, conversation, sue)


async def time_passes(gateway: Gateway) -> None:
    await gateway.sql("UPDATE follow_ups SET due_at = now() WHERE state = 'planned'")
    await gateway.services.follow_ups.send_due()


async def follow_ups(customer: Customer) -> list[dict[str, Any]]:
    messages = await of_type(customer, "message")
    return [each for each in messages if (each.get("source") or {}).get("name") == "follow_up_complaint"]


async def test_no_survey_without_a_yes_and_one_with_it_and_what_was_read_is_kept_word_for_word(
    gateway: Gateway,
) -> None:
    emma = await said_goodbye(gateway)
    [question] = await of_type(emma, "consent")
    assert (question["author"], question["purpose"], question["text"]) == ("system", "survey", TEXTS["consent_survey"])
    assert await of_type(emma, "survey") == []
    assert (await decide(emma, "survey", given=True)).status_code == 200
    assert [event["kind"] for event in await of_type(emma, "survey")] == ["csat"]
    [kept] = await gateway.sql(
        "SELECT purpose, channel, wording, version, seq, given, decided_at > asked_at FROM consents"
        " WHERE conversation_id = %s",
        emma.id,
    )
    assert kept == ("survey", "web", TEXTS["consent_survey"], question["version"], question["seq"], True, True)


async def test_a_no_and_silence_bring_no_survey_and_no_second_question(gateway: Gateway) -> None:
    declines, silent = await said_goodbye(gateway), await said_goodbye(gateway)
    await decide(declines, "survey", given=False)
    for customer in (declines, silent):
        gateway.rasa.then(gateway.rasa.answer(message("Goodbye again"), closed=True))
        await customer.say("bye bye")
        await customer.until(lambda event: event.get("text") == "Goodbye again")
        await customer.until(lambda event: event["type"] == "status")
        assert await of_type(customer, "survey") == []
        assert len([event for event in await of_type(customer, "consent") if event["author"] == "system"]) == 1


@pytest.mark.parametrize(("given", "surveys"), [(True, 1), (False, 0)])
async def test_what_a_customer_said_counts_in_all_their_conversations(
    gateway: Gateway, given: bool, surveys: int
) -> None:
    sub = f"cust-{uuid4().hex}"
    first = await said_goodbye(gateway, customer_token=token(sub=sub))
    await decide(first, "survey", given=given)
    second = await said_goodbye(gateway, customer_token=token(sub=sub))
    assert await of_type(second, "consent") == []
    assert len(await of_type(second, "survey")) == surveys
    other = await said_goodbye(gateway, customer_token=token(sub=f"cust-{uuid4().hex}"))
    assert len(await of_type(other, "consent")) == 1, "another customer has not been asked"


async def test_two_conversations_that_end_at_once_ask_one_question(gateway: Gateway) -> None:
    sub = f"cust-{uuid4().hex}"
    tabs = [await gateway.customer(customer_token=token(sub=sub)) for _ in range(4)]
    for tab in tabs:
        for _ in range(2):
            await tab.say("hello")
            await tab.reply()

    async def end(tab: Customer) -> None:
        async with gateway.services.conversations.transaction() as connection:
            await gateway.services.endings.ended(connection, UUID(tab.id))

    await asyncio.gather(*map(end, tabs))
    assert sum([len(await of_type(tab, "consent")) for tab in tabs]) == 1


async def test_a_yes_to_a_question_that_was_never_read_is_refused_and_a_no_is_kept(gateway: Gateway) -> None:
    emma = await gateway.customer()
    for purpose in ("survey", "follow_up", "marketing"):
        answer = await decide(emma, purpose, given=True)
        assert (answer.status_code, answer.json()["code"]) == (409, "not_asked")
    assert (await decide(emma, "survey", given=False)).status_code == 200
    answer = await decide(emma, "survey", given=True)
    assert (answer.status_code, answer.json()["code"]) == (409, "not_asked")
    for body in ({"given": None}, {}, {"given": True, "wording": "mine"}):
        path = f"{emma.path}/consents/survey"
        assert (await emma.http.post(path, json=body, headers=emma.headers)).status_code == 422
    assert (await decide(emma, "everything", given=False)).status_code == 422
    liam = await gateway.customer()
    assert (await liam.http.get(f"{emma.path}/consents", headers=liam.headers)).status_code == 401


async def test_the_same_decision_again_changes_nothing(gateway: Gateway) -> None:
    emma = await said_goodbye(gateway)
    answers = await asyncio.gather(*(decide(emma, "survey", given=True) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {200}
    assert [event.get("given") for event in await of_type(emma, "consent")] == [None, True]
    assert len(await of_type(emma, "survey")) == 1
    audited = await gateway.sql(
        "SELECT outcome FROM audit WHERE conversation_id = %s AND action LIKE 'consent%%'", emma.id
    )
    assert audited == [("given",)]


async def test_a_consent_is_taken_back_in_the_chat_and_that_holds_everywhere(gateway: Gateway) -> None:
    sub = f"cust-{uuid4().hex}"
    first = await said_goodbye(gateway, customer_token=token(sub=sub))
    await decide(first, "survey", given=True)
    second = await gateway.customer(customer_token=token(sub=sub))
    gateway.rasa.then(gateway.rasa.answer(message("All right"), consent="withdraw"))
    await second.say("stop asking me")
    await second.reply()
    third = await said_goodbye(gateway, customer_token=token(sub=sub))
    assert await of_type(third, "survey") == []
    items = (await third.http.get(f"{third.path}/consents", headers=third.headers)).json()["items"]
    assert {item["purpose"]: item["given"] for item in items} == dict.fromkeys(
        ["follow_up", "survey", "marketing"], False
    )
    [survey] = [item for item in items if item["purpose"] == "survey"]
    assert survey["withdrawn_at"] > survey["decided_at"]
    assert survey["wording"] == TEXTS["consent_survey"], "what was agreed to is known even then"


async def test_somebody_who_is_not_known_any_more_agrees_for_this_conversation_alone(gateway: Gateway) -> None:
    sub = f"cust-{uuid4().hex}"
    left = await said_goodbye(gateway, customer_token=token(sub=sub))
    await left.http.delete(f"{left.path}/identify", headers=left.headers)
    assert (await decide(left, "survey", given=True)).status_code == 200
    assert len(await of_type(left, "survey")) == 1
    again = await said_goodbye(gateway, customer_token=token(sub=sub))
    assert await of_type(again, "survey") == []
    assert len(await of_type(again, "consent")) == 1


async def test_a_complaint_is_followed_up_once_for_who_agreed(gateway: Gateway) -> None:
    emma = await complained(gateway, email="emma@example.com")
    questions = [event["purpose"] for event in await of_type(emma, "consent")]
    assert questions == ["follow_up"], "one question at a time: the one about surveys waits for another end"
    await decide(emma, "follow_up", given=True)
    await gateway.services.follow_ups.send_due()
    assert await follow_ups(emma) == [], "not before its time"
    await asyncio.gather(*(time_passes(gateway) for _ in range(3)))
    [told] = await follow_ups(emma)
    assert "AC-" in told["text"]
    state = await gateway.sql("SELECT state FROM conversations WHERE id = %s", emma.id)
    assert state == [("resolved",)]
    posted = await gateway.sql(
        "SELECT channel FROM outbox WHERE conversation_id = %s AND seq = %s", emma.id, told["seq"]
    )
    assert posted == [("email",)]
    await time_passes(gateway)
    assert len(await follow_ups(emma)) == 1


@pytest.mark.parametrize("given", [None, False])
async def test_without_a_yes_no_complaint_is_followed_up(gateway: Gateway, given: bool | None) -> None:
    emma = await complained(gateway)
    if given is not None:
        await decide(emma, "follow_up", given=given)
    await time_passes(gateway)
    assert await follow_ups(emma) == []


async def test_a_follow_up_is_dropped_when_the_consent_is_taken_back_before_its_time(gateway: Gateway) -> None:
    emma = await complained(gateway)
    await decide(emma, "follow_up", given=True)
    await decide(emma, "follow_up", given=False)
    await time_passes(gateway)
    assert await follow_ups(emma) == []
    assert await gateway.sql("SELECT state FROM follow_ups WHERE conversation_id = %s", emma.id) == [("dropped",)]


async def test_who_talks_to_people_again_is_not_asked_about_the_last_time(gateway: Gateway) -> None:
    emma = await complained(gateway)
    await decide(emma, "follow_up", given=True)
    await gateway.http.post(f"{emma.path}/handoff", headers=emma.headers)
    await time_passes(gateway)
    assert await follow_ups(emma) == []


async def test_a_second_complaint_of_who_agreed_is_followed_up_without_a_question(gateway: Gateway) -> None:
    emma = await complained(gateway)
    await decide(emma, "follow_up", given=True)
    await dealt_with(gateway, emma)
    await time_passes(gateway)
    assert len(await follow_ups(emma)) == 1, "of the first nothing is said any more"
    asked = [event["purpose"] for event in await of_type(emma, "consent") if event["author"] == "system"]
    assert asked == ["follow_up", "survey"]


@pytest.mark.parametrize(("wanted", "asked"), [(False, []), (True, ["marketing"])])
async def test_marketing_is_asked_for_where_the_shop_wants_it_and_listed_for_its_tools(
    start_gateway: Start, wanted: bool, asked: list[str]
) -> None:
    sub = f"cust-{uuid4().hex}"
    async with start_gateway(survey="none", ask_marketing=wanted) as gateway:
        emma = await said_goodbye(gateway, customer_token=token(sub=sub))
        assert [event["purpose"] for event in await of_type(emma, "consent")] == asked
        if wanted:
            await decide(emma, "marketing", given=True)
        async with gateway.services.conversations.reading() as connection:
            given = await gateway.services.consent.given(connection, Purpose.MARKETING)
        assert [each.wording for each in given if each.customer_id == sub] == [TEXTS["consent_marketing"]] * len(asked)
