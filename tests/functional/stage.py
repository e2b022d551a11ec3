"""Runs scenarios side by side against the running product, each with a customer of its own."""

import asyncio
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, wait
from contextlib import suppress
from itertools import zip_longest
from threading import Thread
from typing import Any

import httpx
import psycopg

from backends.http.create import create_commerce
from backends.http.settings import CommerceSettings
from backends.models import Caller, OrderStatus
from backends.ports import Commerce
from common.internal import INTERNAL_SECRET_HEADER
from ops.stack import Stack
from tests.functional.customer import Customer
from tests.functional.judge import faults
from tests.functional.nodes import client
from tests.functional.scenario import Aftermath, Handoff, Scenario, Turn
from tests.functional.twins import Twin, Twins, add_to_shop, assertion, customer_token

AT_ONCE = 6
NOBODY = Twin("")


class Stage:
    """Scenarios begin as soon as this is made; `result` waits for one."""

    def __init__(
        self,
        stack: Stack,
        scenarios: Mapping[str, Scenario],
        twins: Twins | None = None,
        gateways: Sequence[str] | None = None,
    ) -> None:
        """`gateways`: addresses that the customers use in turn; by default the product's own."""
        self._stack = stack
        self._gateways = gateways or [stack.url("api")]
        self._twins = twins or Twins()
        self._scenarios = dict(scenarios)
        self._results: dict[str, Future[None]] = {name: Future() for name in scenarios}
        Thread(target=asyncio.run, args=(self._run(),), daemon=True).start()

    def result(self, name: str, timeout: float) -> None:
        """Raises AssertionError with all that was said, where the scenario went otherwise."""
        self._results[name].result(timeout)

    def finished(self, timeout: float) -> None:
        """Wait for all of them, however they went. Raises TimeoutError."""
        _, running = wait(self._results.values(), timeout)
        if running:
            raise TimeoutError(f"{len(running)} scenarios are still running")

    async def _run(self) -> None:
        cast = {
            name: self._twins.of(each.customer) if each.customer else NOBODY for name, each in self._scenarios.items()
        }
        places = asyncio.Semaphore(AT_ONCE)
        try:
            if any("languages" in name for name in cast):
                await self._open_other_encoder()
            await add_to_shop(self._stack.environment, [twin for twin in cast.values() if twin is not NOBODY])
            async with client(self._gateways) as http, create_commerce(self._shop_settings()) as shop:
                plays = [
                    Play(self._stack.environment, http, shop, each, cast[name])
                    for name, each in self._scenarios.items()
                ]
                await asyncio.gather(*(self._play(name, play, places) for name, play in zip(cast, plays, strict=True)))
        except BaseException as error:
            for result in self._results.values():
                if not result.done():
                    result.set_exception(error)
            raise

    async def _open_other_encoder(self) -> None:
        """The first question in another language may wait for it: under the load of all scenarios for too long."""
        headers = {INTERNAL_SECRET_HEADER: self._stack.environment["AFTERCARE_INTERNAL_SECRET"]}
        async with httpx.AsyncClient(base_url=self._stack.url("faq"), headers=headers, timeout=120) as faq:
            (await faq.post("/v1/understand", json={"text": "Bonjour", "language": "fr"})).raise_for_status()

    async def _play(self, name: str, play: "Play", places: asyncio.Semaphore) -> None:
        async with places:
            try:
                await play.run()
            except Exception as error:  # noqa: BLE001 - it is the scenario's result
                self._results[name].set_exception(error)
            else:
                self._results[name].set_result(None)

    def _shop_settings(self) -> CommerceSettings:
        environment = self._stack.environment
        return CommerceSettings(
            commerce_url=environment["AFTERCARE_COMMERCE_URL"],
            commerce_client_id=environment["AFTERCARE_COMMERCE_CLIENT_ID"],
            commerce_client_secret=environment["AFTERCARE_COMMERCE_CLIENT_SECRET"],
        )


class Play:
    """One scenario."""

    def __init__(
        self, environment: Mapping[str, str], http: httpx.AsyncClient, shop: Commerce, scenario: Scenario, twin: Twin
    ) -> None:
        self._environment = environment
        self._http = http
        self._shop = shop
        self._scenario = scenario
        self._twin = twin
        self._said: list[str] = []
        self._handoffs = 0
        # The one that another was asked for instead of.
        self._old_code = ""

    async def run(self) -> None:
        logged_in = self._twin is not NOBODY and not self._scenario.visitor
        token = customer_token(self._environment, self._twin) if logged_in else None
        customer = await Customer.arrive(self._http, token)
        turns = self._scenario.turns
        for turn, following in zip_longest(turns, turns[1:]):
            if turn.later:
                await self._pass_time(customer, turn.later)
            if turn.asks_for_people:
                await customer.asks_for_people()
            if turn.waits_no_longer:
                await customer.waits_no_longer()
            code_before = await self._latest_code() if self._scenario.visitor else ""
            answers = await self._speak(customer, turn)
            if any(answer["source"].get("name") == "utter_verification_sent" for answer in answers):
                self._old_code = code_before
                # So that it is not taken for one that is asked for later.
                await self._code(tries=300 if following and following.types_code else 50)
            self._said += [f"    {_shown(answer)}" for answer in answers]
            self._check(answers, turn)
            await self._check_handoff(customer, turn.handoff)
        if self._twin is not NOBODY:
            await self._check_aftermath(self._scenario.leaves)

    async def _speak(self, customer: Customer, turn: Turn) -> list[dict[str, Any]]:
        if turn.presses is not None:
            self._said.append(f"> [{turn.presses}]")
            return await customer.presses(self._twin.own(turn.presses))
        text = turn.says
        if text is None:
            code = await self._code()
            assert code, self._told("no code was sent")
            text = code if turn.types_code == "right" else f"{(int(code) + 1) % 1_000_000:06}"
        self._said.append(f"> {text}")
        return await customer.says(self._twin.own(text))

    async def _code(self, tries: int = 100) -> str:
        """The one-time code that went to the customer's address; empty where none did within so many tenths."""
        for _ in range(tries):
            code = await self._latest_code()
            if code and code != self._old_code:
                return code
            await asyncio.sleep(0.1)
        return ""

    async def _latest_code(self) -> str:
        headers = {INTERNAL_SECRET_HEADER: self._environment["AFTERCARE_INTERNAL_SECRET"]}
        answer = await self._http.get("/shop/codes", params={"email": self._twin.email}, headers=headers)
        return str(answer.json()["code"]) if answer.is_success else ""

    def _check(self, answers: list[dict[str, Any]], turn: Turn) -> None:
        wanted_names = [each.template or each.faq or each.call for each in turn.expects]
        assert len(answers) == len(turn.expects), self._told(f"{len(answers)} messages instead of {wanted_names}")
        for answer, wanted in zip(answers, turn.expects, strict=True):
            wrong = ", ".join(faults(answer, wanted, self._twin.own))
            assert not wrong, self._told(f"{answer['text']!r} {wrong}")

    async def _check_handoff(self, customer: Customer, wanted: Handoff | None) -> None:
        rows = await self._database(
            "AFTERCARE_DATABASE_URL",
            "SELECT reason, skill, summary FROM api.handoffs WHERE conversation_id = %s ORDER BY id",
            [customer.id],
        )
        new, self._handoffs = rows[self._handoffs :], len(rows)
        if wanted is None:
            assert not new, self._told(f"a person was fetched: {new}")
            return
        assert new, self._told("nobody was fetched")
        reason, skill, summary = new[-1]
        assert reason == wanted.reason, self._told(f"fetched for {reason}")
        assert wanted.skill in {None, skill}, self._told(f"fetched for {skill}")
        assert self._twin.own(wanted.summary) in summary, self._told(f"the summary is {summary!r}")

    async def _pass_time(self, customer: Customer, hours: int) -> None:
        """Rasa judges how old a conversation is by the times of its events."""
        await self._database(
            "AFTERCARE_RASA_DATABASE_URL",
            "UPDATE events SET timestamp = timestamp - %s, data = jsonb_set(data::jsonb, '{timestamp}',"
            " to_jsonb((data::jsonb->>'timestamp')::float8 - %s))::text WHERE sender_id = %s",
            [hours * 3600, hours * 3600, customer.id],
        )

    async def _database(self, setting: str, statement: str, values: list[Any]) -> list[tuple[Any, ...]]:
        async with await psycopg.AsyncConnection.connect(self._environment[setting]) as connection:
            cursor = await connection.execute(statement.encode(), values)
            return await cursor.fetchall() if cursor.description else []

    async def _check_aftermath(self, wanted: Aftermath) -> None:
        caller = Caller(assertion(self._environment, self._twin))
        found: dict[str, object] = {}
        if wanted.returns is not None:
            found["returns"] = len((await self._shop.list_returns(caller, limit=50)).items)
        if wanted.refunds is not None:
            found["refunds"] = len((await self._shop.list_refunds(caller)).items)
        if wanted.vouchers is not None or wanted.points is not None:
            account = await self._shop.account(caller)
            found |= {"vouchers": len(account.vouchers), "points": account.available}
        if wanted.cancelled is not None:
            orders = (await self._shop.list_orders(caller, limit=50)).items
            found["cancelled"] = tuple(each.number for each in orders if each.status is OrderStatus.CANCELLED)
        for name, value in wanted.model_dump(exclude_none=True).items():
            meant = tuple(self._twin.own(each) for each in value) if name == "cancelled" else value
            assert found[name] == meant, self._told(f"the shop has {name}: {found[name]}, not {meant}")

    def _told(self, fault: str) -> str:
        return "\n".join([fault, *self._said])


def _shown(answer: dict[str, Any]) -> str:
    source = answer["source"]
    buttons = "".join(f" [{button['title']}]" for button in answer.get("buttons") or ())
    name = source.get("name") or source.get("entry") or source.get("call")
    with suppress(KeyError):
        fields = "; ".join(f"{each['label']}: {each['value']}" for card in answer["cards"] for each in card["fields"])
        return f"{answer['text']}{buttons} {{{fields}}} ({name})" if fields else f"{answer['text']}{buttons} ({name})"
    return f"{answer['text']}{buttons} ({name})"
