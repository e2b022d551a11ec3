from datetime import timedelta

from backends.models import Charge, Money, Page, Refund, RefundMethod, RefundRequest, RefundStatus
from backends.sandbox.context import Moment, Subject
from backends.sandbox.events.outbox import emit
from backends.sandbox.loyalty import service as loyalty
from backends.sandbox.loyalty.service import Source
from backends.sandbox.orders import repository as orders
from backends.sandbox.orders.repository import OrderRow
from backends.sandbox.pagination import Cursors
from backends.sandbox.problems import already_refunded, not_found, not_returnable
from backends.sandbox.refunds import repository, returnless
from backends.sandbox.refunds.repository import NewRefund
from backends.sandbox.texts import storable
from common.database import Connection


async def list_refunds(
    connection: Connection, subject: Subject, cursors: Cursors, order_id: str | None
) -> Page[Refund]:
    name = f"refunds/{order_id or ''}"
    if order_id is not None and (not storable(order_id) or await orders.find(connection, order_id, subject) is None):
        raise not_found()
    rows = await repository.newest(connection, subject, order_id, cursors.newest_first(name), cursors.limit + 1)
    return cursors.page(name, rows, lambda row: [row.created_at.isoformat(), row.id])


async def request_refund(connection: Connection, moment: Moment, subject: Subject, request: RefundRequest) -> Refund:
    """A refund without a return. The order is locked: two requests for one unit are looked at one after the other."""
    order = await orders.find(connection, request.order_id, subject, lock=True)
    if order is None:
        raise not_found()
    if order.captured == 0:
        raise not_returnable("not_paid")
    if request.line_id is None:
        claim = returnless.shipping_claim(moment.policy, order, request.reason)
        if await repository.shipping_refunded(connection, order.id):
            raise already_refunded()
    else:
        line = next((line for line in await orders.lines(connection, order.id) if line.id == request.line_id), None)
        if line is None:
            raise not_found()
        claim = returnless.line_claim(
            moment.policy, order, line, quantity=request.quantity, reason=request.reason, today=moment.today
        )
    if claim.amount > order.captured - await repository.committed(connection, order.id):
        raise already_refunded()
    return await create(
        connection,
        moment,
        order,
        amount=claim.amount,
        items=(Charge(claim.label, Money(claim.amount, order.currency)),),
        method=request.method,
        reason=request.reason,
        status=claim.status,
        line_id=request.line_id,
        quantity=request.quantity if request.line_id else None,
        covers_shipping=request.line_id is None,
    )


async def create(
    connection: Connection,
    moment: Moment,
    order: OrderRow,
    *,
    amount: int,
    items: tuple[Charge, ...],
    method: RefundMethod,
    reason: str,
    status: RefundStatus = RefundStatus.PENDING,
    return_id: str | None = None,
    line_id: str | None = None,
    quantity: int | None = None,
    covers_shipping: bool = False,
    bonus: int = 0,
) -> Refund:
    expected = moment.today + timedelta(days=moment.policy.refund_days) if status is RefundStatus.PENDING else None
    new = NewRefund(
        order.id,
        order.customer_id,
        amount,
        items,
        method,
        status,
        reason,
        moment.now,
        expected,
        return_id,
        line_id,
        quantity,
        covers_shipping,
        bonus,
    )
    refund = await repository.get(connection, await repository.insert(connection, new))
    await tell(connection, moment, order.customer_id, refund)
    return refund


async def advance(connection: Connection, moment: Moment, customer_id: str, refund: Refund) -> Refund:
    """One step on: needs_approval → pending → processed. Store credit is in the account once it is processed."""
    if refund.status is RefundStatus.NEEDS_APPROVAL:
        expected = moment.today + timedelta(days=moment.policy.refund_days)
        await repository.set_status(
            connection, refund.id, RefundStatus.PENDING, expected_by=expected, processed_at=None
        )
    elif refund.status is RefundStatus.PENDING:
        await repository.set_status(
            connection,
            refund.id,
            RefundStatus.PROCESSED,
            expected_by=refund.expected_by,
            processed_at=moment.now,
        )
        if refund.method is RefundMethod.STORE_CREDIT:
            source = Source(customer_id, refund.order_id, refund.order_number)
            await loyalty.add_store_credit(connection, moment, source, refund.amount, f"Refund {refund.number}")
    updated = await repository.get(connection, refund.id)
    await tell(connection, moment, customer_id, updated)
    return updated


async def tell(connection: Connection, moment: Moment, customer_id: str, refund: Refund) -> None:
    await emit(
        connection,
        "refund.updated",
        moment.now,
        customer_id=customer_id,
        subject_id=refund.id,
        number=refund.number,
        status=refund.status.value,
        order_id=refund.order_id,
    )
