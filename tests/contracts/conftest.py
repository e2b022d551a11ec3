"""The shop under test: the one at `--commerce-url`, else the sample shop, started for this run on a fresh database."""

import os
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import httpx
import pytest

from common.internal import KEEPALIVE_SECONDS
from tests.contracts.contract import Contract, load_contract
from tests.contracts.sandbox import Sandbox, customer_ids, run_ahead, run_sandbox
from tests.contracts.shop import Credentials, Reply, Shop, Who
from tests.contracts.world import World
from tests.fakes.broken_shop import Answer, BrokenShop

Later = Callable[[float, Who, Any], Awaitable[Reply]]


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("commerce", "the shop that the contract suite is run against")
    group.addoption("--commerce-url", default="", help="base URL; without it the sample shop is started")
    group.addoption("--commerce-customers", default="", help="ids of test customers, separated by commas")
    group.addoption("--commerce-allow-gaps", action="store_true", help="skip tests that find no fitting order")
    group.addoption("--commerce-webhook-port", type=int, default=0, help="port of 127.0.0.1 that the shop posts to")


def option(config: pytest.Config, name: str) -> Any:
    # When all of tests/ is run this file is read after the command line was.
    return config.getoption(name, default=None)


@pytest.fixture(scope="session")
async def receiver(pytestconfig: pytest.Config) -> AsyncIterator[BrokenShop]:
    """Where the shop's events arrive."""
    async with BrokenShop(port=option(pytestconfig, "commerce_webhook_port") or 0) as receiver:
        receiver.script(Answer(200, {}))
        yield receiver


@pytest.fixture(scope="session")
def sandbox(
    pytestconfig: pytest.Config, receiver: BrokenShop, request: pytest.FixtureRequest
) -> Iterator[Sandbox | None]:
    """None when another shop is under test."""
    if option(pytestconfig, "commerce_url"):
        yield None
        return
    database = request.getfixturevalue("fresh_database")("backends/sandbox", "shop")
    with run_sandbox(database, webhook_url=f"{receiver.url}/events") as running:
        yield running


@pytest.fixture(scope="session")
def credentials(sandbox: Sandbox | None) -> Credentials:
    if sandbox is not None:
        return sandbox.credentials
    names = ("COMMERCE_CLIENT_ID", "COMMERCE_CLIENT_SECRET", "COMMERCE_API_KEY", "ASSERTION_SECRET")
    return Credentials(*(os.environ.get(f"AFTERCARE_{name}", "") for name in names))


@pytest.fixture(scope="session")
def webhook_secret(sandbox: Sandbox | None) -> str:
    return sandbox.webhook_secret if sandbox else os.environ.get("AFTERCARE_SHOP_WEBHOOK_SECRET", "")


@pytest.fixture(scope="session")
def contract() -> Contract:
    return load_contract()


@pytest.fixture(scope="session")
async def shop(
    pytestconfig: pytest.Config, sandbox: Sandbox | None, credentials: Credentials, contract: Contract
) -> AsyncIterator[Shop]:
    url = sandbox.url if sandbox else option(pytestconfig, "commerce_url")
    limits = httpx.Limits(keepalive_expiry=KEEPALIVE_SECONDS)
    async with httpx.AsyncClient(base_url=url, timeout=30, limits=limits) as http:
        yield await Shop(http, contract, credentials).authenticated()


@pytest.fixture(scope="session")
async def world(pytestconfig: pytest.Config, sandbox: Sandbox | None, shop: Shop) -> World:
    customers = option(pytestconfig, "commerce_customers") or ""
    ids = tuple(filter(None, customers.split(",")))
    if sandbox is not None:
        ids = customer_ids(sandbox)
    if len(ids) < 2:
        pytest.exit("--commerce-customers must name at least two test customers", returncode=2)
    return World(shop, ids, allow_gaps=bool(option(pytestconfig, "commerce_allow_gaps")))


@pytest.fixture
def later(sandbox: Sandbox | None, shop: Shop) -> Later | None:
    """`later(seconds, who, body)` → what `POST /returns` answers so many seconds from now; None without the sandbox."""
    if sandbox is None:
        return None

    async def post(seconds: float, who: Who, body: Any) -> Reply:
        with run_ahead(sandbox, seconds) as url:
            async with httpx.AsyncClient(base_url=url, timeout=30) as http:
                future = await Shop(http, shop.contract, shop.credentials).authenticated()
                assertion = future.assertion(who, exp=int(time.time() + seconds) + 120)
                return await future.send("POST", "/returns", assertion=assertion, body=body, key=str(uuid.uuid4()))

    return post


@pytest.fixture
def somebody(world: World) -> Who:
    return world.customers[0]
