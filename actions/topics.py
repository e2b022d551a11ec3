"""What was spoken of last, so that "and when?" or "and the other one?" means something."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from rasa_sdk.events import SlotSet

from actions.context import Context, Events
from actions.reading.choices import mentions

ORDER_STATUS, TIER = "action_order_status", "action_loyalty_tier"
# Actions that can be asked again for more.
_ACTIONS = frozenset(
    {ORDER_STATUS, TIER, "action_return_status", "action_refund_status", "action_loyalty_balance", "action_order_list"}
)
# After these the topic stays what it was.
_KEEPING = frozenset({"action_follow_up", "action_inform", "action_fallback", "action_out_of_scope", "action_thank"})
# Entity → the action that tells of what it names.
_NUMBERED = {
    "return_number": "action_return_status",
    "refund_number": "action_refund_status",
    "order_number": ORDER_STATUS,
}


def remember(action: str, entities: Mapping[str, tuple[str, ...]]) -> Events:
    """The topic after `action`; empty if it stays."""
    if action in _ACTIONS:
        numbers = {name: list(values) for name, values in entities.items() if name in _NUMBERED}
        return [SlotSet("topic", {"action": action, "entities": numbers})]
    return [SlotSet("topic", None)] if action.startswith("action_") and action not in _KEEPING else []


def named(context: Context) -> str | None:
    """The action for the thing whose number the message has. Inside a form an order's number is an answer."""
    turn = context.turn
    for entity, action in _NUMBERED.items():
        if turn.entity(entity) and not (turn.active_form and action == ORDER_STATUS):
            return action
    return None


async def tell(context: Context, action: str) -> Events:
    """Run another skill's action as the answer to this message."""
    told = await context.skills[action](context)
    return [*told, *remember(action, context.turn.entities)]


async def tell_more(context: Context, topic: Mapping[str, Any]) -> Events:
    """The topic once more, for the same thing unless another one is meant."""
    turn = context.turn
    entities = {name: tuple(values) for name, values in topic["entities"].items()}
    if mentions(turn.text, "other"):
        entities = {}
    elif topic["action"] == ORDER_STATUS and turn.slots.get("recent_order"):
        entities = {"order_number": (str(turn.slots["recent_order"]),)}
    context.turn = replace(turn, entities=entities)
    return await tell(context, str(topic["action"]))
