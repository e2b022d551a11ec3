"""What do you know about me, delete it, and leave me alone. The first two are passed on to an operator."""

from actions.context import Context, Events, Handler
from actions.identity import personal


@personal
async def access(context: Context) -> Events:
    context.say.say("utter_privacy_access", directives={"privacy": "access"})
    return []


@personal
async def erase(context: Context) -> Events:
    context.say.say("utter_privacy_erase", directives={"privacy": "erase"})
    return []


async def withdraw(context: Context) -> Events:
    """Anybody may say so: who is not known ends what holds for this conversation."""
    context.say.say("utter_consent_withdrawn", directives={"consent": "withdraw"})
    return []


HANDLERS: dict[str, Handler] = {
    "action_privacy_access": access,
    "action_privacy_erase": erase,
    "action_consent_withdraw": withdraw,
}
