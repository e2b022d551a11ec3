import json
import secrets
from dataclasses import dataclass
from datetime import timedelta

from backends.models import (
    Money,
    Page,
    Resolution,
    Return,
    ReturnableItems,
    ReturnMethod,
    ReturnQuote,
    ReturnReason,
    ReturnRequest,
    ReturnStatus,
)
from backends.sandbox.context import Moment, Subject
from backends.sandbox.events.outbox import emit
from backends.sandbox.loyalty import service as loyalty
from backends.sandbox.loyalty.service import Source
from backends.sandbox.orders import repository as orders
from backends.sandbox.orders.repository import OrderRow
from backends.sandbox.pagination import Cursors
from backends.sandbox.policies.rules import Policy
from backends.sandbox.problems import conflict, not_found
from backends.sandbox.refunds import repository as refunds
from backends.sandbox.refunds.repository import charges
from backends.sandbox.returns import repository
from backends.sandbox.returns.eligibility import check
from backends.sandbox.returns.pricing import Price, price_return
from backends.sandbox.returns.repository import CANCELLABLE, NewReturn
from backends.sandbox.texts import storable
from common.database import Connection


@dataclass(frozen=True, slots=True)
class Plan:
    """A return that the rules allow, with what it is worth now."""

    order: OrderRow
    price: Price
    effect: loyalty.Effect


def reasons(policy: Policy) -> list[ReturnReason]:
    return [
        ReturnReason(name, rule.title, rule.categories, rule.nothing_to_return, rule.code)
        for name, rule in policy.return_reasons.items()
    ]


async def returnable_items(connection: Connection, moment: Moment, subject: Subject, ref: str) -> ReturnableItems:
    order = await _order(connection, ref, subject)
    items = tuple(
        line.as_returnable(moment.policy, moment.today, order.currency)
        for line in await orders.lines(connection, order.id)
    )
    methods = tuple(
        ReturnMethod(
            name, rule.title, Money(moment.policy.method_fee(name, order.currency), order.currency), rule.places
        )
        for name, rule in moment.policy.methods.items()
    )
    return ReturnableItems(order.id, order.number, items, methods)


async def quote(connection: Connection, moment: Moment, subject: Subject, request: ReturnRequest) -> ReturnQuote:
    order = await _order(connection, request.order_id, subject)
    plan = await _plan(connection, moment, order, request)
    quote_id = f"quo_{secrets.token_hex(12)}"
    expires = moment.now + timedelta(minutes=moment.policy.quote_minutes)
    await repository.insert_quote(
        connection,
        quote_id=quote_id,
        customer_id=subject.customer_id,
        order_id=plan.order.id,
        fingerprint=_fingerprint(request),
        price=plan.price,
        points_effect=plan.effect.points,
        expires_at=expires,
    )
    return ReturnQuote(
        quote_id,
        plan.order.id,
        Money(plan.price.total, plan.order.currency),
        plan.price.breakdown,
        request.resolution,
        plan.effect.points,
        plan.effect.tier_after,
        expires,
    )


async def create(connection: Connection, moment: Moment, subject: Subject, request: ReturnRequest) -> Return:
    """The order is locked first: of simultaneous requests for the last unit, one finds it."""
    order = await _order(connection, request.order_id, subject, lock=True)
    # What a quote says of itself comes first: a used one is refused as used, whatever it left of the units.
    quoted = await _quoted(connection, moment, subject, request, order) if request.quote_id is not None else None
    plan = await _plan(connection, moment, order, request)
    price, points = quoted or (plan.price, plan.effect.points)
    new = NewReturn(
        order_id=plan.order.id,
        customer_id=subject.customer_id,
        status=ReturnStatus.AWAITING_ITEMS,
        resolution=request.resolution,
        method=request.method,
        lines=request.lines,
        created_at=moment.now,
        send_by=moment.today + timedelta(days=moment.policy.send_by_days),
        label_key=secrets.token_urlsafe(16),
        price=price,
        points_effect=points,
    )
    return await _told(connection, moment, subject, await repository.insert(connection, new))


async def list_returns(connection: Connection, moment: Moment, subject: Subject, cursors: Cursors) -> Page[Return]:
    before = cursors.newest_first("returns")
    rows = await repository.newest(connection, subject, before, cursors.limit + 1, moment.public_url)
    return cursors.page("returns", rows, lambda row: [row.created_at.isoformat(), row.id])


async def get(connection: Connection, moment: Moment, subject: Subject, ref: str) -> Return:
    found = await repository.find(connection, ref, subject, moment.public_url) if storable(ref) else None
    if found is None:
        raise not_found()
    return found


async def cancel(connection: Connection, moment: Moment, subject: Subject, ref: str) -> Return:
    found = await get(connection, moment, subject, ref)
    row = await repository.lock(connection, found.number)
    if row is None or row.status not in CANCELLABLE:
        raise conflict("The return is on its way, finished or cancelled before.")
    await repository.set_status(connection, row.id, ReturnStatus.CANCELLED)
    return await _told(connection, moment, subject, row.id)


async def _order(connection: Connection, ref: str, subject: Subject, *, lock: bool = False) -> OrderRow:
    order = await orders.find(connection, ref, subject, lock=lock) if storable(ref) else None
    if order is None:
        raise not_found()
    return order


async def _plan(connection: Connection, moment: Moment, order: OrderRow, request: ReturnRequest) -> Plan:
    picks = check(moment.policy, await orders.lines(connection, order.id), request, moment.today)
    refundable = order.captured - await refunds.committed(connection, order.id)
    price = price_return(
        moment.policy,
        order.currency,
        picks,
        resolution=request.resolution,
        method=request.method,
        refundable=refundable,
    )
    worth = 0 if request.resolution is Resolution.EXCHANGE else price.goods
    effect = await loyalty.effect(connection, moment, Source(order.customer_id, order.id, order.number), worth)
    return Plan(order, price, effect)


async def _quoted(
    connection: Connection, moment: Moment, subject: Subject, request: ReturnRequest, order: OrderRow
) -> tuple[Price, int]:
    """What the quote said; raises Problem `conflict` where it does not fit."""
    assert request.quote_id is not None
    row = await repository.lock_quote(connection, request.quote_id, subject.customer_id)
    if row is None:
        raise conflict("There is no such quote.", reason="quote_unknown")
    if row["order_id"] != order.id or row["fingerprint"] != _fingerprint(request):
        raise conflict("The quote is for something else.", reason="quote_mismatch")
    if row["used_at"] is not None:
        raise conflict("The quote was used before.", reason="quote_used")
    if row["expires_at"] <= moment.now:
        raise conflict("The quote is too old.", reason="quote_expired")
    await repository.use_quote(connection, request.quote_id, moment.now)
    stored = row["breakdown"]
    breakdown = charges(stored["charges"], order.currency)
    return Price(row["refund_total"], stored["bonus"], stored["goods"], breakdown), row["points_effect"]


def _fingerprint(request: ReturnRequest) -> str:
    lines = sorted([line.line_id, line.quantity, line.reason] for line in request.lines)
    return json.dumps([lines, request.resolution, request.method])


async def _told(connection: Connection, moment: Moment, subject: Subject, return_id: str) -> Return:
    return_ = await get(connection, moment, subject, return_id)
    await tell(connection, moment, subject.customer_id, return_)
    return return_


async def tell(connection: Connection, moment: Moment, customer_id: str, return_: Return) -> None:
    await emit(
        connection,
        "return.updated",
        moment.now,
        customer_id=customer_id,
        subject_id=return_.id,
        number=return_.number,
        status=return_.status.value,
        order_id=return_.order_id,
    )
