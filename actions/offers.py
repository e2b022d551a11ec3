"""What the bot offers, so that a "yes" in the customer's next message means something."""

from collections.abc import Mapping, Sequence
from typing import Any

from rasa_sdk.events import SlotSet

from actions.context import Context, Events
from actions.replies import HandoffReason


def offer(context: Context, template: str, what: dict[str, Any], values: Mapping[str, str] | None = None) -> Events:
    """Say the template, whose question `what` answers if the customer says yes."""
    context.say.fill(template, values or {})
    return made(context, what)


def made(context: Context, what: dict[str, Any]) -> Events:
    return [SlotSet("offer", {**what, "message": context.turn.message_id})]


def human(reason: HandoffReason, skill: str = "general", facts: str = "") -> dict[str, Any]:
    """`facts`: what was collected, for the person who takes over; a summary that is made later no longer has it."""
    return {"kind": "human", "reason": reason, "skill": skill, **({"facts": facts} if facts else {})}


def again(context: Context) -> dict[str, Any]:
    return {"kind": "again", "want": want(context)}


def want(context: Context) -> dict[str, Any]:
    """This turn's wish, to be carried out later."""
    turn = context.turn
    return {
        "action": context.action,
        "text": turn.text,
        "intent": turn.intent,
        "entities": {name: list(values) for name, values in turn.entities.items()},
    }


def again_as(action: str, intent: str, said: tuple[str, Mapping[str, Sequence[str]]]) -> dict[str, Any]:
    """Offer another wish than this turn's: the text and entities with which the customer would have told it."""
    text, entities = said
    wanted = {"action": action, "text": text, "intent": intent, "entities": {k: list(v) for k, v in entities.items()}}
    return {"kind": "again", "want": wanted}
