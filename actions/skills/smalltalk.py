from rasa_sdk.events import Restarted, SlotSet

from actions.abroad import names
from actions.context import Context, Events, Handler
from actions.failures import skill_of
from actions.forms import flow
from actions.offers import human, made
from actions.reading.choices import mentions, speaks_of
from actions.skills.human import hand_over
from actions.skills.verification import awaiting

# Slots whose question has an explanation of its own: utter_why_<slot>.
EXPLAINED = frozenset(
    {
        "return_order",
        "return_items",
        "return_reason",
        "return_note",
        "return_resolution",
        "return_variants",
        "return_method",
        "return_confirm",
        "refund_order",
        "refund_item",
        "refund_reason",
        "refund_method",
        "refund_confirm",
        "cancel_confirm",
        "redeem_confirm",
        "address_street",
        "address_city",
        "address_postal_code",
        "address_confirm",
        "verification_order",
        "verification_email",
    }
)


def _says(template: str) -> Handler:
    async def say(context: Context) -> Events:
        context.say.say(template)
        return []

    return say


async def greet(context: Context) -> Events:
    """Who asks "are you still there?" gets an answer and what was said last; who comes back later is welcomed back."""
    turn = context.turn
    if turn.previous_bot_messages() and (mentions(turn.text, "present") or turn.text.rstrip().endswith("?")):
        return _still_here(context)
    back = "_again" if turn.slots.get("came_back") else ""
    if turn.first_name:
        context.say.say(f"utter_greet{back}_by_name", first_name=turn.first_name)
    else:
        context.say.say(f"utter_greet{back}")
    return [SlotSet("came_back", None)] if back else []


def _still_here(context: Context) -> Events:
    context.say.say("utter_still_here")
    if context.turn.active_form:
        return []  # the form asks its question again
    for message in context.turn.previous_bot_messages():
        context.say.again(message)
    return _keep_offer(context)


def _keep_offer(context: Context) -> Events:
    """What was offered is said again, so that a yes still means it."""
    offered = context.turn.slots.get("offer")
    return made(context, dict(offered)) if offered else []


async def thank(context: Context) -> Events:
    """Members of a tier are thanked for it; who they are was verified, or there would be no tier."""
    if context.turn.tier:
        context.say.say("utter_thank_tier", tier=context.turn.tier)
    else:
        context.say.say("utter_thank")
    return []


async def goodbye(context: Context) -> Events:
    context.say.close("utter_goodbye")
    return [*flow.leave(context), *flow.forget_waiting()]


async def stop(context: Context) -> Events:
    form = context.turn.active_form or flow.waiting(context)
    if form is None:
        context.say.say("utter_nothing_to_stop")
        return []
    flow.say_stopped(context, form)
    if context.turn.active_form is None:
        return flow.drop_waiting(context)
    return [*flow.leave(context), *flow.offer_waiting(context)]


async def restart(context: Context) -> Events:
    """In the middle of something: that again, from its first question. Else all is forgotten, and greeted anew."""
    if context.turn.active_form:
        context.say.say("utter_restart_form")
        return flow.start_over(context)
    context.say.say("utter_restart")
    return [Restarted()]


async def repeat(context: Context) -> Events:
    if context.turn.active_form:
        return []  # the form asks its question again
    said = context.turn.previous_bot_messages()
    for message in said:
        context.say.again(message)
    if not said:
        context.say.say("utter_nothing_to_repeat")
    return _keep_offer(context)


async def why(context: Context) -> Events:
    """Why do you ask, what do you mean."""
    turn = context.turn
    slot = turn.requested_slot if turn.active_form else "verification_email" if awaiting(context) else None
    if slot or not turn.previous_bot_messages():
        context.say.say(f"utter_why_{slot}" if slot in EXPLAINED else "utter_why")
        return []
    context.say.say("utter_why_no_more")
    return made(context, human("missing_knowledge"))


async def contest(context: Context) -> Events:
    """The customer finds a rule, or what it came to, unfair. After a refusal a person is fetched, else offered."""
    offered = context.turn.slots.get("offer") or {}
    if offered.get("reason") == "policy_restriction":
        return hand_over(context, "utter_contest_handoff", "policy_restriction", offered["skill"])
    context.say.say("utter_contest")
    return made(context, human("policy_restriction", skill_of(context)))


async def sensitive(context: Context) -> Events:
    """Fraud, leaked data, an injury, a lawyer: nothing for a machine."""
    text = context.turn.text
    subject = next((name for name in SUBJECTS if speaks_of(text, name)), None)
    return hand_over(context, f"utter_sensitive_{subject}" if subject else "utter_sensitive_handoff", "sensitive")


# Of a sensitive message, gravest first: each has words of its own, utter_sensitive_<subject>.
SUBJECTS = ("self_harm", "injury", "fraud", "legal", "privacy")


async def other_language(context: Context) -> Events:
    if len(context.turn.languages) > 1:
        context.say.say("utter_other_languages", languages=names(context.turn.languages))
    else:
        context.say.say("utter_other_language")
    return made(context, human("unsupported_request"))


async def insult(context: Context) -> Events:
    context.say.say("utter_insult")
    return made(context, human("complaint"))


async def complaint(context: Context) -> Events:
    """Who wants to complain, or is offered a person for the second time, gets one; others are offered one."""
    offered = context.turn.slots.get("offer") or {}
    if offered.get("reason") == "complaint" or mentions(context.turn.text, "complaining"):
        return hand_over(context, "utter_complaint_handoff", "complaint")
    context.say.say("utter_complaint")
    return made(context, human("complaint"))


HANDLERS: dict[str, Handler] = {
    "action_greet": greet,
    "action_goodbye": goodbye,
    "action_thank": thank,
    "action_stop": stop,
    "action_repeat": repeat,
    "action_restart": restart,
    "action_why": why,
    "action_insult": insult,
    "action_complaint": complaint,
    "action_bot_challenge": _says("utter_bot_challenge"),
    "action_chitchat": _says("utter_chitchat"),
    "action_help": _says("utter_help"),
    "action_contest": contest,
    "action_sensitive": sensitive,
    "action_other_language": other_language,
}
