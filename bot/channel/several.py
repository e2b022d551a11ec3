"""Several wishes in one message: the first is this turn, the others go along in its metadata (internal.md)."""

import re
from dataclasses import dataclass
from typing import Any, Awaitable, Callable, Dict, List

# Of wishes in the same group one says more of the other: "return the shirt and get my money back" is one wish.
GROUPS = {
    "order_status": "where",
    "order_list": "where",
    "order_cancel": "giving back",
    "order_change": "changing",
    "return_start": "giving back",
    "exchange": "giving back",
    "refund_request": "giving back",
    "return_status": "given back",
    "refund_status": "given back",
    "return_cancel": "keeping",
    "loyalty_balance": "points",
    "loyalty_tier": "tier",
    "loyalty_history": "points",
    "loyalty_rewards": "rewards",
    "loyalty_redeem": "rewards",
    "faq": "faq",
}
SURE = 0.6  # confidence from which a part is taken for a wish
MOST = 4  # parts that are looked at
LEAST_WORDS = 3
_JOINT = re.compile(r"(?:[.!?;\n]+\s*|,?\s+)(?:(?:oh|and|also|plus|then|but),?\s+)+|[.!?;\n]+\s+", re.IGNORECASE)

Parse = Callable[[str], Awaitable[Dict[str, Any]]]


@dataclass(frozen=True)
class Part:
    text: str
    # Where it stands in the message.
    start: int
    joint: int  # where what joins it to the part before begins


def parts_of(text: str) -> List[Part]:
    """The sentences and clauses of a message; empty where it has but one."""
    parts: List[Part] = []
    begin = joint = 0
    for match in [*_JOINT.finditer(text), None]:
        end = match.start() if match else len(text)
        piece = text[begin:end].strip(" ,.")
        if len(piece.split()) >= LEAST_WORDS:
            asked = "?" if match and match.group().startswith("?") else ""
            parts.append(Part(piece + asked, begin, joint))
        if match:
            begin, joint = match.end(), match.start()
    return parts[:MOST] if len(parts) > 1 else []


async def split(text: str, parse: Parse) -> "tuple[str, List[Dict[str, Any]]]":
    """The part of the text with the first wish, and the other wishes: {"text", "intent", "entities", "faq"}."""
    wishes = []
    for part in parts_of(text):
        parsed = await parse(part.text)
        if _is_wish(parsed) and GROUPS[parsed["intent"]["name"]] not in {GROUPS[name] for _, name, _ in wishes}:
            wishes.append((part, parsed["intent"]["name"], parsed))
    if len(wishes) < 2:  # noqa: PLR2004 - several
        return text, []
    first = text[: wishes[1][0].joint].strip(" ,")
    return first, [_kept(part, parsed) for part, _, parsed in wishes[1:]]


def _is_wish(parsed: Dict[str, Any]) -> bool:
    intent = parsed.get("intent") or {}
    if intent.get("name") not in GROUPS or float(intent.get("confidence") or 0.0) < SURE:
        return False
    return intent["name"] != "faq" or (parsed.get("faq") or {}).get("decision") == "answer"


def _kept(part: Part, parsed: Dict[str, Any]) -> Dict[str, Any]:
    entities: Dict[str, List[str]] = {}
    for entity in parsed.get("entities") or []:
        entities.setdefault(str(entity["entity"]), []).append(str(entity["value"]))
    return {"text": part.text, "intent": parsed["intent"]["name"], "entities": entities, "faq": parsed.get("faq") or {}}
