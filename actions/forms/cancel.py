"""order_cancel_form: which order → recap and yes."""

from actions.cards import order_card
from actions.context import Context
from actions.draft import Draft
from actions.forms.confirm import Confirm
from actions.forms.form import Form
from actions.forms.orders import WhichOrder
from actions.forms.step import FormEnded
from backends.models import OrderStatus, OrderSummary

_OPEN = {OrderStatus.PENDING, OrderStatus.CONFIRMED}


def is_open(order: OrderSummary) -> bool:
    return order.status in _OPEN


async def recap(context: Context, draft: Draft) -> None:
    order = await context.shop.get_order(context.caller, draft["cancel_order"]["id"])
    call = f"GET /orders/{order.number}"
    if not order.cancellable:
        already = order.status is OrderStatus.CANCELLED
        template = "utter_order_already_cancelled" if already else "utter_order_cancel_too_late"
        context.say.say(template, call=call, cards=[order_card(context.words, order)], order=order.number)
        raise FormEnded(offers_human=not already)
    context.say.say("utter_order_cancel_recap", call=call, cards=[order_card(context.words, order)], order=order.number)


CANCEL_FORM = Form(
    "order_cancel_form",
    skill="orders",
    intents=("order_cancel",),
    steps=(
        WhichOrder(
            "cancel_order",
            "utter_question_cancel_order",
            "utter_order_nothing_to_cancel",
            is_open,
            resets=("cancel_confirm",),
        ),
        Confirm("cancel_confirm", recap, refused_template="utter_order_cancel_kept"),
    ),
)
