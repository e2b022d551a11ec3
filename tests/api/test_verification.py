"""A guest proves to own an order with a one-time code that neither Rasa, nor the log, nor the database ever sees."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any

import jwt
import pytest
import pytest_asyncio

from api.identity.guests.dispatcher import TRY_SECONDS
from api.identity.guests.senders import ConsoleSender
from backends.errors import Unavailable
from backends.models import VerifiedGuest
from tests.api.conftest import ASSERTION_SECRET, Customer, Gateway
from tests.fakes.rasa import message
from tests.fakes.shop import EMAIL, ORDER


@pytest_asyncio.fixture(autouse=True)
async def nobody_was_challenged_before(gateway: Gateway) -> None:
    """The limits count over the whole database."""
    await gateway.sql("DELETE FROM challenges")


async def eventually(happened: Callable[[], Awaitable[object]]) -> None:
    async with asyncio.timeout(30):
        while not await happened():  # noqa: ASYNC110 - what is waited for is in the database
            await asyncio.sleep(0.02)


async def challenged(gateway: Gateway, order: str = ORDER, email: str = EMAIL) -> Customer:
    """A customer to whom a code was promised; its dispatch is over."""
    customer = await gateway.customer()
    await ask_for_code(gateway, customer, order, email)
    return customer


async def ask_for_code(gateway: Gateway, customer: Customer, order: str = ORDER, email: str = EMAIL) -> dict[str, Any]:
    reply = await promise_code(gateway, customer, order, email)
    await eventually(lambda: all_dispatched(gateway))
    return reply


async def promise_code(gateway: Gateway, customer: Customer, order: str = ORDER, email: str = EMAIL) -> dict[str, Any]:
    """Without waiting for it."""
    wish = {"order_number": order, "email": email}
    gateway.rasa.then(gateway.rasa.answer(message("a code is on its way"), verify=wish))
    await customer.say("it is my order")
    return await customer.reply()


async def all_dispatched(gateway: Gateway) -> bool:
    return not await gateway.sql("SELECT 1 FROM challenges WHERE state = 'requested'")


def sent_code(gateway: Gateway, email: str = EMAIL) -> str | None:
    sender = gateway.services.code_sender
    assert isinstance(sender, ConsoleSender)
    return sender.latest(email)


async def say_code(customer: Customer, code: str) -> str:
    """What Rasa was told about the code; the fake echoes it."""
    await customer.say(code)
    text: str = (await customer.reply())["text"]
    found = re.fullmatch(r're: /inform\{"verification": "(\w+)"\}', text)
    assert found, text
    return found[1]


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


async def test_the_right_code_makes_the_customer_the_guest_of_that_order(gateway: Gateway) -> None:
    customer = await challenged(gateway)
    code = sent_code(gateway)
    assert code
    assert await say_code(customer, f"here it is: {code}") == "passed"
    call = gateway.rasa.calls[-1]
    assert (call["kind"], call["metadata"]["auth_level"]) == ("payload", "guest")
    claims = jwt.decode(call["metadata"]["assertion"], ASSERTION_SECRET, algorithms=["HS256"], audience="commerce")
    assert (claims["sub"], claims["order_id"], claims["auth_level"]) == ("cust-1", "order-1", "guest")


async def test_the_code_is_nowhere_but_in_the_mail(gateway: Gateway, capfd: pytest.CaptureFixture[str]) -> None:
    customer = await challenged(gateway)
    code = sent_code(gateway)
    assert code
    capfd.readouterr()
    await say_code(customer, f"my code: {code[:3]} {code[3:]}")
    assert (await customer.events())[-2]["text"] == "my code: ••••••"
    told = str(gateway.rasa.calls)
    stored = str(
        [
            await gateway.sql(f"SELECT t::text FROM {table} t WHERE t::text LIKE %s", f"%{customer.id}%")
            for table in ("events", "messages", "turns", "challenges")
        ]
    )
    assert code not in told
    assert code not in stored
    assert code[:3] + " " + code[3:] not in told + stored
    assert code not in "".join(capfd.readouterr())


async def test_unknown_and_known_pairs_look_the_same(gateway: Gateway) -> None:
    known, unknown = await challenged(gateway), await challenged(gateway, order="JL-999999", email="no@example.com")
    assert sent_code(gateway, "no@example.com") is None
    guess = wrong(sent_code(gateway) or "")
    for _ in range(6):
        assert await say_code(known, guess) == await say_code(unknown, guess)
    visible = [
        [{**event, "at": "", "message_id": "", "in_reply_to": "", "answers": []} for event in await customer.events()]
        for customer in (known, unknown)
    ]
    assert visible[0] == visible[1]


async def test_five_wrong_codes_lock_the_challenge_even_for_the_right_one(gateway: Gateway) -> None:
    customer = await challenged(gateway)
    code = sent_code(gateway)
    assert code
    verdicts = [await say_code(customer, wrong(code)) for _ in range(5)]
    assert verdicts == ["wrong"] * 4 + ["locked"]
    assert await say_code(customer, code) == "locked"


async def test_codes_tried_at_the_same_moment_are_all_counted(gateway: Gateway) -> None:
    customer = await challenged(gateway)
    code = sent_code(gateway)
    assert code
    await asyncio.gather(*(customer.say(wrong(code)) for _ in range(8)))
    assert await gateway.sql("SELECT attempts FROM challenges WHERE conversation_id = %s", customer.id) == [(5,)]


async def test_a_repeated_request_is_one_attempt(gateway: Gateway) -> None:
    customer = await challenged(gateway)
    code = sent_code(gateway)
    assert code
    for _ in range(3):
        await customer.say(wrong(code), key="same")
    assert await gateway.sql("SELECT attempts FROM challenges WHERE conversation_id = %s", customer.id) == [(1,)]


async def test_a_code_works_for_ten_minutes(gateway: Gateway) -> None:
    customer = await challenged(gateway)
    [(lasts,)] = await gateway.sql(
        "SELECT extract(epoch FROM expires_at - created_at)::int FROM challenges WHERE conversation_id = %s",
        customer.id,
    )
    assert lasts in (599, 600, 601)
    await gateway.sql("UPDATE challenges SET expires_at = now() WHERE conversation_id = %s", customer.id)
    assert await say_code(customer, sent_code(gateway) or "") == "expired"


async def test_a_new_code_ends_the_old_one(gateway: Gateway) -> None:
    customer = await challenged(gateway)
    old = sent_code(gateway) or ""
    await ask_for_code(gateway, customer)
    new = sent_code(gateway) or ""
    if old != new:
        assert await say_code(customer, old) == "wrong"
    assert await say_code(customer, new) == "passed"


@pytest.mark.parametrize("text", ["JL-100234", "order #123456", "it has 1234567 parts", "123 45", "a123456"])
async def test_what_is_no_code_goes_to_the_assistant(gateway: Gateway, text: str) -> None:
    customer = await challenged(gateway)
    await customer.say(text)
    assert (await customer.reply())["text"] == f"re: {text}"


async def test_six_digits_without_a_challenge_are_ordinary_text(gateway: Gateway) -> None:
    customer = await gateway.customer()
    await customer.say("123456")
    assert (await customer.reply())["text"] == "re: 123456"


async def test_codes_are_limited_by_conversation_and_by_address(gateway: Gateway) -> None:
    customer = await gateway.customer()
    for number in range(5):
        await ask_for_code(gateway, customer, email=f"c{number}@example.com")
    gateway.rasa.then(gateway.rasa.answer(message("a code"), verify={"order_number": ORDER, "email": "c9@example.com"}))
    await customer.say("once more")
    await customer.reply()
    assert (await customer.reply())["source"]["name"] == "verification_limit"


async def test_codes_are_limited_by_e_mail_whatever_its_case(gateway: Gateway) -> None:
    for number in range(5):
        await challenged(gateway, email=EMAIL.upper() if number % 2 else EMAIL)
    gateway.rasa.then(gateway.rasa.answer(message("a code"), verify={"order_number": ORDER, "email": EMAIL}))
    customer = await gateway.customer()
    await customer.say("me too")
    await customer.reply()
    assert (await customer.reply())["source"]["name"] == "verification_limit"


async def test_codes_are_limited_by_order_whatever_the_address(gateway: Gateway) -> None:
    for number in range(5):
        await challenged(gateway, order=ORDER.lower() if number % 2 else ORDER, email=f"guess{number}@example.com")
    gateway.rasa.then(gateway.rasa.answer(message("a code"), verify={"order_number": ORDER, "email": EMAIL}))
    customer = await gateway.customer()
    await customer.say("me too")
    await customer.reply()
    assert (await customer.reply())["source"]["name"] == "verification_limit"


async def test_the_address_is_forgotten_once_the_code_is_sent(gateway: Gateway) -> None:
    customer = await challenged(gateway)
    rows = await gateway.sql(
        "SELECT email, order_number, state FROM challenges WHERE conversation_id = %s", customer.id
    )
    assert rows == [("", "", "open")]


async def test_a_shop_that_cannot_confirm_leaves_the_code_usable(gateway: Gateway) -> None:
    customer = await challenged(gateway)
    code = sent_code(gateway) or ""
    gateway.shop.fail_with = Unavailable()
    await customer.say(code)
    assert (await customer.reply())["source"]["name"] == "verification_unavailable"
    gateway.shop.fail_with = None
    assert await say_code(customer, code) == "passed"


async def test_the_order_of_another_customer_is_refused(gateway: Gateway) -> None:
    customer = await challenged(gateway)
    assert await say_code(customer, sent_code(gateway) or "") == "passed"
    gateway.shop.guest = VerifiedGuest("cust-2", "order-2", "Somebody Else")
    await ask_for_code(gateway, customer)
    await customer.say(sent_code(gateway) or "")
    assert (await customer.reply())["source"]["name"] == "another_customer"
    rows = await gateway.sql("SELECT customer_id FROM conversations WHERE id = %s", customer.id)
    assert rows == [("cust-1",)]


async def test_a_shop_that_is_down_is_asked_again_with_the_same_key(gateway: Gateway) -> None:
    gateway.shop.fail_with = Unavailable()
    customer = await gateway.customer()
    await promise_code(gateway, customer)
    postponed = "SELECT 1 FROM challenges WHERE sends = 1 AND next_send_at < now() + interval '10 seconds'"
    await eventually(lambda: gateway.sql(postponed))
    gateway.shop.fail_with = None
    await gateway.sql("UPDATE challenges SET next_send_at = now() WHERE conversation_id = %s", customer.id)
    gateway.services.dispatcher._guests.wanted.set()
    await eventually(lambda: all_dispatched(gateway))
    assert sent_code(gateway)
    assert len({key for _, _, key in gateway.shop.started}) == 1


class SlowMail(ConsoleSender):
    """Takes its time with the first mail."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = asyncio.Event()
        self.asked = 0

    async def send(self, email: str, code: str) -> None:
        self.asked += 1
        if self.asked == 1:
            await self.gate.wait()
        await super().send(email, code)


async def ask(gateway: Gateway) -> Customer:
    """A customer to whom a code was promised."""
    customer = await gateway.customer()
    await promise_code(gateway, customer)
    return customer


async def test_a_slow_mail_holds_up_no_other(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    mail = SlowMail()
    monkeypatch.setattr(gateway.services.dispatcher, "_sender", mail)
    patient = await ask(gateway)
    await eventually(lambda: asyncio.sleep(0, mail.asked == 1))
    quick = await ask(gateway)
    async with asyncio.timeout(TRY_SECONDS / 2):
        await eventually(lambda: asyncio.sleep(0, mail.latest(EMAIL)))
    assert await say_code(quick, mail.latest(EMAIL) or "") == "passed"
    mail.gate.set()
    await eventually(lambda: all_dispatched(gateway))
    assert await say_code(patient, mail.latest(EMAIL) or "") == "passed"


async def test_a_code_that_another_process_has_sent_meanwhile_is_not_sent_again(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, arrived, start = asyncio.Event(), asyncio.Event(), gateway.shop.start_verification

    async def held(*given: Any, **named: Any) -> Any:
        arrived.set()
        await gate.wait()
        return await start(*given, **named)

    monkeypatch.setattr(gateway.shop, "start_verification", held)
    monkeypatch.setattr(gateway.services.dispatcher, "_sender", mail := ConsoleSender())
    customer = await ask(gateway)
    await arrived.wait()
    await gateway.sql("UPDATE challenges SET state = 'open' WHERE conversation_id = %s", customer.id)
    gate.set()
    await eventually(lambda: asyncio.sleep(0, gateway.services.dispatcher._running == 0))
    assert gateway.shop.started
    assert mail.latest(EMAIL) is None


async def test_a_code_that_is_typed_to_people_is_masked_and_not_used_up(gateway: Gateway) -> None:
    customer = await challenged(gateway)
    code = sent_code(gateway) or ""
    await gateway.http.post(f"{customer.path}/handoff", headers=customer.headers)
    await customer.say(f"my code is {code}")
    said = [event for event in await customer.events() if event["type"] == "message"]
    assert said[-1]["text"] == "my code is ••••••"
    await gateway.http.delete(f"{customer.path}/handoff", headers=customer.headers)
    assert await say_code(customer, code) == "passed"
