import re
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import quote

import httpx

from backends.errors import BadAnswer, NotFound
from backends.http.decode import decode, encode
from backends.http.remember import Remembered
from backends.http.transport import Call, Transport
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

T = TypeVar("T")

_NOBODY = Caller()
_MOST_PAGES = 20


class HttpCommerce:
    """The port `Commerce` over the commerce backend contract (`backends/contract.yaml`).

    Made by `create_commerce`; closed with `aclose` or as an async context manager.
    """

    def __init__(self, http: httpx.AsyncClient, transport: Transport, *, remember_seconds: float) -> None:
        self._http = http
        self._transport = transport
        self._policies = Remembered(self._fetch_policies, seconds=remember_seconds)
        self._reasons = Remembered(self._fetch_reasons, seconds=remember_seconds)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        await self._http.aclose()

    # --- customers ----------------------------------------------------------------------------------------------------

    async def me(self, caller: Caller) -> Customer:
        call = Call("POST", "customers/lookup", body={}, assertion=caller.assertion)
        return decode(Customer, await self._transport.send(call))

    async def start_verification(self, order_number: str, email: str, *, idempotency_key: str) -> Verification:
        body = {"order_number": order_number, "email": email}
        return await self._post(Verification, "verifications", _NOBODY, body, idempotency_key)

    async def confirm_verification(self, verification_id: str, *, idempotency_key: str) -> VerifiedGuest:
        path = f"verifications/{_segment(verification_id)}/confirm"
        return await self._post(VerifiedGuest, path, _NOBODY, {}, idempotency_key)

    # --- orders -------------------------------------------------------------------------------------------------------

    async def list_orders(self, caller: Caller, *, cursor: str | None = None, limit: int = 10) -> Page[OrderSummary]:
        return await self._page(OrderSummary, "orders", caller, cursor=cursor, limit=limit)

    async def get_order(self, caller: Caller, order: str) -> Order:
        return await self._get(Order, f"orders/{_segment(order)}", caller)

    async def cancel_order(self, caller: Caller, order_id: str, *, reason: str, idempotency_key: str) -> Order:
        path = f"orders/{_segment(order_id)}/cancel"
        return await self._post(Order, path, caller, {"reason": reason}, idempotency_key)

    async def change_address(
        self, caller: Caller, change: AddressChange, *, dry_run: bool = False, idempotency_key: str
    ) -> Order:
        path = f"orders/{_segment(change.order_id)}/address"
        body = {"address": encode(change.address), "version": change.version, "dry_run": dry_run}
        return await self._post(Order, path, caller, body, idempotency_key)

    # --- returns ------------------------------------------------------------------------------------------------------

    async def returnable_items(self, caller: Caller, order_id: str) -> ReturnableItems:
        return await self._get(ReturnableItems, f"orders/{_segment(order_id)}/returnable-items", caller)

    async def return_reasons(self) -> tuple[ReturnReason, ...]:
        return await self._reasons.value()

    async def quote_return(self, caller: Caller, request: ReturnRequest, *, idempotency_key: str) -> ReturnQuote:
        path = f"orders/{_segment(request.order_id)}/return-quote"
        return await self._post(ReturnQuote, path, caller, encode(request), idempotency_key)

    async def create_return(self, caller: Caller, request: ReturnRequest, *, idempotency_key: str) -> Return:
        return await self._post(Return, "returns", caller, encode(request), idempotency_key)

    async def list_returns(self, caller: Caller, *, cursor: str | None = None, limit: int = 10) -> Page[Return]:
        return await self._page(Return, "returns", caller, cursor=cursor, limit=limit)

    async def get_return(self, caller: Caller, return_: str) -> Return:
        return await self._get(Return, f"returns/{_segment(return_)}", caller)

    async def cancel_return(self, caller: Caller, return_id: str, *, idempotency_key: str) -> Return:
        return await self._post(Return, f"returns/{_segment(return_id)}/cancel", caller, {}, idempotency_key)

    # --- refunds ------------------------------------------------------------------------------------------------------

    async def list_refunds(self, caller: Caller, *, order_id: str | None = None) -> Page[Refund]:
        """The newest hundred."""
        return await self._page(Refund, "refunds", caller, limit=100, order_id=order_id)

    async def request_refund(self, caller: Caller, request: RefundRequest, *, idempotency_key: str) -> Refund:
        return await self._post(Refund, "refunds", caller, encode(request), idempotency_key)

    # --- loyalty ------------------------------------------------------------------------------------------------------

    async def account(self, caller: Caller) -> LoyaltyAccount:
        return await self._get(LoyaltyAccount, "loyalty/account", caller)

    async def transactions(
        self, caller: Caller, *, cursor: str | None = None, limit: int = 10
    ) -> Page[LoyaltyTransaction]:
        return await self._page(LoyaltyTransaction, "loyalty/transactions", caller, cursor=cursor, limit=limit)

    async def rewards(self, caller: Caller) -> tuple[Reward, ...]:
        return await self._all(Reward, "loyalty/rewards", caller)

    async def redeem(
        self, caller: Caller, reward_id: str, *, dry_run: bool = False, idempotency_key: str
    ) -> Redemption:
        body = {"reward_id": reward_id, "dry_run": dry_run}
        return await self._post(Redemption, "loyalty/redemptions", caller, body, idempotency_key)

    # --- policies -----------------------------------------------------------------------------------------------------

    async def policies(self) -> Policies:
        return await self._policies.value()

    async def _fetch_policies(self) -> Policies:
        return await self._get(Policies, "policies", _NOBODY)

    async def _fetch_reasons(self) -> tuple[ReturnReason, ...]:
        return await self._all(ReturnReason, "return-reasons", _NOBODY)

    # --- requests -----------------------------------------------------------------------------------------------------

    async def _get(self, kind: type[T], path: str, caller: Caller, **params: str | int | None) -> T:
        given = {name: value for name, value in params.items() if value is not None}
        return decode(kind, await self._transport.send(Call("GET", path, given, assertion=caller.assertion)))

    async def _post(self, kind: type[T], path: str, caller: Caller, body: Any, idempotency_key: str) -> T:
        call = Call("POST", path, body=body, assertion=caller.assertion, idempotency_key=idempotency_key)
        return decode(kind, await self._transport.send(call), outcome_unknown=True)

    async def _page(self, kind: type[T], path: str, caller: Caller, **params: str | int | None) -> Page[T]:
        return await self._get(Page[kind], path, caller, **params)  # type: ignore[valid-type] # known at run time only

    async def _all(self, kind: type[T], path: str, caller: Caller) -> tuple[T, ...]:
        items: tuple[T, ...] = ()
        cursor: str | None = None
        for _ in range(_MOST_PAGES):
            page = await self._page(kind, path, caller, cursor=cursor, limit=100)
            items += page.items
            cursor = page.next_cursor
            if cursor is None:
                return items
        raise BadAnswer(f"{path} does not end")


def _segment(value: str) -> str:
    """An id as one segment of a path. What can't be one, such as `..` from a chat, is known to no shop."""
    if not re.fullmatch(r"[^\x00-\x1f\x7f]{1,200}", value) or not value.strip(". "):
        raise NotFound("not an id")
    return quote(value, safe="")
