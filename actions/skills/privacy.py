"""What do you know about me, and delete it: for somebody who is known, written down for an operator."""

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


HANDLERS: dict[str, Handler] = {"action_privacy_access": access, "action_privacy_erase": erase}
