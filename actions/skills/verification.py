from typing import Any

from rasa_sdk.events import SlotSet

from actions.context import Context, Events, Handler
from actions.forms import flow
from actions.identity import STEP_UP, carry_out
from actions.later import offer_kept
from actions.offers import human, made
from actions.reading.choices import mentions
from actions.turn import ANONYMOUS

# The slot for the pair to which a code was sent: {"order", "email"}.
AWAITING = "awaiting_code"


async def verification_submit(context: Context) -> Events:
    """Hand number and e-mail to the gateway, which sends a code if they belong together and never says whether."""
    draft = flow.filled(context, flow.VERIFICATION)
    order, email = draft["verification_order"], draft["verification_email"]
    sent = _send(context, order, email) if order and email else []
    return [SlotSet("verification_order", None), SlotSet("verification_email", None), *sent]


def awaiting(context: Context) -> dict[str, str] | None:
    """The pair that waits for its code, while it is not known who writes."""
    turn = context.turn
    pair = turn.slots.get(AWAITING)
    unproved = turn.auth_level == ANONYMOUS or bool((turn.slots.get("wanted") or {}).get(STEP_UP))
    return dict(pair) if pair and unproved and turn.active_form is None else None


def corrected(context: Context) -> Events | None:
    """A new e-mail address or order number while a code is awaited: another code. None if there is neither."""
    pair, turn = awaiting(context), context.turn
    email, order = turn.entity("email"), turn.entity("order_number")
    if pair is None or not (email or order):
        return None
    return _send(context, (order or pair["order"]).upper(), email or pair["email"])


def again(context: Context, pair: dict[str, str]) -> Events:
    """No code came, or it no longer holds; or one part of the pair was wrong and is asked for again."""
    if mentions(context.turn.text, "mistaken"):
        if mentions(context.turn.text, "address"):
            return flow.start(context, flow.VERIFICATION, {"verification_order": pair["order"]})
        if mentions(context.turn.text, "ordering"):
            return flow.start(context, flow.VERIFICATION, {"verification_email": pair["email"]})
    return _send(context, pair["order"], pair["email"])


def _send(context: Context, order: str, email: str) -> Events:
    context.say.verify("utter_verification_sent", order_number=order, email=email)
    return [SlotSet(AWAITING, {"order": order, "email": email})]


async def verification_result(context: Context, result: str) -> Events:
    if result == "passed":
        context.say.say("utter_verification_passed")
        wanted = context.turn.slots.get("wanted")
        done = await carry_out(context, wanted) if wanted else []
        return [SlotSet("wanted", None), SlotSet(AWAITING, None), *done, *offer_kept(context, done)]
    if result == "wrong":
        context.say.say("utter_verification_wrong")
        return []
    if result == "locked":
        context.say.say("utter_verification_locked")
        return made(context, human("sensitive"))
    context.say.say("utter_verification_expired")
    return made(context, _NEW_CODE)


_NEW_CODE: dict[str, Any] = {"kind": "code"}

HANDLERS: dict[str, Handler] = {"action_verification_submit": verification_submit}
