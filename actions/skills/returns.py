from rasa_sdk.events import SlotSet

from actions.cards import return_card
from actions.context import Context, Events, Handler
from actions.draft import Draft
from actions.facts import facts_of
from actions.forms import flow
from actions.forms.orders import named_order, order_slot
from actions.forms.returning import return_request
from actions.identity import personal, submits
from actions.offers import again_as, human, made, offer
from actions.reading.choices import speaks_of
from actions.skills.faq import picked_entry
from actions.turn import ANONYMOUS
from actions.writing import carry_out
from backends.models import Resolution, Return, ReturnStatus
from backends.writes import CancelReturn, CreateReturn

_MOST_CARDS = 5
_OVER = {ReturnStatus.CLOSED, ReturnStatus.CANCELLED, ReturnStatus.DECLINED}


async def return_start(context: Context) -> Events:
    if context.turn.auth_level == ANONYMOUS and speaks_of(context.turn.text, "gift"):
        return await _gift(context)
    return await _start_own(context)


async def _gift(context: Context) -> Events:
    """Who was given something has no order to verify: the shop's rule for gifts, and a person who arranges it."""
    told = await picked_entry(context, context.words.label("entry_gift"))
    return [*told, *made(context, human("unsupported_request", "returns", facts_of(context, gift="yes")))]


@personal
async def _start_own(context: Context) -> Events:
    return await _start(context, {})


@personal
async def exchange(context: Context) -> Events:
    return await _start(context, {"return_resolution": Resolution.EXCHANGE.value})


async def _start(context: Context, preset: dict[str, object]) -> Events:
    """The order is preset where it was named, or is the one that was spoken of just now."""
    if context.turn.active_form == flow.RETURN:
        if context.turn.requested_slot == "return_reason" and not context.turn.is_button:
            context.say.say("utter_rejected_return_reason")  # "they don't fit" is no reason for a mug
        return []
    number = named_order(context)
    if number:
        preset["return_order"] = order_slot(await context.shop.get_order(context.caller, number))
    return flow.start(context, flow.RETURN, preset)


@submits(flow.RETURN, "return_confirm")
async def return_submit(context: Context, draft: Draft) -> Events:
    made_return = await carry_out(context, draft, CreateReturn(return_request(draft)))
    context.say.say(
        _created_template(made_return),
        call=f"POST /returns → {made_return.number}",
        cards=[return_card(context.words, made_return, draft["return_places"] or "")],
        number=made_return.number,
        send_by=context.words.day(made_return.send_by),
    )
    return [SlotSet("recent_order", made_return.order_number), *_offer_rest(context, draft["return_rest"])]


def _offer_rest(context: Context, rest: dict[str, str] | None) -> Events:
    """What was named along with it but is in another order."""
    if not rest:
        return []
    wanted = again_as("action_return_start", "return_start", (rest["text"], {}))
    return offer(context, "utter_return_rest", wanted, {"rest": rest["titles"]})


def _created_template(created: Return) -> str:
    if created.status is ReturnStatus.REQUESTED:
        return "utter_return_requested"
    if created.send_by is None:
        return "utter_return_created_no_deadline"
    if created.code_url:
        return "utter_return_created_code"
    return "utter_return_created" if created.label_url else "utter_return_created_no_label"


@personal
async def return_status(context: Context) -> Events:
    number = context.turn.entity("return_number")
    if number:
        return _tell(context, await context.shop.get_return(context.caller, number.upper()))
    returns = list((await context.shop.list_returns(context.caller)).items)
    order = context.turn.entity("order_number", "order")
    if order:
        returns = [each for each in returns if each.order_number == order.upper()]
    if not returns:
        context.say.say("utter_return_none", call="GET /returns")
        return []
    running = [each for each in returns if each.status not in _OVER] or returns[:1]
    if len(running) == 1:
        return _tell(context, running[0])
    cards = [return_card(context.words, each) for each in running[:_MOST_CARDS]]
    context.say.say("utter_return_status_several", call="GET /returns", cards=cards, count=len(running))
    return []


def _tell(context: Context, found: Return) -> Events:
    context.say.say(
        f"utter_return_status_{found.status.value}",
        call=f"GET /returns/{found.number}",
        cards=[return_card(context.words, found)],
        number=found.number,
    )
    events: Events = [SlotSet("recent_order", found.order_number)]
    if found.status is ReturnStatus.DECLINED:
        events += made(context, human("policy_restriction", "returns"))
    return events


@personal
async def return_cancel(context: Context) -> Events:
    number = context.turn.entity("return_number")
    if context.turn.active_form == flow.RETURN and not number:  # it is not registered yet
        flow.say_stopped(context, flow.RETURN)
        return [*flow.leave(context), *flow.offer_waiting(context)]
    return flow.start(context, flow.RETURN_CANCEL, {"cancel_return": number.upper()} if number else None)


@submits(flow.RETURN_CANCEL, "cancel_return_confirm")
async def return_cancel_submit(context: Context, draft: Draft) -> Events:
    found = await context.shop.get_return(context.caller, draft["cancel_return"])
    cancelled = await carry_out(context, draft, CancelReturn(found.id))
    context.say.say(
        "utter_return_cancelled",
        call=f"POST /returns/{cancelled.number}/cancel",
        cards=[return_card(context.words, cancelled)],
        number=cancelled.number,
    )
    return []


HANDLERS: dict[str, Handler] = {
    "action_return_start": return_start,
    "action_exchange": exchange,
    "action_return_submit": return_submit,
    "action_return_status": return_status,
    "action_return_cancel": return_cancel,
    "action_return_cancel_submit": return_cancel_submit,
}
