"""Finds, among the customers that the operator named, orders and returns in the states that a test needs."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any, NoReturn

import pytest

from tests.contracts.shop import Shop, Who


@dataclass(frozen=True)
class Unit:
    """One line of an order that a test may do something with; the JSON of the order and of the line's item."""

    who: Who
    order: Any
    item: Any
    method: str

    @property
    def line(self) -> Any:
        return next(line for line in self.order["lines"] if line["id"] == self.item["line_id"])


class World:
    """State is read afresh for every need: tests change it."""

    def __init__(self, shop: Shop, customers: tuple[str, ...], *, allow_gaps: bool) -> None:
        self.shop = shop
        self.customers = tuple(Who(customer) for customer in customers)
        self._allow_gaps = allow_gaps
        self._summaries: dict[Who, list[Any]] = {}
        self._found_before: dict[str, tuple[Who, str]] = {}
        self._reasons: list[Any] = []
        self._everything: list[tuple[Who, Any, list[Any]]] = []

    def missing(self, what: str) -> NoReturn:
        message = f"none of the shop's test customers has {what}: add one, or run with --commerce-allow-gaps"
        if self._allow_gaps:
            pytest.skip(message)
        pytest.fail(message)

    async def summaries(self, who: Who) -> list[Any]:
        if who not in self._summaries:
            self._summaries[who] = await self.shop.all("/orders", who)
        return self._summaries[who]

    async def owners(self, count: int) -> list[tuple[Who, Any]]:
        """So many different customers, each with the summary of an order."""
        owners = [(who, found[0]) for who in self.customers if (found := await self.summaries(who))]
        return owners[:count] if len(owners) >= count else self.missing(f"orders ({count} customers needed)")

    async def everything(self) -> list[tuple[Who, Any, list[Any]]]:
        """Every order with its returnable items, as the suite first saw them: for rules that hold at any time."""
        if not self._everything:
            for who in self.customers:
                for summary in await self.summaries(who):
                    order = (await self.shop.get(f"/orders/{summary['id']}", who)).ok()
                    found = (await self.shop.get(f"/orders/{summary['id']}/returnable-items", who)).ok()
                    self._everything.append((who, order, found["items"]))
        return self._everything

    async def regular(self) -> tuple[Who, list[Any]]:
        """A customer with at least two orders."""
        for who in self.customers:
            if len(found := await self.summaries(who)) > 1:
                return who, found
        return self.missing("two orders")

    async def _orders(self, need: str) -> AsyncIterator[tuple[Who, str]]:
        if need in self._found_before:
            yield self._found_before[need]
        for who in self.customers:
            for summary in await self.summaries(who):
                yield who, summary["id"]

    async def order(self, what: str, fits: Callable[[Any], bool]) -> tuple[Who, Any]:
        async for who, order_id in self._orders(what):
            order = (await self.shop.get(f"/orders/{order_id}", who)).ok()
            if fits(order):
                self._found_before[what] = (who, order_id)
                return who, order
        return self.missing(what)

    async def unit(self, what: str, fits: Callable[[Unit], bool]) -> Unit:
        async for who, order_id in self._orders(what):
            order = (await self.shop.get(f"/orders/{order_id}", who)).ok()
            found = (await self.shop.get(f"/orders/{order_id}/returnable-items", who)).ok()
            method = found["methods"][0]["id"] if found["methods"] else ""
            for item in found["items"]:
                unit = Unit(who, order, item, method)
                if fits(unit):
                    self._found_before[what] = (who, order_id)
                    return unit
        return self.missing(what)

    async def returnable(self, quantity: int = 1) -> Unit:
        def fits(unit: Unit) -> bool:
            item = unit.item
            return item["quantity"] >= quantity and "refund" in item["resolutions"] and bool(unit.method)

        return await self.unit(f"a line of which {quantity} can be returned for a refund", fits)

    async def blocked(self, reason: str) -> Unit:
        return await self.unit(f"a line blocked as {reason}", lambda unit: unit.item.get("blocked") == reason)

    async def reasons(self) -> list[Any]:
        self._reasons = self._reasons or await self.shop.all("/return-reasons")
        return self._reasons

    async def reason(self) -> str:
        """One that fits every category."""
        for_all: list[str] = [reason["id"] for reason in await self.reasons() if not reason.get("categories")]
        return for_all[0] if for_all else self.missing("a return reason for every category")

    async def return_body(self, unit: Unit, quantity: int = 1, **changes: Any) -> dict[str, Any]:
        line = {"line_id": unit.item["line_id"], "quantity": quantity, "reason": await self.reason()}
        body = {"order_id": unit.order["id"], "lines": [line], "resolution": "refund", "method": unit.method}
        return body | changes

    async def give_back(self, who: Who, return_id: str) -> None:
        """Call a return off, so that the next test finds the units again."""
        found = (await self.shop.get(f"/returns/{return_id}", who)).ok()
        if found["cancellable"]:
            (await self.shop.post(f"/returns/{return_id}/cancel", who)).ok()
