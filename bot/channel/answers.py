"""What Rasa uttered, as the answer that docs/reference/internal.md describes."""

from typing import Any, Dict, Iterable, List

from rasa.core.channels.channel import OutputChannel
from rasa.shared.core.events import BotUttered, Event, UserUttered

ANSWERED = "answered"
HANDLED_BEFORE = "handled_before"
SILENT = "silent"
FAILED = "failed"

# Members of `custom` that are about the turn and not about one message.
TURN_MEMBERS = ("handoff", "verify", "question", "privacy", "consent")


class CollectedOutput(OutputChannel):
    """Keeps whole messages, where Rasa's own collector drops the template's name and splits texts at empty lines."""

    def __init__(self) -> None:
        self.messages: List[Dict[str, Any]] = []

    @classmethod
    def name(cls) -> str:
        return "aftercare"

    async def send_response(self, recipient_id: str, message: Dict[str, Any]) -> None:
        del recipient_id
        self.messages.append(dict(message))


def answer(messages: Iterable[Dict[str, Any]], status: str = ANSWERED) -> Dict[str, Any]:
    """`messages` as Rasa sends them to a channel. Without one to read and without a reason to be silent: failed."""
    result: Dict[str, Any] = {
        "status": status,
        "messages": [],
        "handoff": None,
        "verify": None,
        "question": None,
        "closed": False,
        "privacy": None,
        "consent": None,
        "writes": [],
        "troubles": [],
    }
    silent = False
    for message in messages:
        custom = message.get("custom") if isinstance(message.get("custom"), dict) else {}
        result.update({name: custom[name] for name in TURN_MEMBERS if custom.get(name)})
        result["closed"] = result["closed"] or bool(custom.get("closed"))
        result["writes"] += custom.get("writes") or []
        result["troubles"] += custom.get("troubles") or []
        silent = silent or bool(custom.get("silent"))
        if message.get("text") or custom.get("cards"):
            result["messages"].append(_message(message, custom))
    if not result["messages"] and not result["handoff"]:
        result["status"] = SILENT if silent else FAILED
    return result


def _message(message: Dict[str, Any], custom: Dict[str, Any]) -> Dict[str, Any]:
    buttons = [
        {"title": str(button.get("title", "")), "payload": str(button.get("payload", ""))}
        for button in message.get("buttons") or []
    ]
    source = custom.get("source") or {"kind": "template", "name": message.get("utter_action") or ""}
    cards = list(custom.get("cards") or [])
    return {"text": message.get("text") or "", "buttons": buttons, "cards": cards, "source": source}


def was_handled(events: Iterable[Event], message_id: str) -> bool:
    return any(isinstance(event, UserUttered) and event.message_id == message_id for event in events)


def earlier_messages(events: Iterable[Event], message_id: str) -> List[Dict[str, Any]]:
    """What was uttered between the message and the next one of the customer."""
    messages: List[Dict[str, Any]] = []
    inside = False
    for event in events:
        if isinstance(event, UserUttered):
            inside = event.message_id == message_id
        elif inside and isinstance(event, BotUttered):
            messages.append(event.message())
    return messages
