"""Parts of the product are down: the customer reads what is true, the operator finds it, and it mends by itself."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from api.texts import TEXTS
from common.internal import INTERNAL_SECRET_HEADER
from ops.processes import Process
from ops.stack import Stack
from tests.fakes.server import loopback_client
from tests.functional.customer import Customer

pytestmark = [pytest.mark.stack, pytest.mark.timeout(400)]

START = 120.0  # seconds
ORDERS = "where is my order JL-100234?"
QUESTION = "do you wrap gifts?"


@contextmanager
def down(process: Process) -> Iterator[None]:
    process.stop()
    try:
        yield
    finally:
        process.start()
        process.wait_ready(START)


@contextmanager
def misbehaving(stack: Stack, kind: str) -> Iterator[None]:
    """The shop, which has a switch for it."""
    headers = {INTERNAL_SECRET_HEADER: stack.environment["AFTERCARE_INTERNAL_SECRET"]}
    url = f"{stack.url('sandbox')}/shop/faults"
    httpx.post(url, json={"kind": kind, "delay": 20.0}, headers=headers, trust_env=False).raise_for_status()
    try:
        yield
    finally:
        httpx.post(url, json={"kind": None}, headers=headers, trust_env=False).raise_for_status()


def counted(stack: Stack, name: str) -> float:
    """The gateway's counter `name`, which has its labels in it."""
    page = httpx.get(f"{stack.url('api')}/metrics", timeout=30, trust_env=False).text
    return next((float(line.rsplit(" ", 1)[1]) for line in page.splitlines() if line.startswith(name)), 0.0)


def failures(stack: Stack, kind: str) -> float:
    return counted(stack, f'aftercare_turn_failures_total{{kind="{kind}"}}')


def troubles(stack: Stack, part: str, error: str) -> float:
    return counted(stack, f'aftercare_part_failures_total{{error="{error}",part="{part}"}}')


def logged(stack: Stack, process: str, *words: str) -> bool:
    """Whether one line has them all."""
    lines = stack.processes[process].log.read_text(errors="replace").splitlines()
    return any(all(word in line for word in words) for line in lines)


async def hears(stack: Stack, text: str) -> tuple[str, str]:
    """The template, entry or call, and the text of the first answer to a new customer."""
    async with loopback_client(stack.url("api")) as http:
        token = (await http.post("/shop/token", json={"customer": "emma"})).raise_for_status().json()["customer_token"]
        customer = await Customer.arrive(http, token)
        [answer, *_] = await customer.says(text)
    source = answer["source"]
    return source.get("name") or source.get("entry") or source.get("call"), answer["text"]


def ask(stack: Stack, text: str) -> tuple[str, str]:
    return asyncio.run(hears(stack, text))


def test_the_action_server_is_down(stack: Stack):
    before = failures(stack, "failed")
    with down(stack.processes["actions"]):
        assert ask(stack, ORDERS) == ("assistant_failed", TEXTS["assistant_failed"])
    assert failures(stack, "failed") == before + 1
    assert logged(stack, "api", "rasa_failed", "kind=failed")
    assert ask(stack, ORDERS)[0].startswith("GET /orders")


def test_the_faq_service_is_down(stack: Stack):
    before = troubles(stack, "faq", "unavailable")
    with down(stack.processes["faq"]):
        name, text = ask(stack, QUESTION)
        assert name == "utter_faq_unavailable"
        assert text
    assert troubles(stack, "faq", "unavailable") == before + 1
    assert logged(stack, "api", "part_failed", "part=faq")
    assert logged(stack, "rasa", "The FAQ service is not available")
    assert ask(stack, QUESTION)[0] == "gift-wrap"


@pytest.mark.parametrize(
    ("kind", "template", "error"),
    [
        ("down", "utter_error_unavailable", "upstream_unavailable"),
        ("slow", "utter_error_timed_out", "timed_out"),
        ("garbage", "utter_error_defect", "bad_answer"),
    ],
)
def test_the_shop_misbehaves(stack: Stack, kind: str, template: str, error: str):
    before = troubles(stack, "shop", error)
    with misbehaving(stack, kind):
        assert ask(stack, ORDERS)[0] == template
    assert troubles(stack, "shop", error) == before + 1
    assert logged(stack, "api", "part_failed", "part=shop", f"error={error}")
    assert logged(stack, "actions", "backend_call_failed", f"error={error}")
    assert ask(stack, ORDERS)[0].startswith("GET /orders")
