from datetime import UTC, datetime

from rasa_sdk.events import SlotSet

from actions.cards import address_line, order_card, shipment_card
from actions.context import Context, Events, Handler
from actions.draft import Draft
from actions.facts import facts_of
from actions.forms import flow
from actions.forms.address import address_request
from actions.forms.cancel import is_open
from actions.forms.contents import orders_of
from actions.forms.orders import MOST_CHOICES, name_order, named_order, order_buttons, order_slot
from actions.identity import personal, submits
from actions.offers import human, made
from actions.reading.addresses import read_address
from actions.reading.choices import mentions, speaks_of
from actions.replies import Card, button
from actions.turn import ANONYMOUS
from actions.words import money
from actions.writing import carry_out
from backends.models import Order, OrderStatus, OrderSummary, Shipment, ShipmentStatus
from backends.writes import CancelOrder, ChangeAddress

_UNDERWAY = {OrderStatus.PENDING, OrderStatus.CONFIRMED, OrderStatus.PARTIALLY_SHIPPED, OrderStatus.SHIPPED}


@personal
async def order_status(context: Context) -> Events:
    order = await find_order(context, "order_status", "utter_which_order")
    if order is None:
        return []
    cards = [shipment_card(context.words, order, shipment) for shipment in order.shipments]
    template = _status_template(order)
    if template == "utter_order_status_delivered" and speaks_of(context.turn.text, "unreceived"):
        template = "utter_order_status_not_received"
    context.say.say(
        template,
        call=f"GET /orders/{order.number}",
        cards=cards or [order_card(context.words, order)],
        order=order.number,
        day=_day(context, order),
    )
    events: Events = [SlotSet("recent_order", order.number)]
    if template in _TROUBLED:
        facts = facts_of(context, order=order.number, parcel=template.rpartition("status_")[2])
        events += made(context, human("unsupported_request", "orders", facts))
    return events


# After these a person is offered, who can ask the carrier or send it again.
_TROUBLED = frozenset(
    f"utter_order_status_{state}" for state in ("late", "delayed", "returned_to_sender", "not_received")
)


def _status_template(order: Order) -> str:
    parcels = {shipment.status for shipment in order.shipments}
    shipped, delivered = order.status is OrderStatus.SHIPPED, order.status is OrderStatus.DELIVERED
    states = {
        "delayed": ShipmentStatus.EXCEPTION in parcels,
        "returned_to_sender": ShipmentStatus.RETURNED_TO_SENDER in parcels,
        "late": any(is_late(shipment) for shipment in order.shipments),
        "out_for_delivery": shipped and ShipmentStatus.OUT_FOR_DELIVERY in parcels,
        "shipped_no_date": shipped and not any(shipment.eta for shipment in order.shipments),
        "delivered_no_date": delivered and not any(shipment.delivered_at for shipment in order.shipments),
    }
    state = next((name for name, applies in states.items() if applies), order.status.value)
    return f"utter_order_status_{state}"


def is_late(shipment: Shipment) -> bool:
    """Still underway on a day after the promised one."""
    today = datetime.now(UTC).date()
    return shipment.status is ShipmentStatus.IN_TRANSIT and shipment.eta is not None and shipment.eta < today


def _day(context: Context, order: Order) -> str:
    def of(shipment: Shipment) -> str:
        return context.words.day(shipment.delivered_at or shipment.eta)

    return next((day for shipment in reversed(order.shipments) if (day := of(shipment))), "")


@personal
async def order_list(context: Context) -> Events:
    orders = (await context.shop.list_orders(context.caller)).items[:MOST_CHOICES]
    if not orders:
        context.say.say("utter_order_none", call="GET /orders")
        return []
    cards = [_summary_card(context, order) for order in orders]
    context.say.say("utter_order_list", call="GET /orders", cards=cards, count=len(orders))
    return []


def _summary_card(context: Context, order: OrderSummary) -> Card:
    words = context.words
    fields = (
        (words.label("status"), words.state(order.status)),
        (words.label("placed"), words.day(order.placed_at)),
        (words.label("total"), money(order.total)),
        (words.label("delivered"), words.day(order.delivered_at)),
        (words.label("expected"), "" if order.delivered_at else words.day(order.eta)),
    )
    return Card("order", order.number, fields, subtitle=order.title)


async def find_order(context: Context, intent: str, template: str) -> Order | None:
    """The order that the customer means; None when they were asked which one, or have none."""
    turn = context.turn
    number = named_order(context)
    if number:
        return await context.shop.get_order(context.caller, number)
    orders = list((await context.shop.list_orders(context.caller)).items)
    if not orders:
        context.say.say("utter_order_none", call="GET /orders")
        return None
    text = "" if turn.is_button else turn.text
    chosen = name_order(text, orders, loose=True, current=turn.slots.get("recent_order"))
    if chosen is None:
        holding = await orders_of(context, text, orders[:MOST_CHOICES], loose=True)
        chosen = holding[0].order.number if len(holding) == 1 else _obvious(context, orders)
    if chosen is None:
        buttons = order_buttons(context, orders[:MOST_CHOICES], intent)
        context.say.say(template, call="GET /orders", buttons=buttons)
        return None
    return await context.shop.get_order(context.caller, chosen)


async def names_one_order(context: Context) -> bool:
    """Whether somebody known asks where a thing is that one of their orders has, and no other."""
    turn = context.turn
    if turn.auth_level == ANONYMOUS or turn.active_form or not mentions(turn.text, "asking_where"):
        return False
    orders = list((await context.shop.list_orders(context.caller)).items)
    return len(await orders_of(context, turn.text, orders[:MOST_CHOICES], loose=True)) == 1


def _obvious(context: Context, orders: list[OrderSummary]) -> str | None:
    """The only order, or the only one that is still underway."""
    underway = [order.number for order in orders if order.status in _UNDERWAY]
    if mentions(context.turn.text, "everything"):
        return None
    if len(orders) == 1:
        return orders[0].number
    return underway[0] if len(underway) == 1 else None


@personal
async def order_cancel(context: Context) -> Events:
    if context.turn.active_form not in {None, flow.ORDER_CANCEL} and not context.turn.entities:
        words = context.turn.text.split()
        if len(words) == 1:  # "cancel", said while something else is being filled in
            flow.say_stopped(context, context.turn.active_form)
            return [*flow.leave(context), *flow.offer_waiting(context)]
    preset = {}
    number = context.turn.entity("order_number", "order")
    if number:
        preset["cancel_order"] = order_slot(await context.shop.get_order(context.caller, number.upper()))
    elif not context.turn.is_button:
        open_orders = [order for order in (await context.shop.list_orders(context.caller)).items if is_open(order)]
        chosen = name_order(context.turn.text, open_orders, loose=True)
        preset = next(({"cancel_order": order_slot(each)} for each in open_orders if each.number == chosen), {})
    return flow.start(context, flow.ORDER_CANCEL, preset)


@submits(flow.ORDER_CANCEL, "cancel_confirm")
async def order_cancel_submit(context: Context, draft: Draft) -> Events:
    order = await carry_out(context, draft, CancelOrder(draft["cancel_order"]["id"]))
    context.say.say(
        "utter_order_cancelled",
        call=f"POST /orders/{order.number}/cancel",
        cards=[order_card(context.words, order)],
        order=order.number,
    )
    return [SlotSet("recent_order", order.number)]


@personal
async def order_change(context: Context) -> Events:
    """The address is changed here; anything else people do, as long as nothing is packed."""
    turn = context.turn
    if turn.entity("change") == "address" or speaks_of(turn.text, "delivery_address") or read_address(turn.text):
        return await _address_change(context)
    order = await find_order(context, "order_change", "utter_which_order")
    if order is None:
        return []
    template = "utter_order_change_open" if order.cancellable else "utter_order_change_too_late"
    buttons = []
    if order.address_changeable:
        template = "utter_order_change_address_or_more"
        buttons = [
            button(context.words.label("change_address"), "order_change", change="address", order=order.number),
            button(context.words.label("cancel_order"), "order_cancel", order=order.number),
            button(context.words.label("talk_to_a_person"), "human"),
        ]
    cards = [order_card(context.words, order)]
    context.say.say(template, call=f"GET /orders/{order.number}", cards=cards, buttons=buttons, order=order.number)
    facts = facts_of(context, order=order.number, wish=context.turn.text, possible="yes" if order.cancellable else "no")
    return [SlotSet("recent_order", order.number), *made(context, human("unsupported_request", "orders", facts))]


async def _address_change(context: Context) -> Events:
    number = named_order(context)
    preset = {}
    if number:
        preset["address_order"] = order_slot(await context.shop.get_order(context.caller, number))
    return flow.start(context, flow.ADDRESS, preset)


@submits(flow.ADDRESS, "address_confirm")
async def address_submit(context: Context, draft: Draft) -> Events:
    order = await carry_out(context, draft, ChangeAddress(address_request(draft)))
    context.say.say(
        "utter_address_changed",
        call=f"POST /orders/{order.number}/address",
        order=order.number,
        address=address_line(context.words, order.shipping_address),
    )
    return [SlotSet("recent_order", order.number)]


HANDLERS: dict[str, Handler] = {
    "action_order_status": order_status,
    "action_order_list": order_list,
    "action_order_cancel": order_cancel,
    "action_order_change": order_change,
    "action_order_cancel_submit": order_cancel_submit,
    "action_address_submit": address_submit,
}
