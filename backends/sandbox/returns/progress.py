"""What the warehouse does with a return, one step at a time: for demonstrations and tests."""

from itertools import pairwise

from backends.models import AuthLevel, RefundMethod, RefundStatus, Resolution, Return, ReturnStatus
from backends.sandbox.context import Moment, Subject
from backends.sandbox.loyalty import service as loyalty
from backends.sandbox.loyalty.service import Source
from backends.sandbox.orders import repository as orders
from backends.sandbox.problems import conflict, not_found
from backends.sandbox.refunds import repository as refund_rows
from backends.sandbox.refunds import service as refunds
from backends.sandbox.refunds.repository import charges
from backends.sandbox.returns import repository, service
from backends.sandbox.returns.repository import ReturnRow
from common.database import Connection

WAY = (
    ReturnStatus.REQUESTED,
    ReturnStatus.APPROVED,
    ReturnStatus.AWAITING_ITEMS,
    ReturnStatus.IN_TRANSIT,
    ReturnStatus.RECEIVED,
    ReturnStatus.CLOSED,
)
NEXT = dict(pairwise(WAY))


async def advance(connection: Connection, moment: Moment, number: str, *, decline: str | None = None) -> Return:
    """`decline` says why a requested return is refused. Raises Problem 404, or 409 at the end of the way."""
    row = await repository.lock(connection, number)
    if row is None:
        raise not_found()
    if decline is not None:
        if row.status is not ReturnStatus.REQUESTED:
            raise conflict("Only a requested return can be declined.")
        await repository.set_status(connection, row.id, ReturnStatus.DECLINED, decline)
    elif row.status not in NEXT:
        raise conflict("The return is finished.")
    else:
        await _step(connection, moment, row, NEXT[row.status])
    subject = Subject(row.customer_id, AuthLevel.CUSTOMER)
    return_ = await service.get(connection, moment, subject, row.id)
    await service.tell(connection, moment, row.customer_id, return_)
    return return_


async def _step(connection: Connection, moment: Moment, row: ReturnRow, status: ReturnStatus) -> None:
    await repository.set_status(connection, row.id, status)
    if row.resolution is Resolution.EXCHANGE:
        return
    if status is ReturnStatus.RECEIVED:
        await _refund(connection, moment, row)
    elif status is ReturnStatus.CLOSED:
        for refund in await refund_rows.of_order(connection, row.order_id):
            if refund.return_number == row.number and refund.status is RefundStatus.PENDING:
                await refunds.advance(connection, moment, row.customer_id, refund)


async def _refund(connection: Connection, moment: Moment, row: ReturnRow) -> None:
    """The refund is on its way once the parcel is here, and what the order earned goes back."""
    order = await orders.find(connection, row.order_id, Subject(row.customer_id, AuthLevel.CUSTOMER))
    assert order is not None
    goods = await repository.goods_value(connection, row.id)
    await loyalty.take_back(connection, moment, Source(row.customer_id, order.id, order.number), goods)
    if row.refund_total == 0:
        return
    to_credit = row.resolution is Resolution.STORE_CREDIT
    await refunds.create(
        connection,
        moment,
        order,
        amount=row.refund_total,
        bonus=row.bonus,
        items=charges(row.breakdown, order.currency),
        method=RefundMethod.STORE_CREDIT if to_credit else RefundMethod.ORIGINAL_PAYMENT,
        reason="return",
        return_id=row.id,
    )
