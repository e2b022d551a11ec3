"""What a customer can have done at the shop, as data: to be written down before it is sent, and to be repeated."""

import hashlib
import json
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from backends.models import AddressChange, Caller, Order, Redemption, Refund, RefundRequest, Return, ReturnRequest
from backends.ports import Commerce

Kind = Literal["create_return", "request_refund", "redeem", "cancel_order", "cancel_return", "change_address"]
Outcome = Order | Return | Refund | Redemption


@dataclass(frozen=True, slots=True)
class CreateReturn:
    request: ReturnRequest
    kind: Literal["create_return"] = "create_return"

    @property
    def subject(self) -> str:
        return self.request.order_id

    async def send(self, shop: Commerce, caller: Caller, key: str) -> Return:
        return await shop.create_return(caller, self.request, idempotency_key=key)


@dataclass(frozen=True, slots=True)
class RequestRefund:
    request: RefundRequest
    kind: Literal["request_refund"] = "request_refund"

    @property
    def subject(self) -> str:
        return self.request.order_id

    async def send(self, shop: Commerce, caller: Caller, key: str) -> Refund:
        return await shop.request_refund(caller, self.request, idempotency_key=key)


@dataclass(frozen=True, slots=True)
class Redeem:
    reward_id: str
    kind: Literal["redeem"] = "redeem"

    @property
    def subject(self) -> str:
        return self.reward_id

    async def send(self, shop: Commerce, caller: Caller, key: str) -> Redemption:
        return await shop.redeem(caller, self.reward_id, idempotency_key=key)


@dataclass(frozen=True, slots=True)
class CancelOrder:
    order_id: str
    reason: str = "customer_request"
    kind: Literal["cancel_order"] = "cancel_order"

    @property
    def subject(self) -> str:
        return self.order_id

    async def send(self, shop: Commerce, caller: Caller, key: str) -> Order:
        return await shop.cancel_order(caller, self.order_id, reason=self.reason, idempotency_key=key)


@dataclass(frozen=True, slots=True)
class CancelReturn:
    return_id: str
    kind: Literal["cancel_return"] = "cancel_return"

    @property
    def subject(self) -> str:
        return self.return_id

    async def send(self, shop: Commerce, caller: Caller, key: str) -> Return:
        return await shop.cancel_return(caller, self.return_id, idempotency_key=key)


@dataclass(frozen=True, slots=True)
class ChangeAddress:
    request: AddressChange
    kind: Literal["change_address"] = "change_address"

    @property
    def subject(self) -> str:
        return self.request.order_id

    async def send(self, shop: Commerce, caller: Caller, key: str) -> Order:
        return await shop.change_address(caller, self.request, idempotency_key=key)


# `subject` is the id of what is changed: of each kind, one at a time may be underway for it.
Write = CreateReturn | RequestRefund | Redeem | CancelOrder | CancelReturn | ChangeAddress

_ADAPTER: TypeAdapter[Write] = TypeAdapter(Annotated[Write, Field(discriminator="kind")])


def to_json(write: Write) -> dict[str, Any]:
    plain: dict[str, Any] = _ADAPTER.dump_python(write, mode="json")
    return plain


def from_json(plain: Any) -> Write:
    """Raises ValueError for what is none of them."""
    return _ADAPTER.validate_python(plain)


def content(write: Write) -> str:
    """A digest that two requests share that would have the same done: what was shown before is no part of it."""
    plain = to_json(write)
    if isinstance(plain.get("request"), dict):
        for shown in ("quote_id", "version"):
            plain["request"].pop(shown, None)
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()
