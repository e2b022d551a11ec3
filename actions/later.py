"""Several wishes in one message: the first is carried out at once, the others are kept and offered afterwards."""

from typing import Any

from rasa_sdk.events import SlotSet

from actions.context import Context, Events
from actions.offers import offer

# The slot for what is still to be offered.
KEPT = "kept"


def keep(context: Context, done: Events) -> Events:
    """After the action of the first wish, which brought `done`: offer the next, or say that it will come."""
    wishes = [_wanted(wish) for wish in context.turn.metadata.get("also") or []]
    if not wishes or context.action != f"action_{context.turn.intent}":
        return []
    if _goes_on(done):
        context.say.say("utter_kept_for_later", wishes=", ".join(wish["text"] for wish in wishes))
        return [SlotSet(KEPT, wishes)]
    return _offer(context, wishes)


def offer_kept(context: Context, done: Events) -> Events:
    """What was kept, once nothing else goes on."""
    wishes = list(context.turn.slots.get(KEPT) or [])
    return _offer(context, wishes) if wishes and not _goes_on(done) else []


def _offer(context: Context, wishes: list[dict[str, Any]]) -> Events:
    first, *rest = wishes
    offered = offer(context, "utter_also_asked", {"kind": "again", "want": first}, {"wish": first["text"]})
    return [SlotSet(KEPT, rest or None), *offered]


def _goes_on(done: Events) -> bool:
    """Whether a form was begun, or something else was offered."""
    return any(
        (event["event"] == "active_loop" and event["name"])
        or (event["event"] == "slot" and event["name"] == "offer" and event["value"])
        for event in done
    )


def _wanted(wish: dict[str, Any]) -> dict[str, Any]:
    return {
        "action": f"action_{wish['intent']}",
        "text": str(wish["text"]),
        "intent": str(wish["intent"]),
        "entities": dict(wish["entities"]),
        "faq": dict(wish["faq"]),
    }
