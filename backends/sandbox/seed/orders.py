from datetime import datetime, timedelta

from backends.models import OrderStatus, ShipmentStatus
from backends.sandbox.context import Moment
from backends.sandbox.loyalty import repository as loyalty
from backends.sandbox.loyalty.calendar import add_months
from backends.sandbox.loyalty.repository import Entry
from backends.sandbox.loyalty.service import points_for
from backends.sandbox.rounding import percent_of
from backends.sandbox.seed.after import add_refund, add_return
from backends.sandbox.seed.catalogue import CATALOGUE
from backends.sandbox.seed.models import LineSpec, OrderSpec, ShipmentSpec
from common.database import Connection

NOT_SENT = {ShipmentStatus.LABEL_CREATED}
CARRIERS = ("An Post", "DPD", "DHL")


def price(line: LineSpec) -> int:
    given = line.price
    return CATALOGUE[line.sku].price if given is None else given


def goods(order: OrderSpec) -> int:
    return sum(price(line) * line.quantity for line in order.lines)


async def add_order(
    connection: Connection, moment: Moment, customer_id: str, programme: str | None, order: OrderSpec
) -> None:
    digits = order.number.removeprefix("JL-")
    order_id = f"ord_{digits}"
    # Some minutes apart, so that no two orders of a day are placed in the same moment.
    placed = moment.now - timedelta(days=order.days, minutes=int(digits) % 97)
    await _insert(connection, moment, customer_id, order_id, order=order, placed=placed)
    for position, line in enumerate(order.lines, start=1):
        await _add_line(connection, order_id, digits, position=position, line=line, sent=_sent(order, position))
    for index, shipment in enumerate(order.shipments, start=1):
        await _add_shipment(connection, moment, order, f"{digits}_{index}", shipment)
    if programme:
        await _earn(connection, moment, customer_id, programme, order_id=order_id, order=order, placed=placed)
    for return_ in order.returns:
        await add_return(connection, moment, customer_id, order_id, return_)
    for refund in order.refunds:
        await add_refund(connection, moment, customer_id, order_id, refund)


async def _insert(
    connection: Connection, moment: Moment, customer_id: str, order_id: str, *, order: OrderSpec, placed: datetime
) -> None:
    free = goods(order) >= moment.policy.shipping.free_from
    standard = 0 if free else moment.policy.shipping.standard
    shipping = standard if order.shipping is None else order.shipping
    total = goods(order) + shipping
    packed = order.packed if order.packed is not None else max((_shipped(s) for s in order.shipments), default=None)
    await connection.execute(
        "INSERT INTO orders (id, number, customer_id, status, placed_at, packed_at, currency, shipping, total,"
        " captured, payment_method) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            order_id,
            order.number,
            customer_id,
            order.status,
            placed,
            None if packed is None else moment.now - timedelta(days=packed),
            order.currency,
            shipping,
            total,
            0 if order.status is OrderStatus.PENDING else total,
            order.payment,
        ),
    )


def _shipped(shipment: ShipmentSpec) -> int:
    """Days ago."""
    if shipment.shipped is not None:
        return shipment.shipped
    return (shipment.delivered or 0) + (3 if shipment.delivered is not None else 0)


def _sent(order: OrderSpec, position: int) -> bool:
    return any(
        shipment.status not in NOT_SENT and (not shipment.lines or position in shipment.lines)
        for shipment in order.shipments
    )


async def _add_line(
    connection: Connection, order_id: str, digits: str, *, position: int, line: LineSpec, sent: bool
) -> None:
    product = CATALOGUE[line.sku]
    await connection.execute(
        "INSERT INTO order_lines (id, order_id, position, sku, title, variant, category, quantity, fulfilled,"
        " unit_price, sale, final_sale, personalised) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            f"ln_{digits}_{position}",
            order_id,
            position,
            line.sku,
            product.title,
            line.variant,
            product.category,
            line.quantity,
            line.quantity if sent else 0,
            price(line),
            "sale" in line.flags,
            "final" in line.flags,
            "personal" in line.flags,
        ),
    )


async def _add_shipment(
    connection: Connection, moment: Moment, order: OrderSpec, suffix: str, shipment: ShipmentSpec
) -> None:
    digits = order.number.removeprefix("JL-")
    sent = shipment.status not in NOT_SENT
    await connection.execute(
        "INSERT INTO shipments (id, order_id, carrier, tracking_number, status, shipped_at, eta, delivered_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
        (
            f"shp_{suffix}",
            f"ord_{digits}",
            CARRIERS[int(digits) % len(CARRIERS)],
            f"JLT{suffix.replace('_', '')}IE",
            shipment.status,
            moment.now - timedelta(days=_shipped(shipment)) if sent else None,
            None if shipment.eta is None else moment.today + timedelta(days=shipment.eta),
            None if shipment.delivered is None else moment.now - timedelta(days=shipment.delivered),
        ),
    )
    for position, line in enumerate(order.lines, start=1):
        if not shipment.lines or position in shipment.lines:
            await connection.execute(
                "INSERT INTO shipment_lines (shipment_id, line_id, quantity) VALUES (%s, %s, %s)",
                (f"shp_{suffix}", f"ln_{digits}_{position}", line.quantity),
            )


async def _earn(
    connection: Connection,
    moment: Moment,
    customer_id: str,
    programme: str,
    *,
    order_id: str,
    order: OrderSpec,
    placed: datetime,
) -> None:
    """What members gather: cashback or points, and spending that counts for a tier."""
    home = moment.policy.home_currency
    if order.currency != home or order.status in {OrderStatus.CANCELLED, OrderStatus.PENDING}:
        return
    rule, worth = moment.policy.loyalty, goods(order)
    delivered = [shipment.delivered for shipment in order.shipments if shipment.delivered is not None]
    whole = order.status is OrderStatus.DELIVERED
    amount = percent_of(worth, rule.cashback_percent) if programme == "cashback" else points_for(moment.policy, worth)
    points = programme != "cashback"
    entry = Entry(
        customer_id,
        "points" if points else "cashback",
        placed,
        "earned",
        amount,
        f"Order {order.number}",
        None if points else home,
        remaining=amount,
        pending=True,
        available_at=moment.now + timedelta(days=rule.pending_days - min(delivered)) if whole else None,
        expires_on=add_months(placed.date(), rule.expiry_months) if points else None,
        order_id=order_id,
    )
    await loyalty.add(connection, entry)
    if programme == "tiers":
        spend = Entry(customer_id, "spend", placed, "earned", worth, f"Order {order.number}", home, order_id=order_id)
        await loyalty.add(connection, spend)
