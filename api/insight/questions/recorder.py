from collections.abc import Sequence

from api.assistant.models import Asked, Turn
from api.conversations.models import Conversation, Event
from api.insight.masking import masked
from api.insight.questions import repository
from common.database import Connection, Statement, fetch_together

LONGEST = 1000  # characters of a question that are kept


class Recorder:
    """Keeps what customers asked the FAQ and what they were shown, in the transaction that stores the reply."""

    async def heard(
        self,
        connection: Connection,
        conversation: Conversation,
        turn: Turn,
        question: Asked | None,
        said: Sequence[Event],
    ) -> None:
        answers = [event for event in said if (event.body.get("source") or {}).get("kind") == "faq"]
        seq = None
        statements: list[Statement] = []
        if question and question.outcome in {"chosen", "rejected"}:
            seq = await repository.choose(connection, conversation.id, question.entry or "")
        elif question and turn.kind == "text":
            seq = turn.seq
            statements.append(asked(conversation, turn, question))
        for event in answers:
            source = event.body["source"]
            statements.append(repository.insert_shown(event, source["entry"], source["version"], question_seq=seq))
        if statements:
            await fetch_together(connection, *statements)


def asked(conversation: Conversation, turn: Turn, question: Asked) -> Statement:
    names = [name for name in (conversation.customer_name, conversation.first_name) if name]
    return repository.insert_question(
        conversation.id,
        turn.seq,
        text=masked(turn.content[:LONGEST], names),
        language=primary(conversation.locale),
        outcome=question.outcome,
        candidates=[candidate.model_dump() for candidate in question.candidates],
    )


def primary(locale: str) -> str:
    """`en-IE` → `en`."""
    return locale.split("-", maxsplit=1)[0].lower()
