"""What is kept about a customer can be told and erased, everywhere, and that it was done is written down."""

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

from api.staff.errors import NameTaken
from api.staff.models import Role
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
