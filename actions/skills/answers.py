"""Messages whose meaning hangs on what was said before: yes, no, a bare fact, something not understood."""

from rasa_sdk.events import SlotSet

from actions import topics
from actions.context import Context, Events, Handler
from actions.forms import flow
from actions.identity import carry_out
from actions.later import offer_kept
from actions.offers import human, made
from actions.question import question
from actions.reading.choices import find_place, is_question, mentions, only_number
from actions.skills.faq import by_decision, picked_entry
from actions.skills.human import HAND_OVER_AT, OFFER_AT, hand_over, misunderstood
from actions.skills.orders import names_one_order
from actions.skills.verification import again, awaiting, corrected, verification_result
from actions.turn import Turn

# Questions for which it is told what an answer looks like: utter_rejected_<slot>.
REJECTED = frozenset(
    {
        "verification_order",
        "verification_email",
        "return_order",
        "return_items",
        "return_reason",
        "return_note",
        "return_confirm",
        "refund_order",
        "refund_item",
        "refund_reason",
        "refund_quantity",
        "refund_confirm",
        "cancel_order",
        "cancel_return",
        "redeem_reward",
        "address_order",
        "address_street",
        "address_city",
        "address_postal_code",
        "address_country",
        "address_recipient",
        "address_confirm",
    }
)


async def affirm(context: Context) -> Events:
    offered = context.turn.slots.get("offer") or {}
    match offered.get("kind"):
        case "human":
            return hand_over(context, "utter_handoff", offered["reason"], offered["skill"])
        case "resume":
            return flow.resume(context)
        case "again":
            done = await carry_out(context, offered["want"])
            return [*done, *offer_kept(context, done)]
        case "code":
            return await retry(context)
    if context.turn.active_form:
        return await fallback(context)
    context.say.say("utter_affirm")
    return []


async def deny(context: Context) -> Events:
    offered = context.turn.slots.get("offer") or {}
    if offered.get("kind") == "resume" and flow.waiting(context):
        flow.say_stopped(context, flow.waiting(context))
        return flow.drop_waiting(context)
    if context.turn.active_form:
        if not offered:
            return await fallback(context)
        context.say.say("utter_deny_offer")
        return []
    said = corrected(context)
    if said is not None:
        return said
    context.say.say("utter_deny")
    return offer_kept(context, [])


async def inform(context: Context) -> Events:
    turn = context.turn
    result = turn.entity("verification")
    if result and turn.is_button:
        return await verification_result(context, result)
    if turn.active_form is None and turn.is_button:
        context.say.say("utter_choice_expired")
        return []
    chosen = None if turn.active_form else _pointed_at(turn)
    if chosen:
        context.turn = chosen
        return await context.skills[f"action_{chosen.intent}"](context)
    return await fallback(context)


def _pointed_at(turn: Turn) -> Turn | None:
    """As if the button had been pressed that "the second one" or "2" means."""
    buttons = turn.offered_buttons()
    place = find_place(turn.text, len(buttons))
    if place is None:
        number = only_number(turn.text)
        place = number - 1 if number and number <= len(buttons) else None
    return None if place is None else turn.pressing(buttons[place])


async def follow_up(context: Context) -> Events:
    """More of what was spoken of ("and when?"), or the same of another thing ("what about RT-200017").

    Where nothing was spoken of, "where is it" is about the order.
    """
    topic = context.turn.slots.get("topic")
    if not topic and not context.turn.active_form and mentions(context.turn.text, "where"):
        return await topics.tell(context, topics.named(context) or topics.ORDER_STATUS)
    if topics.named(context) or not topic:
        return await fallback(context)
    if topic["action"] == topics.TIER and mentions(context.turn.text, "benefits"):
        return await picked_entry(context, context.words.label("entry_tiers"))
    return await topics.tell_more(context, topic)


async def retry(context: Context) -> Events:
    """Once more what failed just now, or another code for somebody who did not get one."""
    offered = context.turn.slots.get("offer") or {}
    if offered.get("kind") in {"again", "resume"}:
        return await affirm(context)
    pair = awaiting(context)
    if pair:
        return again(context, pair)
    if not context.turn.active_form:
        context.say.say("utter_nothing_to_retry")
    return []


async def fallback(context: Context) -> Events:
    """Not understood. A number still says what is meant; and where the index knows the answer it is given."""
    done = await _understood_after_all(context)
    if done is not None:
        return done
    missed = question(context, "not_understood")
    count = misunderstood(context)
    if count >= HAND_OVER_AT:
        return hand_over(context, "utter_misunderstood_handoff", "misunderstanding", directives=missed)
    counted: Events = [SlotSet("misunderstood", count)]
    if count >= OFFER_AT:
        context.say.say("utter_misunderstood_again", directives=missed)
        return [*counted, *made(context, human("misunderstanding"))]
    context.say.say(_misunderstood_template(context), directives=missed)
    return counted


def _misunderstood_template(context: Context) -> str:
    """Inside a form it is said, where that helps, what an answer would look like."""
    turn = context.turn
    if turn.active_form is None:
        return "utter_misunderstood"
    explained = turn.requested_slot in REJECTED and not is_question(turn.text)
    return f"utter_rejected_{turn.requested_slot}" if explained else "utter_misunderstood_in_form"


async def out_of_scope(context: Context) -> Events:
    """Understood, and nothing that we do. Inside a form it is rather an answer that was not understood."""
    done = await _understood_after_all(context)
    if done is not None:
        return done
    if context.turn.active_form:
        return await fallback(context)
    context.say.say("utter_out_of_scope", directives=question(context, "unknown"))
    return made(context, human("unsupported_request"))


async def _understood_after_all(context: Context) -> Events | None:
    said = corrected(context)
    if said is not None:
        return said
    action = topics.named(context)
    if action:
        return await topics.tell(context, action)
    if await names_one_order(context):
        return await topics.tell(context, topics.ORDER_STATUS)
    return await by_decision(context) if _index_knows(context) else None


def _index_knows(context: Context) -> bool:
    decision = context.turn.faq.get("decision")
    return decision == "answer" or (decision == "clarify" and is_question(context.turn.text))


HANDLERS: dict[str, Handler] = {
    "action_affirm": affirm,
    "action_deny": deny,
    "action_inform": inform,
    "action_follow_up": follow_up,
    "action_retry": retry,
    "action_fallback": fallback,
    "action_out_of_scope": out_of_scope,
}
