"""What the assistant needs of a retailer's systems. An implementation raises only `backends.errors`.

Every personal call takes the `Caller`; the implementation checks ownership on its own side and answers `NotFound` both
for an unknown thing and for somebody else's. Every write takes an `idempotency_key`: the same key and arguments return
the first answer and do nothing again.
"""

from typing import Protocol

from backends.models import (
    AddressChange,
    Caller,
    Customer,
    LoyaltyAccount,
    LoyaltyTransaction,
    Order,
    OrderSummary,
    Page,
    Policies,
    Redemption,
    Refund,
    RefundRequest,
    Return,
    ReturnableItems,
    ReturnQuote,
    ReturnReason,
    ReturnRequest,
    Reward,
    Verification,
    VerifiedGuest,
)


class Customers(Protocol):
    async def me(self, caller: Caller) -> Customer:
        """The customer behind the assertion (`POST /customers/lookup`, no body fields)."""

    async def start_verification(self, order_number: str, email: str, *, idempotency_key: str) -> Verification: ...

    async def confirm_verification(self, verification_id: str, *, idempotency_key: str) -> VerifiedGuest:
        """Tell the shop that the one-time code was right. Raises NotFound for an undeliverable or expired one."""


class Orders(Protocol):
    async def list_orders(self, caller: Caller, *, cursor: str | None = None, limit: int = 10) -> Page[OrderSummary]:
        """Newest first; a guest sees the one verified order."""

    async def get_order(self, caller: Caller, order: str) -> Order:
        """By id or by number."""

    async def cancel_order(self, caller: Caller, order_id: str, *, reason: str, idempotency_key: str) -> Order:
        """Raises Conflict once anything was shipped."""

    async def change_address(
        self, caller: Caller, change: AddressChange, *, dry_run: bool = False, idempotency_key: str
    ) -> Order:
        """The order as it is, or with `dry_run` would be. Raises AddressRefused, and Conflict once it is packed."""


class Returns(Protocol):
    async def returnable_items(self, caller: Caller, order_id: str) -> ReturnableItems: ...

    async def return_reasons(self) -> tuple[ReturnReason, ...]: ...

    async def quote_return(self, caller: Caller, request: ReturnRequest, *, idempotency_key: str) -> ReturnQuote: ...

    async def create_return(self, caller: Caller, request: ReturnRequest, *, idempotency_key: str) -> Return: ...

    async def list_returns(self, caller: Caller, *, cursor: str | None = None, limit: int = 10) -> Page[Return]: ...

    async def get_return(self, caller: Caller, return_: str) -> Return:
        """By id or by number."""

    async def cancel_return(self, caller: Caller, return_id: str, *, idempotency_key: str) -> Return: ...


class Refunds(Protocol):
    async def list_refunds(self, caller: Caller, *, order_id: str | None = None) -> Page[Refund]: ...

    async def request_refund(self, caller: Caller, request: RefundRequest, *, idempotency_key: str) -> Refund:
        """A refund without a return; status NEEDS_APPROVAL when a person has to look at it."""


class Loyalty(Protocol):
    async def account(self, caller: Caller) -> LoyaltyAccount: ...

    async def transactions(
        self, caller: Caller, *, cursor: str | None = None, limit: int = 10
    ) -> Page[LoyaltyTransaction]: ...

    async def rewards(self, caller: Caller) -> tuple[Reward, ...]: ...

    async def redeem(
        self, caller: Caller, reward_id: str, *, dry_run: bool = False, idempotency_key: str
    ) -> Redemption: ...


class PolicySource(Protocol):
    async def policies(self) -> Policies: ...


class Commerce(Customers, Orders, Returns, Refunds, Loyalty, PolicySource, Protocol):
    """Everything, as one HTTP client offers it. Code that needs a part asks for the part."""
