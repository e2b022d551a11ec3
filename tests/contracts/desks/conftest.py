from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import pytest_asyncio
from pydantic import SecretStr

from tests.api.conftest import (  # noqa: F401 - fixtures
    Gateway,
    Start,
    api_database,
    quiet_logs,
    rasa,
    rasa_url,
    settings,
    start_gateway,
)
from tests.contracts.desks.people import BuiltInPeople, HelpdeskPeople, People
from tests.helpdesk.running import RunningHelpdesk, helpdesk  # noqa: F401 - fixture

WEBHOOK_SECRET = "the-end-of-an-address-that-nobody-knows"


def helpdesk_settings(helpdesk: RunningHelpdesk, **changes: Any) -> dict[str, Any]:  # noqa: F811 - a parameter
    accounts = helpdesk.accounts
    return {
        "desk": "helpdesk",
        "helpdesk_url": helpdesk.url,
        "helpdesk_token": SecretStr(accounts["aftercare"]["token"]),
        "helpdesk_webhook_secret": SecretStr(WEBHOOK_SECRET),
        "helpdesk_queue": helpdesk.queue,
        "helpdesk_names": tuple((accounts[name]["id"], name.capitalize()) for name in ("nora", "sam")),
        "helpdesk_look": 3600.0,  # what arrives, arrives by webhook
        "outbox_rate": 1000.0,
    } | changes


@pytest.fixture
def start_with_helpdesk(helpdesk: RunningHelpdesk, start_gateway: Start) -> Any:  # noqa: F811 - the fixtures
    """`async with start_with_helpdesk() as gateway`: its webhooks arrive unless `webhooks=False`."""

    @asynccontextmanager
    async def start(*, webhooks: bool = True, **changes: Any) -> AsyncIterator[Gateway]:
        async with start_gateway(**helpdesk_settings(helpdesk, **changes)) as gateway:
            address = f"{gateway.url}/v1/desks/helpdesk/webhook/{WEBHOOK_SECRET}"
            await helpdesk.send_webhooks(*([address] if webhooks else []))
            try:
                yield gateway
            finally:
                await helpdesk.send_webhooks()

    return start


@pytest_asyncio.fixture(params=["built-in", "helpdesk"])
async def desk(
    request: pytest.FixtureRequest,
    start_gateway: Start,  # noqa: F811 - the fixture
) -> AsyncIterator[tuple[Gateway, People]]:
    """The gateway with a desk, and the people at it."""
    if request.param == "built-in":
        async with start_gateway(desk_assignment="claim") as gateway:
            await gateway.sql("DELETE FROM staff_sessions")
            yield gateway, BuiltInPeople(gateway)
        return
    async with request.getfixturevalue("start_with_helpdesk")() as gateway:
        yield gateway, HelpdeskPeople(request.getfixturevalue("helpdesk"))
