import asyncio
from datetime import UTC, date, datetime
from typing import Any, cast

from backends.errors import BackendError
from backends.models import (
    Caller,
    Customer,
    LoyaltyAccount,
    Money,
    OrderStatus,
    OrderSummary,
    Page,
    Policies,
    Resolution,
    Return,
    ReturnStatus,
)
from backends.ports import Commerce

NOW = datetime(2026, 11, 2, 10, tzinfo=UTC)
EURO = Money(0, "EUR")


class CustomerShop:
    """A shop with one customer, Emma Byrne, as the desk's customer card reads it. Notes the assertions it is shown."""

    def __init__(self) -> None:
        self.assertions: list[str] = []
        self.fail_with: BackendError | None = None
        self.loyalty_takes = 0.0

    def as_commerce(self) -> Commerce:
        """The desk and the studio call only what is here."""
        return cast("Commerce", self)

    def _called(self, caller: Caller) -> None:
        self.assertions.append(caller.assertion)
        if self.fail_with:
            raise self.fail_with

    async def me(self, caller: Caller) -> Customer:
        self._called(caller)
        return Customer("cust-1", "Emma Byrne", "Emma", "emma@example.com", "en", date(2022, 3, 1), tier="Grove")

    async def list_orders(self, caller: Caller, **_: Any) -> Page[OrderSummary]:
        self._called(caller)
        order = OrderSummary(
            "o-1", "JL-100234", OrderStatus.SHIPPED, NOW, Money(8990, "EUR"), 2, "Linen shirt and 1 more"
        )
        return Page((order,))

    async def list_returns(self, caller: Caller, **_: Any) -> Page[Return]:
        self._called(caller)
        lines, method = (), "label"
        states = (ReturnStatus.IN_TRANSIT, ReturnStatus.CLOSED)
        return Page(
            tuple(
                Return(f"r-{n}", f"RT-20001{n}", "o-1", "JL-100234", state, Resolution.REFUND, lines, method, NOW)
                for n, state in enumerate(states)
            )
        )

    async def account(self, caller: Caller) -> LoyaltyAccount:
        self._called(caller)
        await asyncio.sleep(self.loyalty_takes)
        return LoyaltyAccount("cust-1", "Juniper Circle", "points", available=1250, pending=90, lifetime=4000)

    async def policies(self) -> Policies:
        if self.fail_with:
            raise self.fail_with
        return Policies(30, (), 10, EURO, 5, 7, EURO, EURO, facts={"return_window": "30 days", "label_fee": "€3.95"})
