from rasa_sdk.events import SlotSet

from actions.context import Context, Events, Handler
from actions.forms import flow
from actions.identity import carry_out
from actions.offers import human, made


async def verification_submit(context: Context) -> Events:
    """Hand number and e-mail to the gateway, which sends a code if they belong together and never says whether."""
    draft = flow.filled(context, flow.VERIFICATION)
    order, email = draft["verification_order"], draft["verification_email"]
    if order and email:
        context.say.verify("utter_verification_sent", order_number=order, email=email)
    return [SlotSet("verification_order", None), SlotSet("verification_email", None)]


async def verification_result(context: Context, result: str) -> Events:
    if result == "passed":
        context.say.say("utter_verification_passed")
        wanted = context.turn.slots.get("wanted")
        done = await carry_out(context, wanted) if wanted else []
        return [SlotSet("wanted", None), *done]
    if result == "wrong":
        context.say.say("utter_verification_wrong")
        return []
    context.say.say("utter_verification_locked" if result == "locked" else "utter_verification_expired")
    return made(context, human("sensitive"))


HANDLERS: dict[str, Handler] = {"action_verification_submit": verification_submit}
