"""One turn as the gateway sends it, checked.

InvalidTurn
"""

import json
import re
from dataclasses import dataclass, field
from typing import Any, Dict

MAX_TEXT = 5_000  # characters
MAX_BODY = 65_536  # bytes

TEXT = "text"
PAYLOAD = "payload"

# What Rasa reads as "an intent follows" at the start of a text, what looks like it, and what hides before it.
_LEADING = re.compile(
    r"^[\s/\\⁄∕⧸⧵／＼﹨\u0000-\u001f\u007f\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]+"
)
_CONTROL = re.compile(r"[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]")
_BUTTON = re.compile(r"^/(?P<intent>\w+)(?P<entities>\{.*\})?$", re.DOTALL)


class InvalidTurn(Exception):
    """`fields`: name of the member → what is wrong with it."""

    def __init__(self, **fields: str) -> None:
        super().__init__("; ".join(f"{name}: {problem}" for name, problem in fields.items()))
        self.fields = fields


@dataclass(frozen=True)
class Turn:
    """`text` can be given to Rasa as it is: an intent if and only if `kind` is payload."""

    sender: str
    message_id: str
    kind: str
    text: str
    retry: bool = False
    metadata: Dict[str, Any] = field(default_factory=dict)


def read_turn(body: Any) -> Turn:
    """Raises InvalidTurn."""
    if not isinstance(body, dict):
        raise InvalidTurn(body="must be a JSON object")
    problems = {
        name: "must be a non-empty string of at most 255 characters"
        for name in ("sender", "message_id")
        if not isinstance(body.get(name), str) or not 0 < len(body[name].strip()) <= 255  # noqa: PLR2004 - said there
    }
    kind, text = body.get("kind"), body.get("text")
    if kind not in (TEXT, PAYLOAD):
        problems["kind"] = "must be text or payload"
    if not isinstance(text, str) or not text.strip() or len(text) > MAX_TEXT:
        problems["text"] = f"must be a string of 1 to {MAX_TEXT} characters"
    elif kind == PAYLOAD and not is_button(text):
        problems["text"] = 'must be /intent or /intent{"entity": "value"}'
    if not isinstance(body.get("metadata", {}), dict):
        problems["metadata"] = "must be an object"
    if not isinstance(body.get("retry", False), bool):
        problems["retry"] = "must be true or false"
    if problems:
        raise InvalidTurn(**problems)
    safe = neutralise(text) if kind == TEXT else text.strip()
    return Turn(body["sender"], body["message_id"], kind, safe, body.get("retry", False), body.get("metadata", {}))


def neutralise(text: str) -> str:
    """What a person typed, so that Rasa never takes it for an intent. Never empty."""
    cleaned = _CONTROL.sub(" ", text)
    return _LEADING.sub("", cleaned).strip() or "?"


def is_button(text: str) -> bool:
    match = _BUTTON.match(text.strip())
    if match is None:
        return False
    try:
        return isinstance(json.loads(match["entities"] or "{}"), dict)
    except ValueError:
        return False
