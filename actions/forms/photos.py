"""What says more than words where a thing arrived damaged or does not work: a photo, for who looks at the return."""

from actions.context import Context
from actions.reading.lexicon import meanings
from backends.models import ReasonCode, ReturnReason

_DAMAGED = frozenset({"damaged", "defective", "damaged|defective"})


def photo_field(context: Context, reason: ReturnReason | None) -> tuple[str, str]:
    """A line of the recap that offers to add one; empty where it would say nothing, or none can be sent."""
    words = context.words
    wanted = context.turn.photos and reason is not None and is_damage(reason)
    return words.label("photo"), words.label("photo_offer") if wanted else ""


def is_damage(reason: ReturnReason) -> bool:
    """By the standard code; shops that give it none are understood by the name of the reason."""
    return reason.code is ReasonCode.DEFECTIVE or bool(_DAMAGED & set(meanings(f"{reason.id} {reason.title}")))
