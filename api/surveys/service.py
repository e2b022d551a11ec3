from dataclasses import replace
from typing import Any
from uuid import UUID

from api.consent.models import Purpose
from api.consent.service import ConsentService
from api.conversations.service import ConversationService
from api.languages.service import Languages
from api.surveys import repository
from api.surveys.errors import ReferenceMissing, UnknownReference
from api.surveys.models import SCALES, Feedback, Kind
from api.texts import text
from common.database import Connection

ASKED_ON = frozenset({"web"})  # channels that can show a survey
FEWEST_MESSAGES = 2  # of the customer: a hello and a goodbye are not worth a question


class SurveyService:
    """What customers think. Everything happens on the caller's connection, so that record and event commit together.

    Each record is also a `survey` event of the conversation: other tabs see it, and so does a page that is loaded anew.
    """

    def __init__(
        self, conversations: ConversationService, consent: ConsentService, languages: Languages, asks: Kind | None
    ) -> None:
        """`asks`: the survey at the end of a conversation; None for none."""
        self._conversations = conversations
        self._consent = consent
        self._languages = languages
        self._asks = asks

    async def ended(self, connection: Connection, conversation_id: UUID) -> None:
        """The conversation is resolved or closed: ask what the customer thinks, once in its life.

        Who has not agreed to such questions is asked for that first, once; who declined is left in peace.
        """
        conversation = await self._conversations.lock(connection, conversation_id)
        if self._asks is None or conversation.channel not in ASKED_ON:
            return
        if await repository.survey(connection, conversation_id):
            return
        if await repository.messages_of_customer(connection, conversation_id) < FEWEST_MESSAGES:
            return
        if not await self._consent.allows(connection, conversation, Purpose.SURVEY):
            await self._consent.ask(connection, conversation, Purpose.SURVEY)
            return
        lowest, highest = SCALES[self._asks]
        name = f"survey_{self._asks}"
        event = await self._conversations.append(
            connection,
            conversation_id,
            type="survey",
            author="system",
            body={
                "kind": self._asks,
                "text": text(name, self._languages.of(conversation.locale)),
                "lowest": lowest,
                "highest": highest,
                "source": {"kind": "template", "name": name},
            },
        )
        await repository.insert_survey(connection, conversation_id, event.seq, self._asks)

    async def give(self, connection: Connection, conversation_id: UUID, feedback: Feedback) -> Feedback:
        """Record it; about the same thing again replaces what was said. As it now stands.

        Raises UnknownReference, ReferenceMissing.
        """
        await self._conversations.lock(connection, conversation_id)
        feedback = replace(feedback, ref=await self._reference(connection, conversation_id, feedback))
        if await repository.get(connection, conversation_id, feedback.kind, feedback.ref) != feedback:
            await repository.put(connection, conversation_id, feedback)
            await self._tell(connection, conversation_id, feedback.kind, feedback.ref, score=feedback.score)
        return feedback

    async def dismiss(self, connection: Connection, conversation_id: UUID, seq: int) -> None:
        """The customer would rather not say; an answer that was given stays. Raises UnknownReference."""
        await self._conversations.lock(connection, conversation_id)
        survey = await repository.survey(connection, conversation_id)
        if survey is None or survey.seq != seq:
            raise UnknownReference
        answered = await repository.get(connection, conversation_id, survey.kind, survey.seq)
        if answered or survey.dismissed:
            return
        await repository.dismiss(connection, conversation_id)
        await self._tell(connection, conversation_id, survey.kind, survey.seq, dismissed=True)

    async def _reference(self, connection: Connection, conversation_id: UUID, feedback: Feedback) -> int:
        """What it is about: a survey that was asked is meant even where the reader does not name it."""
        if feedback.kind is Kind.ANSWER:
            if not feedback.ref:
                raise ReferenceMissing
            if not await repository.is_faq_answer(connection, conversation_id, feedback.ref):
                raise UnknownReference
            return feedback.ref
        survey = await repository.survey(connection, conversation_id)
        asked = survey.seq if survey and survey.kind is feedback.kind else 0
        if feedback.ref not in (0, asked):
            raise UnknownReference
        return asked

    async def _tell(self, connection: Connection, conversation_id: UUID, kind: Kind, ref: int, **said: Any) -> None:
        body = {"kind": kind, "ref": ref, **said}
        await self._conversations.append(connection, conversation_id, type="survey", author="customer", body=body)
