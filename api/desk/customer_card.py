import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

import structlog

from api.conversations.models import AuthLevel, Conversation
from backends.errors import BackendError
from backends.models import Caller, Customer, LoyaltyAccount, OrderSummary, Page, Return, ReturnStatus
from backends.ports import Customers, Loyalty, Orders, Returns

log = structlog.get_logger(__name__)

T = TypeVar("T")

SECONDS = 2.0  # a page is shown without what has not arrived by then
ORDERS = 5
OVER = (ReturnStatus.CLOSED, ReturnStatus.CANCELLED, ReturnStatus.DECLINED)


class Shop(Customers, Orders, Returns, Loyalty, Protocol):
    """The part of the retailer's systems that the card reads."""


@dataclass(frozen=True, slots=True)
class CustomerCard:
    """What the shop says about the customer. None: it could not be asked, or did not answer in time."""

    customer: Customer | None
    orders: tuple[OrderSummary, ...] | None
    open_returns: tuple[Return, ...] | None
    loyalty: LoyaltyAccount | None

    @property
    def available(self) -> bool:
        return any(part is not None for part in (self.customer, self.orders, self.open_returns, self.loyalty))


class CustomerCards:
    """Asks the shop with the customer's own rights: an advisor sees what this conversation has proved, no more."""

    def __init__(self, shop: Shop, sign: Callable[[Conversation], str], *, seconds: float = SECONDS) -> None:
        self._shop = shop
        self._sign = sign
        self._seconds = seconds

    async def card(self, conversation: Conversation) -> CustomerCard | None:
        """None for an anonymous customer."""
        if conversation.auth_level is AuthLevel.ANONYMOUS:
            return None
        caller = Caller(self._sign(conversation))
        customer, orders, returns, loyalty = await asyncio.gather(
            self._ask(self._shop.me(caller)),
            self._ask(self._shop.list_orders(caller, limit=ORDERS)),
            self._ask(self._shop.list_returns(caller)),
            self._ask(self._shop.account(caller)),
        )
        return CustomerCard(customer, orders.items if orders else None, _open(returns), loyalty)

    async def _ask(self, question: Awaitable[T]) -> T | None:
        try:
            async with asyncio.timeout(self._seconds):
                return await question
        except (BackendError, TimeoutError) as error:
            log.info("customer_card_incomplete", error=type(error).__name__)
            return None


def _open(returns: Page[Return] | None) -> tuple[Return, ...] | None:
    return tuple(item for item in returns.items if item.status not in OVER) if returns else None
