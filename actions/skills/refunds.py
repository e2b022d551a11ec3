from rasa_sdk.events import SlotSet

from actions.cards import refund_card, return_card
from actions.context import Context, Events, Handler
from actions.draft import Draft
from actions.facts import facts_of
from actions.forms import flow
from actions.forms.orders import named_order, order_slot
from actions.forms.refund import refund_request
from actions.identity import personal, submits
from actions.offers import human, made
from actions.reading.choices import speaks_of
from actions.replies import Button, button
from actions.summary import summary
from actions.words import money
from actions.writing import carry_out
from backends.errors import NotReturnable
from backends.models import Order, Refund, RefundStatus, Return
from backends.writes import RequestRefund

_MOST_CARDS = 5


@personal
async def refund_status(context: Context) -> Events:
    if wanted := context.turn.entity("refund_number"):
        return await _by_number(context, wanted.upper())
    number = context.turn.entity("order_number", "order")
    order = await context.shop.get_order(context.caller, number.upper()) if number else None
    refunds = list((await context.shop.list_refunds(context.caller, order_id=order.id if order else None)).items)
    underway = [refund for refund in refunds if refund.status is not RefundStatus.PROCESSED]
    if not underway:
        announced = await _announced(context, order)
        if announced:
            return _tell_announced(context, announced)
    if speaks_of(context.turn.text, "lessened"):
        # A deduction is what they ask about; what was paid last comes first.
        return _tell(context, min(refunds, key=_untold)) if refunds else _none(context)
    told = underway or refunds[:1]
    if not told:
        return _none(context)
    if len(told) > 1:
        cards = [refund_card(context.words, refund) for refund in told[:_MOST_CARDS]]
        context.say.say("utter_refund_status_several", call="GET /refunds", cards=cards, count=len(told))
        return []
    return _tell(context, told[0])


def _none(context: Context) -> Events:
    context.say.say("utter_refund_none", call="GET /refunds")
    return []


def _untold(refund: Refund) -> bool:
    return not any(charge.amount.amount < 0 for charge in refund.items)


async def _by_number(context: Context, number: str) -> Events:
    refunds = (await context.shop.list_refunds(context.caller)).items
    found = next((refund for refund in refunds if refund.number == number), None)
    if found is None:
        context.say.say("utter_error_not_found", call="GET /refunds")
        return []
    return _tell(context, found)


def _tell(context: Context, refund: Refund) -> Events:
    if speaks_of(context.turn.text, "lessened"):
        return _itemise(context, refund)
    dated = refund.status is not RefundStatus.PENDING or refund.expected_by is not None
    context.say.say(
        f"utter_refund_status_{refund.status.value}" if dated else "utter_refund_status_pending_no_date",
        call=f"GET /refunds → {refund.number}",
        cards=[refund_card(context.words, refund)],
        amount=money(refund.amount),
        number=refund.number,
        day=context.words.day(refund.processed_at or refund.expected_by),
    )
    events: Events = [SlotSet("recent_order", refund.order_number)]
    if refund.status is RefundStatus.FAILED:
        events += made(context, human("tool_failure", "refunds"))
    return events


def _itemise(context: Context, refund: Refund) -> Events:
    """Why it is what it is. Whoever still finds it wrong is heard by a person, who knows what was looked at."""
    deducted = any(charge.amount.amount < 0 for charge in refund.items)
    context.say.say(
        "utter_refund_itemised" if deducted else "utter_refund_itemised_in_full",
        call=f"GET /refunds → {refund.number}",
        cards=[refund_card(context.words, refund)],
        amount=money(refund.amount),
        order=refund.order_number,
    )
    facts = facts_of(context, refund=refund.number, order=refund.order_number, said="less than expected")
    return [
        SlotSet("recent_order", refund.order_number),
        *made(context, human("policy_restriction", "refunds", facts)),
    ]


async def _announced(context: Context, order: Order | None) -> Return | None:
    """The newest return whose refund is still to come."""
    returns = (await context.shop.list_returns(context.caller)).items
    return next(
        (
            each
            for each in returns
            if each.refund_status is RefundStatus.PENDING and (order is None or each.order_id == order.id)
        ),
        None,
    )


def _tell_announced(context: Context, found: Return) -> Events:
    context.say.say(
        "utter_refund_after_return" if found.refund_expected_by else "utter_refund_after_return_no_date",
        call=f"GET /returns/{found.number}",
        cards=[return_card(context.words, found)],
        number=found.number,
        amount=money(found.refund_total),
        day=context.words.day(found.refund_expected_by),
    )
    return [SlotSet("recent_order", found.order_number)]


@personal
async def refund_request_start(context: Context) -> Events:
    if context.turn.active_form in {flow.REFUND, flow.RETURN}:
        return []
    preset = {}
    number = named_order(context)
    if number:
        preset["refund_order"] = order_slot(await context.shop.get_order(context.caller, number))
    return flow.start(context, flow.REFUND, preset)


@submits(flow.REFUND, "refund_confirm")
async def refund_submit(context: Context, draft: Draft) -> Events:
    try:
        refund = await carry_out(context, draft, RequestRefund(refund_request(draft)))
    except NotReturnable:
        return await _refused(context, draft)
    needs_approval = refund.status is RefundStatus.NEEDS_APPROVAL
    context.say.say(
        "utter_refund_needs_approval" if needs_approval else "utter_refund_created",
        call=f"POST /refunds → {refund.number}",
        cards=[refund_card(context.words, refund)],
        amount=money(refund.amount),
        number=refund.number,
    )
    return [SlotSet("recent_order", refund.order_number)]


async def _refused(context: Context, draft: Draft) -> Events:
    """Not without the thing coming back: what is possible instead."""
    order = draft["refund_order"]["number"]
    policies = await context.shop.policies()
    context.say.say(
        "utter_refund_refused",
        call="POST /refunds",
        buttons=_instead(context, order),
        limit=money(policies.refund_without_return_up_to),
    )
    return made(context, human("policy_restriction", "refunds", summary(context)))


def _instead(context: Context, order: str) -> list[Button]:
    return [button(context.words.label("start_return"), "return_start", order=order)]


HANDLERS: dict[str, Handler] = {
    "action_refund_status": refund_status,
    "action_refund_request": refund_request_start,
    "action_refund_submit": refund_submit,
}
