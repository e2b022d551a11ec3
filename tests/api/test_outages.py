"""What is down is told truthfully, counted, logged, and forgotten when it is back, without help."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import httpx
import psycopg
import pytest
from websockets.asyncio.client import connect

from api.texts import TEXTS
from ops.ports import free_ports
from tests.api.conftest import Customer, Gateway, Start
from tests.api.test_events import stream_url
from tests.api.test_load import shown, until_shown
from tests.fakes.rasa import FakeRasa, message
from tests.fakes.server import served

Logs = list[dict[str, Any]]

MISBEHAVIOURS = {
    "slow": ("too_slow", "assistant_slow"),
    "garbage": ("garbage", "assistant_failed"),
    "nothing": ("garbage", "assistant_failed"),
    "no words": ("failed", "assistant_failed"),
    "an error": ("unreachable", "assistant_unavailable"),
}


def misbehave(rasa: FakeRasa, how: str) -> None:
    behaviours = {
        "slow": rasa.slow(60),
        "garbage": rasa.raw("<html>"),
        "nothing": rasa.raw(""),
        "no words": rasa.raw('{"status": "answered", "messages": []}'),
        "an error": rasa.raw("no", 500),
    }
    rasa.then(behaviours[how])


async def assert_told(gateway: Gateway, logs: Logs, kind: str, template: str) -> None:
    """The customer reads it, the operator sees it twice."""
    customer = await gateway.customer()
    await customer.say("hello")
    assert (await customer.reply())["text"] == TEXTS[template]
    assert await shown(gateway, f'aftercare_turn_failures_total{{kind="{kind}"}}') == 1
    lines = [line for line in logs if line["event"] == "rasa_failed"]
    assert [(line["conversation"], line["kind"], line["log_level"]) for line in lines] == [
        (customer.id, kind, "warning")
    ]


async def assert_answers_again(gateway: Gateway) -> None:
    customer = await gateway.customer()
    await customer.say("hello again")
    assert (await customer.reply())["text"] == "re: hello again"


@pytest.mark.slow
@pytest.mark.parametrize("how", list(MISBEHAVIOURS))
async def test_a_rasa_that_misbehaves(start_gateway: Start, rasa: FakeRasa, logs: Logs, how: str) -> None:
    async with start_gateway(turn_timeout=3) as gateway:
        misbehave(rasa, how)
        await assert_told(gateway, logs, *MISBEHAVIOURS[how])
        await assert_answers_again(gateway)


@pytest.mark.slow
async def test_a_rasa_that_is_down(start_gateway: Start, rasa: FakeRasa, logs: Logs) -> None:
    [port] = free_ports(1)
    async with start_gateway(rasa_url=f"http://127.0.0.1:{port}") as gateway:
        await assert_told(gateway, logs, "unreachable", "assistant_unavailable")
        async with served(rasa.app, port=port):
            await assert_answers_again(gateway)


async def test_what_a_turn_could_not_have_is_counted_and_logged(gateway: Gateway, logs: Logs) -> None:
    trouble = {"part": "faq", "error": "unavailable"}
    gateway.rasa.then(gateway.rasa.answer(message("I can't look that up right now."), troubles=[trouble]))
    customer = await gateway.customer()
    await customer.say("do you wrap gifts?")
    assert (await customer.reply())["text"] == "I can't look that up right now."
    await until_shown(gateway, 'aftercare_part_failures_total{error="unavailable",part="faq"}', 1)
    [line] = [line for line in logs if line["event"] == "part_failed"]
    assert (line["conversation"], line["part"], line["error"]) == (customer.id, "faq", "unavailable")
    await assert_answers_again(gateway)
    assert await shown(gateway, 'aftercare_part_failures_total{error="unavailable",part="faq"}') == 1


class Server:
    """The database's server, which may turn the gateway away; its own user is never refused."""

    def __init__(self, database: str, server: str) -> None:
        self._server = server
        self.parts = psycopg.conninfo.conninfo_to_dict(database)
        self.name = str(self.parts["dbname"])
        self.user = f"gateway_of_{self.name}"
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute(f"CREATE ROLE {self.user} LOGIN")
            connection.execute(f"GRANT USAGE ON SCHEMA api TO {self.user}")
            connection.execute(f"GRANT ALL ON ALL TABLES IN SCHEMA api TO {self.user}")
            connection.execute(f"GRANT ALL ON ALL SEQUENCES IN SCHEMA api TO {self.user}")

    @property
    def url(self) -> str:
        return psycopg.conninfo.make_conninfo(**{**self.parts, "user": self.user})

    def execute(self, statement: str) -> None:
        with psycopg.connect(self._server, autocommit=True) as connection:
            connection.execute(statement)
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", [self.user])


@pytest.fixture
def server(fresh_database: Callable[[str, str], str], postgres_url: str) -> Server:
    return Server(fresh_database("api", "api"), postgres_url)


REFUSALS = {
    "away": ("ALTER DATABASE {name} ALLOW_CONNECTIONS {no}", "false", "true"),
    "out of connections": ("ALTER ROLE {user} CONNECTION LIMIT {no}", "0", "-1"),
}


@pytest.mark.parametrize("how", list(REFUSALS))
async def test_a_database_that_takes_no_connections(
    start_gateway: Start, rasa: FakeRasa, server: Server, logs: Logs, how: str
) -> None:
    statement, no, yes = REFUSALS[how]
    async with start_gateway(database_url=server.url) as gateway:
        gateway.services.pool.timeout = 1
        customer = await gateway.customer()
        server.execute(statement.format(name=server.name, user=server.user, no=no))
        answer = await until_status(503, customer)
        assert answer.json()["code"] == "database_unavailable"
        assert int(answer.headers["retry-after"]) <= 5
        line = next(line for line in logs if line["event"] == "database_failed")
        assert line["route"] == "/v1/conversations/{conversation_id}/messages"
        assert await shown(gateway, f'aftercare_database_troubles_total{{kind="{line["kind"]}"}}') >= 1
        server.execute(statement.format(name=server.name, user=server.user, no=yes))
        await until_status(202, customer)
        assert (await customer.reply())["text"] == "re: hello"
        assert len(rasa.ran) == 1


async def until_status(status: int, customer: Customer) -> httpx.Response:
    """The same message until it is answered so: what the server is told takes a moment."""
    async with asyncio.timeout(60):
        while (answer := await customer.post({"text": "hello"}, key="k")).status_code != status:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.1)
    return answer


async def test_a_stream_outlasts_a_database_that_is_away_and_misses_nothing(
    start_gateway: Start, server: Server
) -> None:
    async with start_gateway(database_url=server.url, stream_reauthorise=0.3) as gateway:
        gateway.services.pool.timeout = 1
        customer = await gateway.customer()
        async with connect(stream_url(gateway, customer)) as stream:
            await stream.send(json.dumps({"token": customer.token}))
            await until_shown(gateway, "aftercare_open_streams", 1)
            server.execute(f"ALTER DATABASE {server.name} ALLOW_CONNECTIONS false")
            await until_status(503, customer)
            await stream.send('{"type": "typing"}')
            async with connect(stream_url(gateway, customer)) as newcomer:
                await newcomer.send(json.dumps({"token": customer.token}))
                await newcomer.wait_closed()
                assert newcomer.close_code == 1013, "to come again, not to give up"
            server.execute(f"ALTER DATABASE {server.name} ALLOW_CONNECTIONS true")
            await until_status(202, customer)
            async with asyncio.timeout(30):
                read = [json.loads(await stream.recv())["text"] for _ in range(2)]
            assert read == ["hello", "re: hello"]
