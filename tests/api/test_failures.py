import asyncio

import pytest

from api.texts import HUMAN_PAYLOAD, TEXTS
from tests.api.conftest import Gateway, Start
from tests.fakes.rasa import FakeRasa, body, message


@pytest.mark.parametrize(
    ("content", "status", "template"),
    [
        ("", 200, "assistant_failed"),
        ("[]", 200, "assistant_failed"),
        ('{"status": "answered"}', 200, "assistant_failed"),
        ('{"status": "answered", "messages": [{"text": ""}]}', 200, "assistant_failed"),
        ('{"status": "answered", "messages": [{"text": 7}]}', 200, "assistant_failed"),
        ('{"status": "wonderful", "messages": [{"text": "hi"}]}', 200, "assistant_failed"),
        ('{"status": "failed", "messages": []}', 200, "assistant_failed"),
        ('{"status": "answered", "messages": [], "handoff": {"reason": "boredom"}}', 200, "assistant_failed"),
        ("<html>", 500, "assistant_unavailable"),
        ("no", 404, "assistant_failed"),
    ],
)
async def test_garbage_becomes_a_truthful_message_and_the_offer_of_a_person(
    gateway: Gateway, content: str, status: int, template: str
) -> None:
    gateway.rasa.then(gateway.rasa.raw(content, status))
    customer = await gateway.customer()
    await customer.say("hello")
    reply = await customer.reply()
    assert reply["text"] == TEXTS[template]
    assert reply["source"] == {"kind": "template", "name": template}
    assert reply["buttons"] == [{"title": TEXTS["button_human"], "payload": HUMAN_PAYLOAD}]


@pytest.mark.slow
async def test_a_slow_turn_ends_in_time_and_says_that_the_outcome_is_open(start_gateway: Start, rasa: FakeRasa) -> None:
    async with start_gateway(turn_timeout=3) as gateway:
        rasa.then(rasa.slow(60))
        customer = await gateway.customer()
        await customer.say("hello")
        assert (await customer.reply())["source"]["name"] == "assistant_slow"
        await customer.say("still there?")
        assert (await customer.reply())["text"] == "re: still there?"


async def test_rasa_down_is_told_and_a_person_can_be_had_without_it(start_gateway: Start) -> None:
    async with start_gateway(rasa_url="http://127.0.0.1:9", turn_timeout=1) as gateway:
        customer = await gateway.customer()
        await customer.say("hello")
        assert (await customer.reply())["source"]["name"] in ("assistant_unavailable", "assistant_slow")
        assert (await customer.press(HUMAN_PAYLOAD)).status_code == 202
        handed_over = await customer.until(lambda event: event["type"] == "handoff")
        assert handed_over["state"] == "queued"
        assert await gateway.sql("SELECT reason FROM handoffs WHERE conversation_id = %s", customer.id) == [
            ("tool_failure",)
        ]


async def test_failures_are_counted_by_kind(gateway: Gateway) -> None:
    gateway.rasa.then(gateway.rasa.raw("[]"))
    customer = await gateway.customer()
    await customer.say("hello")
    await customer.reply()
    await gateway.services.worker.stop()
    metrics = (await gateway.http.get("/metrics")).text
    assert 'aftercare_turn_failures_total{kind="garbage"} 1.0' in metrics
    assert 'aftercare_turns_total{outcome="failed"} 1.0' in metrics


async def test_a_turn_may_be_silent_on_purpose(gateway: Gateway) -> None:
    gateway.rasa.then(gateway.rasa.answer(status="silent"))
    customer = await gateway.customer()
    await customer.say("hello")
    await customer.say("and now")
    assert (await customer.reply())["text"] == "re: and now"


async def test_a_long_turn_shows_that_the_bot_is_typing(gateway: Gateway) -> None:
    gate = asyncio.Event()
    gateway.rasa.then(gateway.rasa.held(gate))
    customer = await gateway.customer()
    accepted = await customer.say("hello")
    [typing] = await customer.events(after=accepted["seq"], wait=20)
    assert (typing["type"], typing["author"], typing["seq"]) == ("typing", "bot", accepted["seq"])
    gate.set()
    reply = await customer.reply()
    assert (reply["type"], reply["seq"]) == ("message", accepted["seq"] + 1)


async def test_what_the_bot_answers_after_people_took_over_is_not_shown(gateway: Gateway) -> None:
    gate, arrived = asyncio.Event(), asyncio.Event()
    gateway.rasa.then(gateway.rasa.held(gate, arrived))
    customer = await gateway.customer()
    await customer.say("hello")
    await arrived.wait()
    answer = await gateway.http.post(f"{customer.path}/handoff", headers=customer.headers)
    assert (answer.status_code, answer.json()) == (202, {"state": "queued"})
    gate.set()
    await gateway.services.worker.stop()
    events = await customer.events()
    assert [event["type"] for event in events] == ["message", "handoff"]
    assert await gateway.sql("SELECT outcome FROM turns WHERE conversation_id = %s", customer.id) == [("dropped",)]


async def test_messages_to_people_never_reach_rasa(gateway: Gateway) -> None:
    customer = await gateway.customer()
    await gateway.http.post(f"{customer.path}/handoff", headers=customer.headers)
    await customer.say("is anybody there")
    await asyncio.sleep(0.2)
    assert gateway.rasa.calls == []
    assert (await customer.events())[-1]["text"] == "is anybody there"


async def test_what_waited_for_the_bot_when_people_took_over_stays_with_them(gateway: Gateway) -> None:
    gate, arrived = asyncio.Event(), asyncio.Event()
    gateway.rasa.then(gateway.rasa.held(gate, arrived))
    customer = await gateway.customer()
    await customer.say("first")
    await arrived.wait()
    await customer.say("second")
    await gateway.http.post(f"{customer.path}/handoff", headers=customer.headers)
    gate.set()
    open_turns = "SELECT 1 FROM turns WHERE conversation_id = %s AND outcome IS NULL"
    async with asyncio.timeout(30):
        while await gateway.sql(open_turns, customer.id):  # noqa: ASYNC110 - what is waited for is in the database
            await asyncio.sleep(0.05)
    assert gateway.rasa.texts() == ["first"]
    outcomes = await gateway.sql("SELECT outcome FROM turns WHERE conversation_id = %s", customer.id)
    assert outcomes == [("dropped",), ("dropped",)]


async def test_a_hand_off_commits_with_the_reply_that_announces_it(gateway: Gateway) -> None:
    wish = {"reason": "complaint", "skill": "returns", "summary": "RT-200017"}
    gateway.rasa.then(gateway.rasa.answer(message("I fetch someone"), handoff=wish))
    customer = await gateway.customer()
    await customer.say("this is a scandal")
    await customer.until(lambda event: event["type"] == "handoff")
    assert [event["type"] for event in customer.seen] == ["message", "message", "handoff"]
    rows = await gateway.sql("SELECT reason, skill, summary FROM handoffs WHERE conversation_id = %s", customer.id)
    assert rows == [("complaint", "returns", "RT-200017")]


async def test_waiting_can_be_given_up_and_the_bot_answers_again(gateway: Gateway) -> None:
    customer = await gateway.customer()
    await gateway.http.post(f"{customer.path}/handoff", headers=customer.headers)
    answer = await gateway.http.delete(f"{customer.path}/handoff", headers=customer.headers)
    assert answer.json() == {"state": "bot"}
    await customer.say("hello again")
    assert (await customer.reply())["text"] == "re: hello again"
    answer = await gateway.http.delete(f"{customer.path}/handoff", headers=customer.headers)
    assert answer.status_code == 409


async def test_the_bot_answers_again_after_people_resolved_the_matter(gateway: Gateway) -> None:
    customer = await gateway.customer()
    await gateway.sql("UPDATE conversations SET state = 'resolved' WHERE id = %s", customer.id)
    await customer.say("one more thing")
    assert (await customer.reply())["text"] == "re: one more thing"
    assert await gateway.sql("SELECT state FROM conversations WHERE id = %s", customer.id) == [("bot",)]


async def test_a_lost_database_connection_is_a_503_and_repeating_the_message_is_safe(gateway: Gateway) -> None:
    customer = await gateway.customer()
    await gateway.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE pid <> pg_backend_pid() AND datname = current_database()"
    )
    async with asyncio.timeout(60):
        while (answer := await customer.post({"text": "hello"}, key="k")).status_code != 202:
            assert (answer.status_code, answer.json()["code"]) == (503, "database_unavailable")
            assert answer.headers["retry-after"] in ("2", "5")
    assert (await customer.reply())["text"] == "re: hello"
    assert len(gateway.rasa.ran) == 1


def test_the_fake_answers_in_the_documented_form() -> None:
    members = {
        "status",
        "messages",
        "handoff",
        "verify",
        "question",
        "closed",
        "privacy",
        "consent",
        "writes",
        "troubles",
    }
    assert set(body()) == members
