"""Messages whose meaning hangs on what was said before: yes, no, a bare fact, something not understood."""

from rasa_sdk.events import SlotSet

from actions.context import Context, Events, Handler
from actions.forms import flow
from actions.identity import carry_out
from actions.offers import human, made
from actions.reading.choices import is_question
from actions.skills.faq import by_decision
from actions.skills.human import hand_over
from actions.skills.orders import order_status
from actions.skills.returns import return_status
from actions.skills.verification import verification_result

# Misunderstandings in a row at which a person is offered, and at which one is fetched.
OFFER_AT, HAND_OVER_AT = 2, 3


async def affirm(context: Context) -> Events:
    offered = context.turn.slots.get("offer") or {}
    match offered.get("kind"):
        case "human":
            return hand_over(context, "utter_handoff", offered["reason"], offered["skill"])
        case "resume":
            return flow.resume(context)
        case "again":
            return await carry_out(context, offered["want"])
    if context.turn.active_form:
        return await fallback(context)
    context.say.say("utter_affirm")
    return []


async def deny(context: Context) -> Events:
    offered = context.turn.slots.get("offer") or {}
    if offered.get("kind") == "resume":
        context.say.say("utter_stopped")
        return flow.forget_waiting()
    if context.turn.active_form:
        return await fallback(context)
    context.say.say("utter_deny")
    return []


async def inform(context: Context) -> Events:
    turn = context.turn
    result = turn.entity("verification")
    if result and turn.is_button:
        return await verification_result(context, result)
    if turn.active_form is None and turn.is_button:
        context.say.say("utter_choice_expired")
        return []
    if turn.active_form is None and turn.entity("return_number"):
        return await return_status(context)
    if turn.active_form is None and turn.entity("order_number"):
        return await order_status(context)
    return await fallback(context)


async def fallback(context: Context) -> Events:
    """Not understood. Where the index knows the answer after all, it is given."""
    if _index_knows(context):
        return await by_decision(context)
    count = int(context.turn.slots.get("misunderstood") or 0) + 1
    if count >= HAND_OVER_AT:
        return hand_over(context, "utter_misunderstood_handoff", "misunderstanding")
    counted: Events = [SlotSet("misunderstood", count)]
    if count >= OFFER_AT:
        context.say.say("utter_misunderstood_again")
        return [*counted, *made(context, human("misunderstanding"))]
    context.say.say("utter_misunderstood_in_form" if context.turn.active_form else "utter_misunderstood")
    return counted


async def out_of_scope(context: Context) -> Events:
    """Understood, and nothing that we do. Inside a form it is rather an answer that was not understood."""
    if _index_knows(context):
        return await by_decision(context)
    if context.turn.active_form:
        return await fallback(context)
    context.say.say("utter_out_of_scope")
    return made(context, human("unsupported_request"))


def _index_knows(context: Context) -> bool:
    decision = context.turn.faq.get("decision")
    return decision == "answer" or (decision == "clarify" and is_question(context.turn.text))


HANDLERS: dict[str, Handler] = {
    "action_affirm": affirm,
    "action_deny": deny,
    "action_inform": inform,
    "action_fallback": fallback,
    "action_out_of_scope": out_of_scope,
}
