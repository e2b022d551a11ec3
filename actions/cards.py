"""Cards of orders, returns and refunds, from the backend's fields alone."""

from actions.replies import Card, Link
from actions.words import Words, money
from backends.models import Address, Order, Refund, RefundStatus, Return, ReturnStatus, Shipment

_NOT_SENT = {ReturnStatus.REQUESTED, ReturnStatus.APPROVED, ReturnStatus.AWAITING_ITEMS}


def order_card(words: Words, order: Order) -> Card:
    items = ", ".join(words.label("item_count", quantity=line.quantity, title=line.title) for line in order.lines)
    fields = (
        (words.label("status"), words.state(order.status)),
        (words.label("placed"), words.day(order.placed_at)),
        (words.label("items"), items),
        (words.label("total"), money(order.total)),
    )
    return Card("order", order.number, fields, link=Link(words.label("see_order"), order.url))


def address_line(words: Words, address: Address | None) -> str:
    if address is None:
        return ""
    place = (address.city, address.region, address.postal_code, words.country(address.country))
    return ", ".join(part for part in (address.name, address.line1, address.line2, *place) if part)


def shipment_card(words: Words, order: Order, shipment: Shipment) -> Card:
    titles = ", ".join(line.title for line in order.lines if line.id in shipment.line_ids)
    fields = (
        (words.label("status"), words.state(shipment.status)),
        (words.label("items"), titles),
        (words.label("carrier"), shipment.carrier),
        (words.label("tracking"), shipment.tracking_number),
        (words.label("delivered"), words.day(shipment.delivered_at)),
        (words.label("expected"), "" if shipment.delivered_at else words.day(shipment.eta)),
    )
    return Card("order", order.number, fields, link=Link(words.label("track"), shipment.tracking_url))


def return_card(words: Words, found: Return, places: str = "") -> Card:
    items = ", ".join(words.label("item_count", quantity=line.quantity, title=line.title) for line in found.lines)
    refund = money(found.refund_total) if found.refund_total and found.refund_total.amount else ""
    fields = (
        (words.label("status"), words.state(found.status)),
        (words.label("order"), found.order_number),
        (words.label("items"), items),
        (words.label("resolution"), words.state(found.resolution)),
        (words.label("amount"), refund),
        (words.label("refund"), words.state(found.refund_status) if found.refund_status else ""),
        (words.label("expected"), words.day(found.refund_expected_by)),
        (words.label("send_by"), words.day(found.send_by) if found.status in _NOT_SENT else ""),
        (words.label("places"), places),
        (words.label("reason"), found.decline_reason or ""),
    )
    name, url = ("code_page", found.code_url) if found.code_url else ("label", found.label_url or "")
    return Card("return", found.number, fields, link=Link(words.label(name), url))


def refund_card(words: Words, refund: Refund) -> Card:
    fields = (
        (words.label("status"), words.state(refund.status)),
        (words.label("order"), refund.order_number),
        *[(charge.label, money(charge.amount)) for charge in refund.items],
        (words.label("amount"), money(refund.amount)),
        (words.label("refund_to"), words.state(refund.method)),
        (words.label("expected"), words.day(refund.expected_by) if refund.status is RefundStatus.PENDING else ""),
        (words.label("processed"), words.day(refund.processed_at)),
    )
    return Card("refund", refund.number, fields)
