from collections.abc import Mapping
from typing import Any

from rasa_sdk.events import SlotSet

from actions.context import Context, Events, Handler
from actions.failures import skill_of
from actions.forms import flow
from actions.replies import HandoffReason
from actions.summary import summary

# Misunderstandings in a row at which a person is offered, and at which one is fetched.
OFFER_AT, HAND_OVER_AT = 2, 3


def misunderstood(context: Context) -> int:
    """Messages in a row that were not understood, this one included."""
    return int(context.turn.slots.get("misunderstood") or 0) + 1


async def human(context: Context) -> Events:
    """The customer asks for a person, or takes up our offer of one, whose reason then counts."""
    offered = context.turn.slots.get("offer") or {}
    if offered.get("reason"):
        return hand_over(context, "utter_handoff", offered["reason"], offered["skill"])
    return hand_over(context, "utter_handoff", "customer_request")


def hand_over(
    context: Context,
    template: str,
    reason: HandoffReason,
    skill: str | None = None,
    directives: Mapping[str, Any] | None = None,
) -> Events:
    """Leaves nothing open behind, so that the first message after the advisor is understood."""
    wanted = skill if skill and skill != "general" else skill_of(context)
    facts = (context.turn.slots.get("offer") or {}).get("facts")
    told = facts or summary(context)
    context.say.hand_over(template, reason, skill=wanted, summary=told, directives=directives)
    kept = [SlotSet(name, None) for name in ("offer", "wanted", "stack", "kept", "misunderstood", "opening")]
    return [*flow.leave(context), *kept]


HANDLERS: dict[str, Handler] = {"action_human": human}
