"""What the bot offers, so that a "yes" in the customer's next message means something."""

from typing import Any

from rasa_sdk.events import SlotSet

from actions.context import Context, Events
from actions.replies import HandoffReason


def offer(context: Context, template: str, what: dict[str, Any]) -> Events:
    """Say the template, whose question `what` answers if the customer says yes."""
    context.say.say(template)
    return made(context, what)


def made(context: Context, what: dict[str, Any]) -> Events:
    return [SlotSet("offer", {**what, "message": context.turn.message_id})]


def human(reason: HandoffReason, skill: str = "general") -> dict[str, Any]:
    return {"kind": "human", "reason": reason, "skill": skill}


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
