"""The action server over HTTP, as Rasa calls it."""

import zlib
from collections.abc import AsyncIterator

import httpx
import pytest
from pydantic import SecretStr

from actions.app import create_app
from actions.settings import ActionSettings
from common.internal import INTERNAL_SECRET_HEADER
from tests.actions.conftest import FakeFaqEntries
from tests.fakes.commerce import FakeCommerce

SECRET = {INTERNAL_SECRET_HEADER: "s3cret"}
CALL = {
    "next_action": "action_greet",
    "domain": {},
    "tracker": {
        "sender_id": "c-1",
        "slots": {},
        "latest_message": {"text": "hello", "intent": {"name": "greet"}, "metadata": {"first_name": "Emma"}},
        "events": [],
        "active_loop": {},
        "paused": False,
        "followup_action": None,
        "latest_action_name": None,
    },
}


@pytest.fixture
async def client(shop: FakeCommerce, faq_entries: FakeFaqEntries) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(ActionSettings(internal_secret=SecretStr("s3cret")), shop=shop, faq=faq_entries)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://actions") as http,
    ):
        yield http


async def test_an_action_is_run_and_counted(client: httpx.AsyncClient):
    answer = await client.post("/webhook", json=CALL, headers=SECRET)
    assert answer.json()["responses"][0]["response"] == "utter_greet_by_name"
    assert answer.json()["responses"][0]["first_name"] == "Emma"
    metrics = (await client.get("/metrics")).text
    assert 'aftercare_actions_total{action="action_greet",outcome="done"} 1.0' in metrics


async def test_a_compressed_call_is_read_too(client: httpx.AsyncClient):
    body = zlib.compress(httpx.Request("POST", "http://x", json=CALL).content)
    answer = await client.post("/webhook", content=body, headers={**SECRET, "Content-Encoding": "deflate"})
    assert answer.status_code == 200


async def test_another_user_of_the_machine_is_nobody(client: httpx.AsyncClient):
    assert (await client.post("/webhook", json=CALL)).status_code == 401


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"tracker": 1}'])
async def test_what_is_no_action_call_is_refused(client: httpx.AsyncClient, body: bytes):
    answer = await client.post("/webhook", content=body, headers=SECRET)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")


async def test_an_unknown_action_is_not_found(client: httpx.AsyncClient):
    answer = await client.post("/webhook", json={**CALL, "next_action": "action_fly"}, headers=SECRET)
    assert (answer.status_code, answer.json()["action_name"]) == (404, "action_fly")


async def test_it_is_alive_and_ready(client: httpx.AsyncClient):
    assert (await client.get("/livez")).json() == {"status": "alive"}
    assert (await client.get("/readyz")).json()["status"] == "ready"


async def test_a_domain_is_asked_for_once_and_known_by_its_digest(client: httpx.AsyncClient):
    short = {key: value for key, value in CALL.items() if key != "domain"} | {"domain_digest": "d1"}
    assert (await client.post("/webhook", json=short, headers=SECRET)).status_code == 449
    whole = {**short, "domain": {"responses": {}}}
    assert (await client.post("/webhook", json=whole, headers=SECRET)).status_code == 200
    assert (await client.post("/webhook", json=short, headers=SECRET)).status_code == 200
