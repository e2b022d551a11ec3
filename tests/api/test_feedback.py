"""What customers say of answers and conversations: checked, replaced and never doubled, and part of the log."""

from typing import Any

import httpx
import pytest

from api.staff.models import Role
from tests.api.conftest import Customer, Gateway, Start
from tests.fakes.rasa import message

FAQ = {"kind": "faq", "entry": "return-window", "version": 3}


async def rate(customer: Customer, **body: Any) -> httpx.Response:
    return await customer.http.post(f"{customer.path}/feedback", json=body, headers=customer.headers)


async def recorded(gateway: Gateway, customer: Customer) -> list[tuple[Any, ...]]:
    return await gateway.sql(
        "SELECT kind, ref, score, comment FROM feedback WHERE conversation_id = %s ORDER BY 1, 2", customer.id
    )


async def answered(gateway: Gateway, customer: Customer) -> int:
    """The number of an FAQ answer that the customer got."""
    gateway.rasa.then(gateway.rasa.answer(message("You have 30 days.", source=FAQ)))
    await customer.say("how long can I return")
    seq: int = (await customer.reply())["seq"]
    return seq


async def closed(gateway: Gateway, customer: Customer) -> dict[str, Any]:
    """The survey that ends a short conversation."""
    gateway.rasa.then(gateway.rasa.answer(message("Hello")), gateway.rasa.answer(message("Goodbye"), closed=True))
    await customer.say("hello")
    await customer.reply()
    await customer.say("bye")
    await agrees(customer)
    return await customer.until(lambda event: event["type"] == "survey")


async def agrees(customer: Customer) -> None:
    """To be asked at all."""
    await customer.until(lambda event: event["type"] == "consent")
    answer = await customer.http.post(
        f"{customer.path}/consents/survey", json={"given": True}, headers=customer.headers
    )
    assert answer.status_code == 200, answer.text


async def surveys(customer: Customer) -> list[dict[str, Any]]:
    return [event for event in await customer.events() if event["type"] == "survey"]


async def test_a_thumb_is_recorded_once_however_often_it_is_sent_and_another_replaces_it(gateway: Gateway) -> None:
    emma = await gateway.customer()
    seq = await answered(gateway, emma)
    for _ in range(2):
        answer = await rate(emma, kind="answer", score=1, ref=seq)
        assert (answer.status_code, answer.json()) == (
            200,
            {"kind": "answer", "score": 1, "comment": None, "ref": seq},
        )
    assert len(await surveys(emma)) == 1
    assert (await rate(emma, kind="answer", score=-1, ref=seq, comment="  I meant shoes ")).json()["score"] == 0
    assert await recorded(gateway, emma) == [("answer", seq, 0, "I meant shoes")]
    told = [(event["author"], event["kind"], event["ref"], event["score"]) for event in await surveys(emma)]
    assert told == [("customer", "answer", seq, 1), ("customer", "answer", seq, 0)]


async def test_only_an_faq_answer_of_this_conversation_can_have_a_thumb(gateway: Gateway) -> None:
    emma, liam = await gateway.customer(), await gateway.customer()
    seq = await answered(gateway, emma)
    await liam.say("hello")
    other = await liam.reply()
    for customer, ref in [(liam, other["seq"]), (liam, seq), (emma, seq - 1), (emma, seq + 1)]:
        answer = await rate(customer, kind="answer", score=1, ref=ref)
        assert (answer.status_code, answer.json()["code"]) == (422, "unknown_ref")
    assert (await rate(emma, kind="answer", score=1)).json()["code"] == "ref_missing"
    assert await recorded(gateway, emma) == []


REFUSED: list[dict[str, Any]] = [
    {"kind": "csat", "score": 0},
    {"kind": "csat", "score": 6},
    {"kind": "nps", "score": 11},
    {"kind": "ces", "score": 8},
    {"kind": "answer", "score": 2, "ref": 1},
    {"kind": "csat", "score": 4.5},
    {"kind": "csat", "score": True},
    {"kind": "csat", "score": "5"},
    {"kind": "csat"},
    {"kind": "stars", "score": 5},
    {"kind": "csat", "score": 5, "comment": "x" * 1001},
    {"kind": "csat", "score": 5, "ref": 0},
    {"kind": "csat", "score": 5, "stars": 5},
]


async def test_what_is_not_on_the_scale_is_refused(gateway: Gateway) -> None:
    emma = await gateway.customer()
    for body in REFUSED:
        answer = await rate(emma, **body)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request"), body
    assert await recorded(gateway, emma) == []


async def test_feedback_needs_the_conversations_own_token(gateway: Gateway) -> None:
    emma, liam = await gateway.customer(), await gateway.customer()
    for headers in ({}, liam.headers):
        answer = await emma.http.post(f"{emma.path}/feedback", json={"kind": "csat", "score": 5}, headers=headers)
        assert answer.status_code == 401


async def test_a_channel_may_ask_by_itself_and_the_lowest_score_counts_as_given(gateway: Gateway) -> None:
    emma = await gateway.customer()
    assert (await rate(emma, kind="nps", score=0)).json() == {"kind": "nps", "score": 0, "comment": None, "ref": None}
    assert (await rate(emma, kind="ces", score=7)).status_code == 200
    assert (await rate(emma, kind="nps", score=10, ref=1)).json()["code"] == "unknown_ref"
    assert await recorded(gateway, emma) == [("ces", 0, 7, None), ("nps", 0, 0, None)]


async def test_a_closed_conversation_is_asked_once_in_its_life(gateway: Gateway) -> None:
    emma = await gateway.customer()
    asked = await closed(gateway, emma)
    assert (asked["author"], asked["kind"], asked["lowest"], asked["highest"]) == ("system", "csat", 1, 5)
    assert asked["source"] == {"kind": "template", "name": "survey_csat"}
    gateway.rasa.then(gateway.rasa.answer(message("Goodbye again"), closed=True))
    await emma.say("bye bye")
    await emma.reply()
    await emma.until(lambda event: event["type"] == "status")
    await emma.say("one more")
    await emma.reply()
    assert len(await surveys(emma)) == 1


async def test_an_answer_without_ref_is_one_to_the_survey_that_was_asked(gateway: Gateway) -> None:
    emma = await gateway.customer()
    asked = await closed(gateway, emma)
    await rate(emma, kind="csat", score=2)
    await rate(emma, kind="csat", score=4, comment="Better now", ref=asked["seq"])
    assert await recorded(gateway, emma) == [("csat", asked["seq"], 4, "Better now")]


async def test_a_dismissed_survey_is_told_once_and_an_answered_one_stays_answered(gateway: Gateway) -> None:
    emma, liam = await gateway.customer(), await gateway.customer()

    async def dismiss(customer: Customer, ref: int) -> int:
        path, headers = f"{customer.path}/feedback/dismiss", customer.headers
        return (await customer.http.post(path, json={"ref": ref}, headers=headers)).status_code

    ref = (await closed(gateway, emma))["seq"]
    assert await dismiss(emma, ref + 1) == 422
    assert [await dismiss(emma, ref), await dismiss(emma, ref)] == [204, 204]
    assert [event.get("dismissed") for event in await surveys(emma)] == [None, True]
    ref = (await closed(gateway, liam))["seq"]
    await rate(liam, kind="csat", score=5, ref=ref)
    assert await dismiss(liam, ref) == 204
    assert [event.get("score") for event in await surveys(liam)] == [None, 5]


async def test_a_hello_and_goodbye_is_not_worth_a_question(gateway: Gateway) -> None:
    emma = await gateway.customer()
    gateway.rasa.then(gateway.rasa.answer(message("Goodbye"), closed=True), gateway.rasa.answer(message("Yes?")))
    await emma.say("bye")
    await emma.until(lambda event: event["type"] == "status")
    assert await surveys(emma) == []


@pytest.mark.parametrize(("survey", "asked"), [("none", []), ("nps", [("nps", 0, 10)]), ("ces", [("ces", 1, 7)])])
async def test_the_operator_chooses_what_is_asked(
    start_gateway: Start, survey: str, asked: list[tuple[str, int, int]]
) -> None:
    async with start_gateway(survey=survey) as gateway:
        emma = await gateway.customer()
        rasa = gateway.rasa
        rasa.then(rasa.answer(message("Hello")), rasa.answer(message("Goodbye"), closed=True))
        await emma.say("hello")
        await emma.reply()
        await emma.say("bye")
        await emma.until(lambda event: event["type"] == "status")
        if asked:
            await agrees(emma)
        await emma.say("wait")
        await emma.reply()
        assert [(event["kind"], event["lowest"], event["highest"]) for event in await surveys(emma)] == asked


async def test_a_conversation_that_an_advisor_resolved_is_asked(gateway: Gateway) -> None:
    emma = await gateway.customer()
    staff, handoff = gateway.services.staff, gateway.services.handoff
    await staff.add("surveyor", "Sue", [Role.ADVISOR], "correct horse battery")
    sue = (await staff.log_in("surveyor", "correct horse battery", address="127.0.0.1")).staff
    for text in ("hello", "where is my parcel?"):
        await emma.say(text)
        await emma.reply()
    conversation = (await gateway.sql("SELECT id FROM conversations WHERE id = %s", emma.id))[0][0]
    async with gateway.services.conversations.transaction() as connection:
        await handoff.request(connection, conversation, reason="customer_request", skill="orders", summary="")
        await handoff.claim(connection, conversation, sue)
        await handoff.resolve(connection, conversation, sue)
    await agrees(emma)
    asked = await emma.until(lambda event: event["type"] == "survey")
    assert asked["kind"] == "csat"
    assert [event["type"] for event in emma.seen[-4:]] == ["handoff", "consent", "consent", "survey"]
