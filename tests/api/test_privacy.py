"""What is kept about a customer can be told and erased, everywhere, and that it was done is written down."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest
import pytest_asyncio

from api.privacy.farewells import TRIES
from api.staff.errors import NameTaken
from api.staff.models import Role
from api.texts import TEXTS
from ops.postgres import create_database
from tests.api.conftest import Customer, Gateway, Start
from tests.api.test_customers import token
from tests.fakes.rasa import message
from tests.fakes.server import loopback_client

PASSWORD = "correct horse battery"


@pytest.fixture(scope="session")
def rasa_database(postgres_url: str) -> str:
    """With the table that Rasa keeps its trackers in."""
    url = create_database(postgres_url, f"trackers_{uuid4().hex[:8]}")
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE events (id serial PRIMARY KEY, sender_id text, type_name text, data text)")
    return url


@pytest_asyncio.fixture
async def gateway(start_gateway: Start, rasa_database: str) -> AsyncIterator[Gateway]:
    async with start_gateway(rasa_database_url=rasa_database) as gateway:
        yield gateway


@dataclass
class Operator:
    http: httpx.AsyncClient
    csrf: str

    async def get(self, path: str) -> httpx.Response:
        return await self.http.get(path)

    async def delete(self, path: str) -> httpx.Response:
        return await self.http.delete(path, headers={"X-CSRF-Token": self.csrf})

    async def post(self, path: str) -> httpx.Response:
        return await self.http.post(path, headers={"X-CSRF-Token": self.csrf})


LogIn = Callable[[], Any]


@pytest.fixture
def operator(gateway: Gateway) -> LogIn:
    @asynccontextmanager
    async def log_in() -> AsyncIterator[Operator]:
        with contextlib.suppress(NameTaken):
            await gateway.services.staff.add("olga", "Olga", [Role.OPERATOR], PASSWORD)
        async with loopback_client(gateway.url) as http:
            answer = await http.post("/v1/staff/login", json={"name": "olga", "password": PASSWORD})
            assert answer.status_code == 200, answer.text
            yield Operator(http, answer.json()["csrf_token"])

    return log_in


async def talked(gateway: Gateway, sub: str, text: str) -> Customer:
    """A conversation that has an answer, and that Rasa keeps as well."""
    customer = await gateway.customer(customer_token=token(sub=sub))
    await customer.say(text)
    await customer.reply()
    async with await psycopg.AsyncConnection.connect(gateway.services.settings.rasa_database_url) as connection:
        await connection.execute(
            "INSERT INTO events (sender_id, type_name, data) VALUES (%s, 'user', %s)",
            (customer.id, json.dumps({"event": "user", "text": text})),
        )
    return customer


async def trackers(gateway: Gateway) -> set[str]:
    async with await psycopg.AsyncConnection.connect(gateway.services.settings.rasa_database_url) as connection:
        return {row[0] for row in await (await connection.execute("SELECT sender_id FROM events")).fetchall()}


async def test_an_export_holds_what_every_table_has_of_the_customer_and_of_nobody_else(
    gateway: Gateway, operator: LogIn
) -> None:
    sub = f"cust-{uuid4().hex}"
    mine, theirs = await talked(gateway, sub, "my secret"), await talked(gateway, "somebody-else", "their secret")
    await gateway.http.post(f"{mine.path}/handoff", headers=mine.headers)
    async with operator() as olga:
        answer = await olga.get(f"/v1/privacy/customers/{sub}")
    assert answer.status_code == 200
    found = answer.json()
    assert list(found["conversations"]) == [mine.id]
    assert {"conversations", "events", "messages", "turns", "handoffs"} <= found["conversations"][mine.id].keys()
    assert found["trackers"] == {mine.id: [{"event": "user", "text": "my secret"}]}
    assert "identity.log_in" in [entry["action"] for entry in found["audit"]]
    assert "their secret" not in answer.text
    assert theirs.id not in answer.text
    assert "token_hash" not in answer.text


async def test_after_an_erasure_nothing_is_left_of_the_customer(gateway: Gateway, operator: LogIn) -> None:
    sub = f"cust-{uuid4().hex}"
    mine, theirs = await talked(gateway, sub, "my secret"), await talked(gateway, "somebody-else", "their secret")
    async with operator() as olga:
        assert (await olga.delete(f"/v1/privacy/customers/{sub}")).json() == {"conversations": 1}
        assert (await olga.get(f"/v1/privacy/customers/{sub}")).json()["conversations"] == {}
    await gateway.services.privacy.erase_trackers()
    assert mine.id not in await trackers(gateway)
    assert theirs.id in await trackers(gateway)
    for table in ("conversations WHERE id", "events WHERE conversation_id", "turns WHERE conversation_id"):
        assert await gateway.sql(f"SELECT 1 FROM {table} = %s", mine.id) == []
    assert await gateway.sql("SELECT 1 FROM audit WHERE actor_id = %s", sub) == []
    lost = await gateway.http.get(f"{mine.path}/events", headers=mine.headers)
    assert lost.status_code == 401
    done = await gateway.sql("SELECT actor_id, action, outcome FROM audit WHERE action = 'privacy.erase'")
    assert ("olga", "privacy.erase", "done") in done


async def test_rasa_is_looked_at_again_for_what_a_turn_saved_after_the_erasure(
    gateway: Gateway, operator: LogIn
) -> None:
    mine = await talked(gateway, f"cust-{uuid4().hex}", "hello")
    async with operator() as olga:
        await olga.delete(f"/v1/privacy/conversations/{mine.id}")
    await gateway.services.privacy.erase_trackers()
    async with await psycopg.AsyncConnection.connect(gateway.services.settings.rasa_database_url) as connection:
        await connection.execute("INSERT INTO events (sender_id, data) VALUES (%s, '{}')", (mine.id,))
    await gateway.sql("UPDATE erasures SET due_at = now() WHERE conversation_id = %s", mine.id)
    await gateway.services.privacy.erase_trackers()
    assert mine.id not in await trackers(gateway)
    assert await gateway.sql("SELECT 1 FROM erasures WHERE conversation_id = %s", mine.id) == []


async def test_nothing_is_erased_while_a_confirmed_request_is_open(gateway: Gateway, operator: LogIn) -> None:
    sub = f"cust-{uuid4().hex}"
    mine = await talked(gateway, sub, "hello")
    await gateway.sql(
        "INSERT INTO writes (key, conversation_id, message_id, kind, subject, content, request, facts, customer_id,"
        " auth_level, due_at) VALUES (%s, %s, %s, 'redeem', 'r', 'c', %s, '', %s, 'customer', now() + interval '1 h')",
        *(uuid4().hex, mine.id, uuid4(), json.dumps({"kind": "redeem", "reward_id": "r"}), sub),
    )
    async with operator() as olga:
        answer = await olga.delete(f"/v1/privacy/customers/{sub}")
        assert (answer.status_code, answer.json()["code"]) == (409, "write_open")
        assert list((await olga.get(f"/v1/privacy/customers/{sub}")).json()["conversations"]) == [mine.id]
    await gateway.sql("DELETE FROM writes WHERE conversation_id = %s", mine.id)


async def test_what_a_customer_asks_for_in_the_chat_reaches_an_operator_once(gateway: Gateway, operator: LogIn) -> None:
    customer = await talked(gateway, f"cust-{uuid4().hex}", "hello")
    for _ in range(2):
        gateway.rasa.then(gateway.rasa.answer(message("I pass it on"), privacy="erase"))
        await customer.say("delete my data")
        await customer.reply()
        told = await customer.reply()
    async with operator() as olga:
        requests = (await olga.get("/v1/privacy/requests")).json()["items"]
        [mine] = [each for each in requests if each["conversation_id"] == customer.id]
        assert mine["kind"] == "erase"
        assert mine["reference"] in told["text"]
        assert (await olga.post(f"/v1/privacy/requests/{mine['reference']}/close")).status_code == 204
        assert (await olga.post(f"/v1/privacy/requests/{mine['reference']}/close")).status_code == 404


async def test_an_unknown_conversation_is_not_found_and_an_unknown_customer_has_nothing(
    gateway: Gateway, operator: LogIn
) -> None:
    async with operator() as olga:
        assert (await olga.get(f"/v1/privacy/conversations/{uuid4()}")).status_code == 404
        assert (await olga.delete("/v1/privacy/customers/nobody")).json() == {"conversations": 0}
    assert gateway.rasa.calls == []


async def test_without_rasas_database_an_export_is_refused_rather_than_incomplete(
    gateway: Gateway, operator: LogIn
) -> None:
    mine = await talked(gateway, f"cust-{uuid4().hex}", "hello")
    gateway.services.privacy._trackers._url = "postgresql://nobody@127.0.0.1:1/none"
    async with operator() as olga:
        answer = await olga.get(f"/v1/privacy/conversations/{mine.id}")
        assert (answer.status_code, answer.json()["code"]) == (503, "trackers_unavailable")


async def asked_for(gateway: Gateway, operator: LogIn, kind: str, *, email: str = "") -> tuple[Customer, str]:
    """Somebody known who asked in the chat, and the reference; `email`: an address that they left for answers."""
    customer = await talked(gateway, f"cust-{uuid4().hex}", "hello")
    if email:
        await customer.http.post(f"{customer.path}/handoff", headers=customer.headers)
        later = await customer.http.post(
            f"{customer.path}/handoff/later", json={"email": email}, headers=customer.headers
        )
        assert later.status_code in (200, 409), later.text
        await gateway.sql("UPDATE handoffs SET email = %s WHERE conversation_id = %s", email, customer.id)
        await gateway.sql("UPDATE conversations SET state = 'bot' WHERE id = %s", customer.id)
    gateway.rasa.then(gateway.rasa.answer(message("I pass it on"), privacy=kind))
    await customer.say("my data")
    await customer.until(lambda event: "PR-" in event.get("text", ""))
    async with operator() as olga:
        requests = (await olga.get("/v1/privacy/requests")).json()["items"]
    [mine] = [each for each in requests if each["conversation_id"] == customer.id]
    return customer, str(mine["reference"])


async def close(operator: LogIn, reference: str, **body: Any) -> None:
    async with operator() as olga:
        path = f"/v1/privacy/requests/{reference}/close"
        answer = await olga.http.post(path, json=body, headers={"X-CSRF-Token": olga.csrf})
        assert answer.status_code == 204, answer.text


@pytest.mark.parametrize(
    ("kind", "body", "template"),
    [
        ("access", {}, "privacy_done_access"),
        ("erase", {"outcome": "done"}, "privacy_done_erase"),
        ("access", {"outcome": "declined"}, "privacy_declined"),
    ],
)
async def test_who_asked_is_told_in_the_conversation_what_came_of_it(
    gateway: Gateway, operator: LogIn, kind: str, body: dict[str, str], template: str
) -> None:
    customer, reference = await asked_for(gateway, operator, kind)
    await close(operator, reference, **body)
    told = await customer.reply()
    assert (told["source"]["name"], reference in told["text"]) == (template, True)
    assert bool(told["buttons"]) is (template == "privacy_declined"), "who is refused can ask a person why"
    kept = await gateway.sql("SELECT outcome FROM privacy_requests WHERE reference = %s", reference)
    assert kept == [(body.get("outcome", "done"),)]


async def test_the_outcome_goes_to_the_address_that_was_left_although_every_consent_was_declined(
    gateway: Gateway, operator: LogIn
) -> None:
    customer, reference = await asked_for(gateway, operator, "access", email="emma@example.com")
    for purpose in ("survey", "follow_up", "marketing"):
        path = f"{customer.path}/consents/{purpose}"
        await customer.http.post(path, json={"given": False}, headers=customer.headers)
    await close(operator, reference)
    told = await customer.reply()
    posted = await gateway.sql(
        "SELECT channel FROM outbox WHERE conversation_id = %s AND seq = %s", customer.id, told["seq"]
    )
    assert posted == [("email",)]


async def test_where_an_advisor_has_the_conversation_the_advisor_is_told(gateway: Gateway, operator: LogIn) -> None:
    customer, reference = await asked_for(gateway, operator, "access")
    await customer.http.post(f"{customer.path}/handoff", headers=customer.headers)
    await gateway.sql("UPDATE conversations SET state = 'assigned', advisor_id = 'ada' WHERE id = %s", customer.id)
    await close(operator, reference)
    assert "privacy_done_access" not in str(await customer.events())
    [(summary,)] = await gateway.sql("SELECT summary FROM handoffs WHERE conversation_id = %s", customer.id)
    assert f"{reference} access=done" in summary


async def test_an_erasure_is_told_by_e_mail_and_then_the_address_is_gone_as_well(
    gateway: Gateway, operator: LogIn, capsys: pytest.CaptureFixture[str]
) -> None:
    customer, reference = await asked_for(gateway, operator, "erase", email="emma@example.com")
    async with operator() as olga:
        assert (await olga.delete(f"/v1/privacy/conversations/{customer.id}")).json() == {"conversations": 1}
    async with asyncio.timeout(30):
        while await gateway.sql("SELECT 1 FROM farewells WHERE reference = %s", reference):  # noqa: ASYNC110 - it is in the database
            await asyncio.sleep(0.02)
    sent = capsys.readouterr().err
    assert "E-mail to emma@example.com" in sent
    assert reference in sent


async def test_a_farewell_that_does_not_leave_is_tried_again_and_forgotten_in_the_end(
    start_gateway: Start, rasa_database: str
) -> None:
    away = {"email_sender": "smtp", "smtp_host": "127.0.0.1", "smtp_port": 1, "smtp_security": "none"}
    reference, seen = f"PR-{uuid4().hex[:8]}", set()
    async with start_gateway(rasa_database_url=rasa_database, **away) as gateway:
        await gateway.sql(
            "INSERT INTO farewells (key, reference, address) VALUES (%s, %s, 'emma@example.com')", uuid4(), reference
        )
        while left := await gateway.sql("SELECT attempts FROM farewells WHERE reference = %s", reference):
            seen.add(left[0][0])
            await gateway.sql("UPDATE farewells SET due_at = '-infinity' WHERE reference = %s", reference)
            await gateway.services.privacy.tell_erased()
    assert max(seen) == TRIES - 1


async def agreed(gateway: Gateway, sub: str) -> Customer:
    """To surveys, at the end of a conversation."""
    customer = await talked(gateway, sub, "hello")
    gateway.rasa.then(gateway.rasa.answer(message("Goodbye"), closed=True))
    await customer.say("bye")
    await customer.until(lambda event: event["type"] == "consent")
    answer = await customer.http.post(
        f"{customer.path}/consents/survey", json={"given": True}, headers=customer.headers
    )
    assert answer.status_code == 200, answer.text
    return customer


async def test_an_operator_sees_who_agreed_and_to_which_words_and_takes_it_back_for_them(
    gateway: Gateway, operator: LogIn
) -> None:
    sub = f"cust-{uuid4().hex}"
    customer = await agreed(gateway, sub)

    async def listed(olga: Operator) -> list[dict[str, Any]]:
        items = (await olga.get("/v1/privacy/consents?purpose=survey")).json()["items"]
        return [each for each in items if each["customer_id"] == sub]

    async with operator() as olga:
        [consent] = await listed(olga)
        assert (consent["given"], consent["wording"]) == (True, TEXTS["consent_survey"])
        for expected in (1, 0):
            answer = await olga.delete(f"/v1/privacy/customers/{sub}/consents")
            assert answer.json() == {"consents": expected}
        assert await listed(olga) == []
    items = (await customer.http.get(f"{customer.path}/consents", headers=customer.headers)).json()["items"]
    assert [(each["purpose"], each["given"]) for each in items] == [("survey", False)]
    audited = await gateway.sql(
        "SELECT actor, actor_id, outcome FROM audit WHERE action = 'consent.survey' AND conversation_id = %s"
        " ORDER BY id",
        customer.id,
    )
    assert audited == [("customer", sub, "given"), ("staff", "olga", "withdrawn")]


async def test_consents_are_told_with_the_rest_and_erased_with_it_and_then_count_no_more(
    gateway: Gateway, operator: LogIn
) -> None:
    sub = f"cust-{uuid4().hex}"
    customer = await agreed(gateway, sub)
    async with operator() as olga:
        export = (await olga.get(f"/v1/privacy/customers/{sub}")).json()
        [told] = export["conversations"][customer.id]["consents"]
        assert (told["purpose"], told["given"], told["wording"]) == ("survey", True, TEXTS["consent_survey"])
        await olga.delete(f"/v1/privacy/customers/{sub}")
    assert await gateway.sql("SELECT 1 FROM consents WHERE customer_id = %s", sub) == []
    again = await talked(gateway, sub, "hello")
    gateway.rasa.then(gateway.rasa.answer(message("Goodbye"), closed=True))
    await again.say("bye")
    await again.until(lambda event: event["type"] == "consent")
    assert "survey" not in [event["type"] for event in await again.events()], "without a record there is no consent"
