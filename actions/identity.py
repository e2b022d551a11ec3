"""Who the customer must be before anything personal is shown."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from functools import wraps
from typing import Any

from rasa_sdk.events import SlotSet

from actions.context import Context, Events, Handler
from actions.draft import Draft
from actions.forms import flow
from actions.forms.confirm import YES
from actions.offers import want
from actions.turn import ANONYMOUS, CUSTOMER

RESUME = "resume"
STEP_UP = "step_up"


def personal(handler: Handler) -> Handler:
    """Only for somebody known; anybody else is asked to verify first, and then gets what they wanted."""

    @wraps(handler)
    async def checked(context: Context) -> Events:
        return ask(context) if context.turn.auth_level == ANONYMOUS else await handler(context)

    return checked


def members_only(handler: Handler) -> Handler:
    """Only for somebody who is logged in: one verified order does not open the account."""

    @wraps(handler)
    async def checked(context: Context) -> Events:
        if context.turn.auth_level != CUSTOMER:
            context.say.say("utter_loyalty_login")
            return []
        return await handler(context)

    return checked


def ask(context: Context, *, step_up: bool = False) -> Events:
    """Start the verification; a form that is being filled goes on afterwards. `step_up`: of somebody who is known."""
    context.say.say("utter_verification_step_up" if step_up else "utter_verification_needed")
    wanted = {**want(context), STEP_UP: step_up}
    return [SlotSet("wanted", wanted), *flow.start(context, flow.VERIFICATION)]


def pause_and_ask(context: Context) -> Events:
    """Inside a form, whose loop Rasa closes after this: put it aside; `submits` starts the verification."""
    return [*flow.pause(context), SlotSet("wanted", {"action": RESUME, "message": context.turn.message_id})]


def submits(name: str, confirm: str) -> Callable[[Callable[[Context, Draft], Awaitable[Events]]], Handler]:
    """What runs when Rasa has closed the form `name`: the work only if `confirm` was answered with yes."""

    def decorate(work: Callable[[Context, Draft], Awaitable[Events]]) -> Handler:
        @wraps(work)
        async def run(context: Context) -> Events:
            draft = flow.filled(context, name)
            wanted = context.turn.slots.get("wanted") or {}
            if wanted.get("action") == RESUME and wanted.get("message") == context.turn.message_id:
                context.say.say("utter_verification_needed")
                return flow.start(context, flow.VERIFICATION)
            done = await work(context, draft) if draft[confirm] == YES else []
            return [*done, *flow.finish(context, name, done)]

        return run

    return decorate


async def carry_out(context: Context, wanted: Mapping[str, Any]) -> Events:
    """Do now what was wanted before, with the words of that time and today's identity."""
    if wanted["action"] == RESUME:
        return flow.resume(context)
    handler = context.skills.get(str(wanted["action"]))
    if handler is None:
        return []
    context.action = str(wanted["action"])
    context.turn = replace(
        context.turn,
        text=wanted["text"],
        intent=wanted["intent"],
        entities={name: tuple(values) for name, values in wanted["entities"].items()},
        faq=wanted.get("faq") or context.turn.faq,
    )
    return await handler(context)
