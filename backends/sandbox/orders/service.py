from backends.models import Charge, Money, Order, OrderSummary, Page, RefundMethod
from backends.sandbox.context import Moment, Subject
from backends.sandbox.events.outbox import emit
from backends.sandbox.loyalty import service as loyalty
from backends.sandbox.loyalty.service import EVERYTHING, Source
from backends.sandbox.orders import repository
from backends.sandbox.orders.repository import OrderRow
from backends.sandbox.pagination import Cursors
from backends.sandbox.problems import conflict, not_found
from backends.sandbox.refunds import repository as refunds_repository
from backends.sandbox.refunds import service as refunds
from backends.sandbox.returns import repository as returns_repository
from backends.sandbox.texts import storable
from common.database import Connection


async def require(connection: Connection, ref: str, subject: Subject, *, lock: bool = False) -> OrderRow:
    """Raises Problem 404."""
    row = await repository.find(connection, ref, subject, lock=lock) if storable(ref) else None
    if row is None:
        raise not_found()
    return row


async def list_orders(connection: Connection, subject: Subject, cursors: Cursors) -> Page[OrderSummary]:
    rows = await repository.summaries(connection, subject, cursors.newest_first("orders"), cursors.limit + 1)
    return cursors.page("orders", rows, lambda row: [row.placed_at.isoformat(), row.id])


async def get_order(connection: Connection, moment: Moment, subject: Subject, ref: str) -> Order:
    row = await require(connection, ref, subject)
    return Order(
        id=row.id,
        number=row.number,
        customer_id=row.customer_id,
        status=row.status,
        placed_at=row.placed_at,
        total=Money(row.total, row.currency),
        lines=tuple(line.as_order_line(row.currency) for line in await repository.lines(connection, row.id)),
        shipments=tuple(await repository.shipments(connection, row.id)),
        refunds=tuple(await refunds_repository.of_order(connection, row.id)),
        returns=tuple(await returns_repository.of_order(connection, row.id, moment.public_url)),
        cancellable=row.cancellable,
        payment_method=row.payment_method,
        url=f"https://juniperandlane.example/orders/{row.number}",
        shipping_address=row.address,
        address_changeable=row.address_changeable,
        version=row.version,
    )


async def cancel_order(connection: Connection, moment: Moment, subject: Subject, ref: str, reason: str) -> Order:
    row = await require(connection, ref, subject, lock=True)
    if not row.cancellable:
        raise conflict("The order was cancelled, packed or shipped before.", status_now=row.status.value)
    await repository.mark_cancelled(connection, row.id, reason)
    left = row.captured - await refunds_repository.committed(connection, row.id)
    if left > 0:
        amount = Money(left, row.currency)
        await refunds.create(
            connection,
            moment,
            row,
            amount=left,
            items=(Charge("Cancelled order", amount),),
            method=RefundMethod.ORIGINAL_PAYMENT,
            reason="order_cancelled",
            covers_shipping=True,
        )
    await loyalty.take_back(connection, moment, Source(row.customer_id, row.id, row.number), EVERYTHING)
    await emit(
        connection,
        "order.updated",
        moment.now,
        customer_id=row.customer_id,
        subject_id=row.id,
        number=row.number,
        status="cancelled",
        order_id=row.id,
    )
    return await get_order(connection, moment, subject, row.id)
