"""What became of a question for the FAQ: told to the gateway beside the reply, so that curators see what is missing."""

from typing import Any, Literal

from actions.context import Context

Outcome = Literal[
    "answered",
    "clarified",  # asked which entry is meant
    "unknown",  # understood, and no entry answers it
    "not_understood",
    "chosen",  # the customer picked `entry` from a choice
    "rejected",  # none of the choice
]
SHOWN = 3  # candidates that are told


def question(context: Context, outcome: Outcome, *, entry: str = "") -> dict[str, Any]:
    """The `question` directive of this turn; nothing where the message was a button, or an answer to a form."""
    turn = context.turn
    if not entry and outcome != "rejected" and (turn.is_button or (turn.active_form and outcome == "not_understood")):
        return {}
    found = list(turn.faq.get("candidates") or [])[:SHOWN]
    candidates = [{name: each.get(name) for name in ("entry", "version", "probability")} for each in found]
    told: dict[str, Any] = {"outcome": outcome, "candidates": candidates}
    return {"question": told | ({"entry": entry} if entry else {})}
