"""The ports in memory, for tests of the actions: ownership, quantities, windows, idempotency as the contract says."""

# ruff: noqa: ARG002 - the port has parameters that this shop needs not

import dataclasses
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

from backends.errors import (
    AddressRefused,
    BackendError,
    Conflict,
    InsufficientPoints,
    InvalidRequest,
    NotFound,
    NotReturnable,
    QuantityExceeded,
    VerificationRequired,
    WindowExpired,
)
from backends.models import (
    AddressChange,
    BlockedReason,
    Caller,
    CategoryPolicy,
    Charge,
    Customer,
    LoyaltyAccount,
    LoyaltyTransaction,
    Money,
    Order,
    OrderLine,
    OrderStatus,
    OrderSummary,
    Page,
    Policies,
    ReasonCode,
    Redemption,
    Refund,
    RefundRequest,
    RefundStatus,
    Resolution,
    Return,
    ReturnableItem,
    ReturnableItems,
    ReturnMethod,
    ReturnQuote,
    ReturnReason,
    ReturnRequest,
    ReturnStatus,
    Reward,
    Verification,
    VerifiedGuest,
    Voucher,
)

T = TypeVar("T")

TODAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
FREE, LABEL_FEE, UP_TO = Money(0, "EUR"), Money(395, "EUR"), Money(1500, "EUR")
DELIVERED_TO = {"IE", "GB"}
METHODS = (ReturnMethod("label", "Send it with a prepaid label", LABEL_FEE), ReturnMethod("store", "Bring it", FREE))
REASONS = (
    ReturnReason("too_small", "Too small", ("clothing",)),
    ReturnReason("damaged", "Arrived damaged"),
    ReturnReason("changed_mind", "I changed my mind", code=ReasonCode.UNWANTED),
    ReturnReason("defective", "Does not work properly"),
    ReturnReason("not_as_expected", "Looks different from what I expected"),
    ReturnReason("color", "The colour isn't right", ("clothing",), code=ReasonCode.COLOR),
    ReturnReason("other", "Something else", code=ReasonCode.OTHER),
    ReturnReason("missing", "It was missing from the parcel", nothing_to_return=True),
)


@dataclasses.dataclass
class Shelf:
    """Everything that belongs to one customer, newest first. The assertion is the customer's id."""

    orders: list[Order] = dataclasses.field(default_factory=list)
    returns: list[Return] = dataclasses.field(default_factory=list)
    refunds: list[Refund] = dataclasses.field(default_factory=list)
    account: LoyaltyAccount | None = None
    rewards: tuple[Reward, ...] = ()
    transactions: tuple[LoyaltyTransaction, ...] = ()


class FakeCommerce:
    """`calls` notes each call; `fail` makes calls of a name fail, before or after they did their work."""

    def __init__(self, shelves: dict[str, Shelf]) -> None:
        self.shelves = shelves
        self.methods = METHODS
        self.calls: list[tuple[str, str]] = []
        self.failures: dict[str, list[tuple[BackendError, bool]]] = {}
        # Line → other variants in stock; where there is none this shop doesn't tell.
        self.in_stock: dict[str, tuple[str, ...]] = {}
        self._answers: dict[str, tuple[Any, Any]] = {}
        self._quotes: dict[str, ReturnQuote] = {}

    def fail(self, call: str, *errors: BackendError, after_work: bool = False) -> None:
        self.failures.setdefault(call, []).extend((error, after_work) for error in errors)

    def keys(self, call: str) -> list[str]:
        return [key for name, key in self.calls if name == call]

    def _shelf(self, caller: Caller) -> Shelf:
        if caller.assertion not in self.shelves:
            raise VerificationRequired
        return self.shelves[caller.assertion]

    def _enter(self, call: str, key: str = "") -> BackendError | None:
        """Note the call; raise what was arranged to happen before the work, return what comes after it."""
        self.calls.append((call, key))
        arranged = self.failures.get(call)
        if not arranged:
            return None
        error, after_work = arranged.pop(0)
        if not after_work:
            raise error
        return error

    async def _once(self, call: str, key: str, request: Any, work: Callable[[], Awaitable[T]]) -> T:
        later = self._enter(call, key)
        if key in self._answers:
            known, answer = self._answers[key]
            if known != request:
                raise InvalidRequest("the key was used for another request")
        else:
            answer = await work()
            self._answers[key] = (request, answer)
        if later:
            raise later
        return answer  # type: ignore[no-any-return]  # the answer of the same call

    # --- customers ----------------------------------------------------------------------------------------------------

    async def me(self, caller: Caller) -> Customer:
        self._shelf(caller)
        return Customer(caller.assertion, "Emma Byrne", "Emma", "emma@example.com", "en", TODAY)

    async def start_verification(self, order_number: str, email: str, *, idempotency_key: str) -> Verification:
        raise NotFound  # of the gateway, not of the actions

    async def confirm_verification(self, verification_id: str, *, idempotency_key: str) -> VerifiedGuest:
        raise NotFound

    # --- orders -------------------------------------------------------------------------------------------------------

    async def list_orders(self, caller: Caller, *, cursor: str | None = None, limit: int = 10) -> Page[OrderSummary]:
        self._enter("list_orders")
        return Page(tuple(summarise(order) for order in self._shelf(caller).orders[:limit]))

    async def get_order(self, caller: Caller, order: str) -> Order:
        self._enter("get_order")
        return self._order(caller, order)

    def _order(self, caller: Caller, wanted: str) -> Order:
        for order in self._shelf(caller).orders:
            if wanted in {order.id, order.number}:
                return order
        raise NotFound

    async def cancel_order(self, caller: Caller, order_id: str, *, reason: str, idempotency_key: str) -> Order:
        async def work() -> Order:
            order = self._order(caller, order_id)
            if not order.cancellable:
                raise Conflict
            return self._put(caller, replace(order, status=OrderStatus.CANCELLED, cancellable=False))

        return await self._once("cancel_order", idempotency_key, (order_id, reason), work)

    async def change_address(
        self, caller: Caller, change: AddressChange, *, dry_run: bool = False, idempotency_key: str
    ) -> Order:
        async def work() -> Order:
            order = self._order(caller, change.order_id)
            if not order.address_changeable or change.version not in {None, order.version}:
                raise Conflict
            if change.address.country not in DELIVERED_TO:
                raise AddressRefused(reason="country")
            address = replace(change.address, postal_code=change.address.postal_code.upper())
            changed = replace(order, shipping_address=address)
            return changed if dry_run else self._put(caller, replace(changed, version=f"{order.version}+"))

        name = "check_address" if dry_run else "change_address"
        return await self._once(name, idempotency_key, (change, dry_run), work)

    def _put(self, caller: Caller, order: Order) -> Order:
        shelf = self._shelf(caller)
        shelf.orders = [order if each.id == order.id else each for each in shelf.orders]
        return order

    # --- returns ------------------------------------------------------------------------------------------------------

    async def returnable_items(self, caller: Caller, order_id: str) -> ReturnableItems:
        self._enter("returnable_items")
        order = self._order(caller, order_id)
        items = (returnable(order, line) for line in order.lines)
        stocked = tuple(replace(item, variants=self.in_stock.get(item.line_id)) for item in items)
        return ReturnableItems(order.id, order.number, stocked, self.methods)

    async def return_reasons(self) -> tuple[ReturnReason, ...]:
        self._enter("return_reasons")
        return REASONS

    def _check(self, caller: Caller, request: ReturnRequest) -> tuple[Order, int]:
        order = self._order(caller, request.order_id)
        items = {line.id: returnable(order, line) for line in order.lines}
        total = 0
        for wanted in request.lines:
            item = items[wanted.line_id]
            if item.blocked is BlockedReason.WINDOW_EXPIRED:
                raise WindowExpired(deadline=item.deadline, window_days=item.window_days)
            if item.blocked:
                raise NotReturnable(reason=item.blocked.value)
            if not 0 < wanted.quantity <= item.quantity:
                raise QuantityExceeded(returnable=item.quantity)
            total += item.unit_price.amount * wanted.quantity
        return order, total

    async def quote_return(self, caller: Caller, request: ReturnRequest, *, idempotency_key: str) -> ReturnQuote:
        async def work() -> ReturnQuote:
            order, total = self._check(caller, request)
            charges = [Charge("Items", Money(total, "EUR"))]
            if request.method == "label" and request.resolution is Resolution.REFUND:
                charges.append(Charge("Label", Money(-LABEL_FEE.amount, "EUR")))
            refund = Money(sum(charge.amount.amount for charge in charges), "EUR")
            quote_id = f"quote-{len(self._quotes) + 1}"
            expires = NOW + timedelta(minutes=30)
            points = -total // 100
            quote = ReturnQuote(quote_id, order.id, refund, tuple(charges), request.resolution, points, None, expires)
            self._quotes[quote_id] = quote
            return quote

        return await self._once("quote_return", idempotency_key, request, work)

    async def create_return(self, caller: Caller, request: ReturnRequest, *, idempotency_key: str) -> Return:
        async def work() -> Return:
            order, _ = self._check(caller, request)
            quote = self._quotes.get(request.quote_id or "")
            if quote is None:
                raise Conflict
            taken = {line.line_id: line.quantity for line in request.lines}
            lines = tuple(
                replace(line, returned=line.returned + units, returnable=line.returnable - units)
                for line in order.lines
                for units in (taken.get(line.id, 0),)
            )
            self._put(caller, replace(order, lines=lines))
            shelf = self._shelf(caller)
            titles = {line.id: line.title for line in order.lines}
            created = Return(
                id=f"ret-{len(shelf.returns) + 1}",
                number=f"RT-{200100 + len(shelf.returns)}",
                order_id=order.id,
                order_number=order.number,
                status=ReturnStatus.AWAITING_ITEMS,
                resolution=request.resolution,
                lines=tuple(replace(line, title=titles[line.line_id]) for line in request.lines),
                method=request.method,
                created_at=NOW,
                send_by=TODAY + timedelta(days=14),
                label_url="https://shop.example/labels/1" if request.method == "label" else None,
                code_url="https://shop.example/codes/1" if request.method == "code" else None,
                refund_total=quote.refund_total,
                refund_status=RefundStatus.PENDING,
                cancellable=True,
            )
            shelf.returns.insert(0, created)
            return created

        return await self._once("create_return", idempotency_key, request, work)

    async def list_returns(self, caller: Caller, *, cursor: str | None = None, limit: int = 10) -> Page[Return]:
        self._enter("list_returns")
        return Page(tuple(self._shelf(caller).returns[:limit]))

    async def get_return(self, caller: Caller, return_: str) -> Return:
        self._enter("get_return")
        for each in self._shelf(caller).returns:
            if return_ in {each.id, each.number}:
                return each
        raise NotFound

    async def cancel_return(self, caller: Caller, return_id: str, *, idempotency_key: str) -> Return:
        async def work() -> Return:
            found = next((each for each in self._shelf(caller).returns if each.id == return_id), None)
            if found is None:
                raise NotFound
            if not found.cancellable:
                raise Conflict
            cancelled = replace(found, status=ReturnStatus.CANCELLED, cancellable=False)
            shelf = self._shelf(caller)
            shelf.returns = [cancelled if each.id == return_id else each for each in shelf.returns]
            return cancelled

        return await self._once("cancel_return", idempotency_key, return_id, work)

    # --- refunds ------------------------------------------------------------------------------------------------------

    async def list_refunds(self, caller: Caller, *, order_id: str | None = None) -> Page[Refund]:
        self._enter("list_refunds")
        refunds = self._shelf(caller).refunds
        return Page(tuple(refund for refund in refunds if order_id in {None, refund.order_id}))

    async def request_refund(self, caller: Caller, request: RefundRequest, *, idempotency_key: str) -> Refund:
        async def work() -> Refund:
            order = self._order(caller, request.order_id)
            line = next(line for line in order.lines if line.id == request.line_id)
            amount = line.unit_price.amount * request.quantity
            if request.reason != "damaged" or amount > UP_TO.amount:
                raise NotReturnable(reason="return_required")
            shelf = self._shelf(caller)
            refund = Refund(
                id=f"ref-{len(shelf.refunds) + 1}",
                number=f"RF-{300100 + len(shelf.refunds)}",
                order_id=order.id,
                order_number=order.number,
                return_number=None,
                amount=Money(amount, "EUR"),
                items=(),
                method=request.method,
                status=RefundStatus.PENDING,
                created_at=NOW,
                expected_by=TODAY + timedelta(days=7),
            )
            shelf.refunds.insert(0, refund)
            return refund

        return await self._once("request_refund", idempotency_key, request, work)

    # --- loyalty ------------------------------------------------------------------------------------------------------

    async def account(self, caller: Caller) -> LoyaltyAccount:
        self._enter("account")
        account = self._shelf(caller).account
        if account is None:
            raise NotFound
        return account

    async def transactions(
        self, caller: Caller, *, cursor: str | None = None, limit: int = 10
    ) -> Page[LoyaltyTransaction]:
        self._enter("transactions")
        return Page(self._shelf(caller).transactions[:limit])

    async def rewards(self, caller: Caller) -> tuple[Reward, ...]:
        self._enter("rewards")
        available = (await self.account(caller)).available
        return tuple(replace(each, affordable=each.points <= available) for each in self._shelf(caller).rewards)

    async def redeem(
        self, caller: Caller, reward_id: str, *, dry_run: bool = False, idempotency_key: str
    ) -> Redemption:
        async def work() -> Redemption:
            shelf = self._shelf(caller)
            reward = next((each for each in shelf.rewards if each.id == reward_id), None)
            if reward is None or shelf.account is None:
                raise NotFound
            left = shelf.account.available - reward.points
            if left < 0:
                raise InsufficientPoints(available=shelf.account.available, required=reward.points)
            if dry_run:
                return Redemption(reward_id, reward.points, left)
            shelf.account = replace(shelf.account, available=left)
            return Redemption(reward_id, reward.points, left, "red-1", Voucher("JC-1234", reward.title, reward.value))

        return await self._once("redeem", idempotency_key, (reward_id, dry_run), work)

    async def policies(self) -> Policies:
        self._enter("policies")
        facts = {"return_window": "30 days", "store_credit_bonus": "5 %"}
        clothing = (CategoryPolicy("clothing", 30),)
        return Policies(30, clothing, 10, LABEL_FEE, 5, 7, UP_TO, Money(7500, "EUR"), facts)


def summarise(order: Order) -> OrderSummary:
    first, rest = order.lines[0].title, len(order.lines) - 1
    delivered = next((each.delivered_at for each in order.shipments if each.delivered_at), None)
    eta = next((each.eta for each in order.shipments if each.eta), None)
    title = f"{first} and {rest} more" if rest else first
    count = sum(line.quantity for line in order.lines)
    return OrderSummary(
        order.id, order.number, order.status, order.placed_at, order.total, count, title, eta, delivered
    )


def returnable(order: Order, line: OrderLine) -> ReturnableItem:
    """Final sale never; 30 days from delivery; sale items (variant "sale") not for money."""
    delivered = next((each.delivered_at for each in order.shipments if each.delivered_at), None)
    deadline = delivered.date() + timedelta(days=30) if delivered else None
    blocked: BlockedReason | None = None
    if line.final_sale:
        blocked = BlockedReason.FINAL_SALE
    elif deadline is None:
        blocked = BlockedReason.NOT_DELIVERED
    elif deadline < TODAY:
        blocked = BlockedReason.WINDOW_EXPIRED
    elif not line.returnable:
        blocked = BlockedReason.ALREADY_RETURNED
    quantity = 0 if blocked else line.returnable
    return ReturnableItem(
        line.id, line.title, line.variant, quantity, line.unit_price, deadline, blocked, 30, tuple(Resolution)
    )
