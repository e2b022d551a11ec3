"""refund_form: a refund without sending anything back: order → item → reason → where the money goes → recap and yes."""

from actions.context import Context
from actions.draft import Draft
from actions.forms.choice import Choice, ChoiceStep
from actions.forms.confirm import Confirm
from actions.forms.form import Form
from actions.forms.orders import WhichOrder
from actions.forms.photos import photo_field
from actions.forms.returning import reason_choice, reasons_for, was_sent
from actions.forms.step import Answer, Outcome, Step
from actions.reading.choices import find_number, only_number
from actions.replies import Card, button
from actions.words import money
from backends.models import Money, OrderLine, RefundMethod, RefundRequest

SHIPPING = "shipping"


class WhatFor(ChoiceStep):
    slot = "refund_item"
    entity = "items"
    template = "utter_question_refund_item"
    resets = ("refund_reason", "refund_confirm")
    settle_single = False

    async def choices(self, context: Context, draft: Draft) -> list[Choice]:
        words = context.words
        order = await context.shop.get_order(context.caller, draft["refund_order"]["id"])
        lines = [
            Choice(line.id, words.label("item_choice", title=line.title, variant=line.variant).strip())
            for line in order.lines
            if line.fulfilled > line.returned
        ]
        return [*lines, Choice(SHIPPING, words.label("shipping_costs"))]

    async def read(self, context: Context, draft: Draft, answer: Answer) -> Outcome:
        """A number beside the item ("one mug") answers the next question as well."""
        outcome = await super().read(context, draft, answer)
        if outcome is Outcome.ANSWERED:
            line, number = await _line(context, draft), find_number(answer.text)
            fits = line is not None and number is not None and 0 < number <= line.fulfilled - line.returned
            draft["refund_quantity"] = number if fits else None
        return outcome


class HowMany(Step):
    slot = "refund_quantity"
    resets = ("refund_confirm",)

    async def ask(self, context: Context, draft: Draft) -> bool:
        line = await _line(context, draft)
        if line is None or line.fulfilled - line.returned == 1:
            draft[self.slot] = 1
            return False
        most = line.fulfilled - line.returned
        buttons = [button(str(number), "inform", quantity=str(number)) for number in range(1, min(most, 6) + 1)]
        context.say.say("utter_question_return_quantity", buttons=buttons, item=line.title, most=most)
        return True

    async def read(self, context: Context, draft: Draft, answer: Answer) -> Outcome:
        entity = answer.entities.get("quantity", "")
        number = int(entity) if entity.isdigit() else None
        if number is None:
            number = find_number(answer.text) if answer.asked and answer.loose else only_number(answer.text)
        line = await _line(context, draft)
        if number is None or line is None:
            return Outcome.NOT_UNDERSTOOD
        most = line.fulfilled - line.returned
        if not 0 < number <= most:
            context.say.say("utter_return_quantity_too_many", item=line.title, most=most)
            return Outcome.ANSWERED if answer.asked else Outcome.ASKED
        draft[self.slot] = number
        return Outcome.ANSWERED


class Why(ChoiceStep):
    slot = "refund_reason"
    entity = "reason"
    template = "utter_question_refund_reason"
    resets = ("refund_confirm",)
    call = "GET /return-reasons"

    async def choices(self, context: Context, draft: Draft) -> list[Choice]:
        lines = [] if draft["refund_item"] == SHIPPING else [draft["refund_item"]]
        reasons = await reasons_for(context, draft["refund_order"]["id"], lines)
        return [reason_choice(reason) for reason in reasons]


class WhereTo(ChoiceStep):
    slot = "refund_method"
    entity = "method"
    template = "utter_question_refund_method"
    resets = ("refund_confirm",)

    async def choices(self, context: Context, draft: Draft) -> list[Choice]:  # noqa: ARG002 - of the base class
        return [
            Choice(method.value, context.words.state(method), context.words.label(f"words_{method.value}"))
            for method in RefundMethod
        ]


async def recap(context: Context, draft: Draft) -> None:
    words = context.words
    line = await _line(context, draft)
    amount = Money(line.unit_price.amount * draft["refund_quantity"], line.unit_price.currency) if line else None
    reasons = {reason.id: reason for reason in await context.shop.return_reasons()}
    reason = reasons.get(draft["refund_reason"])
    title = words.label("shipping_costs")
    if line:
        title = words.label("item_count", quantity=draft["refund_quantity"], title=line.title)
    fields = (
        (words.label("item"), title),
        (words.label("reason"), reason.title if reason else ""),
        photo_field(context, reason),
        (words.label("refund_to"), words.state(RefundMethod(draft["refund_method"]))),
        (words.label("amount"), money(amount)),
    )
    call = f"GET /orders/{draft['refund_order']['number']}"
    context.say.say("utter_refund_recap", call=call, cards=[Card("refund", draft["refund_order"]["number"], fields)])


def refund_request(draft: Draft) -> RefundRequest:
    item = draft["refund_item"]
    return RefundRequest(
        order_id=draft["refund_order"]["id"],
        line_id=None if item == SHIPPING else item,
        quantity=draft["refund_quantity"],
        reason=draft["refund_reason"],
        method=RefundMethod(draft["refund_method"]),
    )


async def _line(context: Context, draft: Draft) -> OrderLine | None:
    order = await context.shop.get_order(context.caller, draft["refund_order"]["id"])
    return next((line for line in order.lines if line.id == draft["refund_item"]), None)


REFUND_FORM = Form(
    "refund_form",
    skill="refunds",
    intents=("refund_request",),
    steps=(
        WhichOrder(
            "refund_order",
            "utter_question_refund_order",
            "utter_refund_no_order",
            was_sent,
            resets=("refund_item", "refund_quantity", "refund_reason", "refund_confirm"),
        ),
        WhatFor(),
        HowMany(),
        Why(),
        WhereTo(),
        Confirm(
            "refund_confirm",
            recap,
            change_template="utter_refund_what_to_change",
            changeable={
                "refund_order": "change_order",
                "refund_item": "change_items",
                "refund_reason": "change_reason",
                "refund_method": "change_refund_method",
            },
        ),
    ),
)
