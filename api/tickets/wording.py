from collections.abc import Sequence
from pathlib import Path

from api.conversations.models import AuthLevel, Conversation, Event
from api.desk.models import customer_of
from api.handoff.models import Handoff
from api.handoff.routing import URGENT
from api.handoff.texts import Texts
from api.tickets.models import NewTicket

FILE = Path(__file__).with_name("texts.yaml")
TRANSCRIPT_LIMIT = 20_000  # characters, of which the latest stay
PROVED = {
    AuthLevel.ANONYMOUS: "not verified",
    AuthLevel.GUEST: "verified by a code for one order",
    AuthLevel.CUSTOMER: "logged in at the shop",
}


class Wording:
    """Puts into words what people read in the ticket system."""

    def __init__(self, texts: Texts | None = None) -> None:
        self._texts = texts or Texts.load(FILE)

    def ticket(self, handoff: Handoff, conversation: Conversation, events: Sequence[Event]) -> NewTicket:
        return NewTicket(
            reference=reference_line(handoff),
            title=self._texts.text("title", **named(handoff, conversation)),
            body=self._texts.text(
                "body",
                **named(handoff, conversation),
                proved=PROVED[conversation.auth_level],
                channel=conversation.channel,
                summary=self._summary(handoff),
                transcript=transcript(events, customer_of(conversation)),
            ),
            skill=handoff.skill,
            urgent=handoff.reason in URGENT,
        )

    def follow_up(self, kind: str, handoff: Handoff, conversation: Conversation, mark: str, *, text: str = "") -> str:
        """`kind` is the name of a template."""
        known = named(handoff, conversation) | {"text": text, "mark": mark, "summary": self._summary(handoff)}
        return self._texts.text(kind, **known)

    def _summary(self, handoff: Handoff) -> str:
        return self._texts.text("summary", summary=handoff.summary) if handoff.summary else ""


def reference_line(handoff: Handoff) -> str:
    """What no customer can put there: the conversation's id is known to nobody else."""
    return f"{handoff.reference} · conversation {handoff.conversation_id}"


def mark_of(handoff: Handoff, seq: int) -> str:
    """The end of every follow-up of ours: the entry of the conversation that it stands for."""
    return f"[{handoff.reference}/{seq}]"


def named(handoff: Handoff, conversation: Conversation) -> dict[str, str]:
    return {
        "reference": handoff.reference,
        "customer": customer_of(conversation),
        "reason": handoff.reason.replace("_", " "),
        "skill": handoff.skill,
    }


def transcript(events: Sequence[Event], customer: str) -> str:
    names = {"customer": customer, "bot": "Assistant"}
    lines = [
        f"{event.at:%H:%M} {event.body.get('advisor') or names.get(event.author, 'Note')}: {event.body['text']}"
        for event in events
        if event.type == "message" and event.body.get("text")
    ]
    text = "\n".join(lines) or "Nothing yet."
    return text if len(text) <= TRANSCRIPT_LIMIT else f"…{text[-TRANSCRIPT_LIMIT:]}"
