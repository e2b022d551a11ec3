"""The gateway with customers who ask, an assistant that is told what to make of it, and a curator."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest_asyncio

from api.staff.models import Role
from common.database import Pool
from tests.api_staff.conftest import (  # noqa: F401 - fixtures
    api_database,
    faq,
    pool,
    rasa,
    shop,
    site,
    staff,
)
from tests.api_staff.site import Customer, Person, Site
from tests.browser.conftest import browser  # noqa: F401 - fixture
from tests.fakes.rasa import FakeRasa, message

CANDIDATES = [
    {"entry": "gift-wrap", "version": 1, "probability": 0.4},
    {"entry": "return-window", "version": 1, "probability": 0.3},
]


@dataclass
class Talks:
    """Conversations as they come out of Rasa. Each method says one thing and waits until it is answered."""

    site: Site
    rasa: FakeRasa

    async def ask(
        self, customer: Customer, text: str, outcome: str, *, answers: str = "", version: int = 1, **more: Any
    ) -> int:
        """`answers`: the entry that is shown. Returns the number of the reply."""
        source = {"kind": "faq", "entry": answers, "version": version} if answers else None
        reply = message("An answer", **({"source": source} if source else {}))
        question = {"outcome": outcome, "candidates": CANDIDATES} | ({"entry": answers} if outcome == "chosen" else {})
        self.rasa.then(self.rasa.answer(reply, question=question, **more))
        return await self.say(customer, text)

    async def say(self, customer: Customer, text: str) -> int:
        before = len(await customer.events())
        await customer.say(text)
        async with asyncio.timeout(30):
            while True:
                found = await customer.events(after=before + 1, wait=10)
                replies = [event["seq"] for event in found if (event["type"], event["author"]) == ("message", "bot")]
                if replies:
                    return int(replies[-1])

    async def choose(self, customer: Customer, entry: str) -> int:
        """Pick an entry; the button stays what a customer could press."""
        return await self.ask(customer, "that one", "chosen", answers=entry)

    async def rate(self, customer: Customer, ref: int, score: int) -> None:
        body = {"kind": "answer", "ref": ref, "score": score}
        path = f"/v1/conversations/{customer.id}/feedback"
        assert (await customer.http.post(path, json=body, headers=customer.headers)).status_code == 200


@pytest_asyncio.fixture
async def talks(site: Site, rasa: FakeRasa, pool: Pool) -> Talks:  # noqa: F811 - the fixtures
    async with pool.connection() as connection:
        await connection.execute("TRUNCATE gaps CASCADE")
    return Talks(site, rasa)


@pytest_asyncio.fixture
async def cleo(site: Site) -> AsyncIterator[Person]:  # noqa: F811 - the fixture
    async with site.person("cleo", Role.CURATOR) as cleo:
        yield cleo
