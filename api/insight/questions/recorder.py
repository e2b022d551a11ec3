from collections.abc import Sequence

from api.assistant.models import Asked, Turn
from api.conversations.models import Event
from api.conversations.service import ConversationService
from api.insight.masking import masked
from api.insight.questions import repository
from common.database import Connection

LONGEST = 1000  # characters of a question that are kept


class Recorder:
    """Keeps what customers asked the FAQ and what they were shown, in the transaction that stores the reply."""

    def __init__(self, conversations: ConversationService) -> None:
        self._conversations = conversations

    async def heard(self, connection: Connection, turn: Turn, question: Asked | None, said: Sequence[Event]) -> None:
        answers = [event for event in said if (event.body.get("source") or {}).get("kind") == "faq"]
        if question is None and not answers:
            return
        seq = await self._question(connection, turn, question) if question else None
        for event in answers:
            source = event.body["source"]
            await repository.insert_shown(connection, event, source["entry"], source["version"], question_seq=seq)

    async def _question(self, connection: Connection, turn: Turn, question: Asked) -> int | None:
        """The number of the question that this turn answers: its own, or the one that was asked back about."""
        if question.outcome in {"chosen", "rejected"}:
            return await repository.choose(connection, turn.conversation_id, question.entry or "")
        if turn.kind != "text":
            return None
        conversation = await self._conversations.get(connection, turn.conversation_id)
        names = [name for name in (conversation.customer_name, conversation.first_name) if name]
        return await repository.insert_question(
            connection,
            turn.message_id,
            text=masked(turn.content[:LONGEST], names),
            language=primary(conversation.locale),
            outcome=question.outcome,
            candidates=[candidate.model_dump() for candidate in question.candidates],
        )


def primary(locale: str) -> str:
    """`en-IE` → `en`."""
    return locale.split("-", maxsplit=1)[0].lower()
