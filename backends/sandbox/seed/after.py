"""Returns and refunds of the past, worth what the shop's own arithmetic makes of them."""

from dataclasses import replace
from datetime import timedelta

from backends.models import (
    AuthLevel,
    Charge,
    Money,
    RefundMethod,
    RefundStatus,
    Resolution,
    ReturnLine,
    ReturnStatus,
)
from backends.sandbox.context import Moment, Subject
from backends.sandbox.loyalty import service as loyalty
from backends.sandbox.loyalty.service import Source
from backends.sandbox.orders import repository as orders
from backends.sandbox.orders.lines import Line
from backends.sandbox.orders.repository import OrderRow
from backends.sandbox.refunds import repository as refunds
from backends.sandbox.refunds.repository import NewRefund
from backends.sandbox.returns import repository as returns
from backends.sandbox.returns.pricing import Pick, Price, price_return
from backends.sandbox.returns.repository import NewReturn
from backends.sandbox.seed.models import RefundSpec, ReturnSpec
from common.database import Connection

ARRIVED = {ReturnStatus.RECEIVED, ReturnStatus.CLOSED}


async def _order(connection: Connection, customer_id: str, order_id: str) -> tuple[OrderRow, list[Line]]:
    order = await orders.find(connection, order_id, Subject(customer_id, AuthLevel.CUSTOMER))
    assert order is not None
    return order, await orders.lines(connection, order_id)


async def add_return(connection: Connection, moment: Moment, customer_id: str, order_id: str, spec: ReturnSpec) -> None:
    order, lines = await _order(connection, customer_id, order_id)
    policy = moment.policy
    picks = [Pick(lines[line.position - 1], line.quantity, policy.return_reasons[line.reason]) for line in spec.lines]
    refundable = order.captured - await refunds.committed(connection, order_id)
    price = price_return(
        policy, order.currency, picks, resolution=spec.resolution, method=spec.method, refundable=refundable
    )
    source = Source(customer_id, order_id, order.number)
    worth = 0 if spec.resolution is Resolution.EXCHANGE else price.goods
    effect = await loyalty.effect(connection, moment, source, worth)
    created = moment.now - timedelta(days=spec.days)
    new = NewReturn(
        order_id=order_id,
        customer_id=customer_id,
        status=spec.status,
        resolution=spec.resolution,
        method=spec.method,
        lines=tuple(
            ReturnLine(lines[line.position - 1].id, line.quantity, line.reason, exchange_for=spec.exchange_for)
            for line in spec.lines
        ),
        created_at=created,
        send_by=created.date() + timedelta(days=policy.send_by_days),
        label_key=f"sample-{spec.number}",
        price=price,
        points_effect=effect.points,
        number=spec.number,
        decline_reason=spec.decline,
    )
    return_id = await returns.insert(connection, new)
    arrived = replace(moment, now=moment.now - timedelta(days=spec.refund.days if spec.refund else 0))
    if spec.status in ARRIVED and worth:
        await loyalty.take_back(connection, arrived, source, worth)
    if spec.refund:
        await _refund_return(connection, arrived, order, return_id, spec=spec, price=price)


async def _refund_return(
    connection: Connection, arrived: Moment, order: OrderRow, return_id: str, *, spec: ReturnSpec, price: Price
) -> None:
    assert spec.refund is not None
    to_credit = spec.resolution is Resolution.STORE_CREDIT
    new = _new(arrived, order, spec.refund, price.total, price.breakdown)
    method = RefundMethod.STORE_CREDIT if to_credit else RefundMethod.ORIGINAL_PAYMENT
    await refunds.insert(connection, replace(new, return_id=return_id, method=method, bonus=price.bonus))
    if to_credit and spec.refund.status is RefundStatus.PROCESSED:
        source = Source(order.customer_id, order.id, order.number)
        amount = Money(price.total, order.currency)
        text = f"Refund {spec.refund.number}"
        await loyalty.add_store_credit(connection, arrived, source, amount, text)


async def add_refund(connection: Connection, moment: Moment, customer_id: str, order_id: str, spec: RefundSpec) -> None:
    """Of one unit of a line, or of everything that was paid."""
    order, lines = await _order(connection, customer_id, order_id)
    at = replace(moment, now=moment.now - timedelta(days=spec.days))
    if spec.line is None:
        charge = Charge("Cancelled order", Money(order.captured, order.currency))
        whole = _new(at, order, spec, order.captured, (charge,))
        await refunds.insert(connection, replace(whole, covers_shipping=True))
        return
    line = lines[spec.line - 1]
    charge = Charge(f"1 x {line.title}", Money(line.unit_price, order.currency))
    new = _new(at, order, spec, line.unit_price, (charge,))
    await refunds.insert(connection, replace(new, line_id=line.id, quantity=1))


def _new(at: Moment, order: OrderRow, spec: RefundSpec, amount: int, items: tuple[Charge, ...]) -> NewRefund:
    days = timedelta(days=at.policy.refund_days)
    return NewRefund(
        order_id=order.id,
        customer_id=order.customer_id,
        amount=amount,
        items=items,
        method=RefundMethod.ORIGINAL_PAYMENT,
        status=spec.status,
        reason=spec.reason,
        created_at=at.now,
        expected_by=None if spec.status is RefundStatus.NEEDS_APPROVAL else at.today + days,
        number=spec.number,
        processed_at=at.now + timedelta(days=4) if spec.status is RefundStatus.PROCESSED else None,
    )
