"""What customers answer to the question whether an agreement was kept, by its buttons."""

from typing import Any

from api.complaints.models import Complaint, Progress
from api.complaints.service import ComplaintService
from api.conversations.models import Conversation
from api.conversations.service import ConversationService
from api.handoff.service import HandoffService
from api.handoff.states import Reason
from api.languages.service import Languages
from api.texts import KEPT_PAYLOAD, NOT_KEPT_PAYLOAD, TEXTS, apology, promise, text
from common.database import Connection


def question(complaint: Complaint, values: dict[str, str], language: str) -> dict[str, Any]:
    """The body of the message that asks."""
    body = apology("follow_up_agreement", language)
    body["text"] = body["text"].format(**values)
    answers = (("button_kept", KEPT_PAYLOAD), ("button_not_kept", NOT_KEPT_PAYLOAD))
    buttons = [
        {"title": text(title, language), "payload": f"{payload}{complaint.handoff_id}"} for title, payload in answers
    ]
    return body | {"buttons": [*buttons, *body["buttons"]]}


class AgreementAnswers:
    """Taken in the transaction that stores the customer's press: nobody of the assistant's is needed for it."""

    def __init__(
        self,
        conversations: ConversationService,
        complaints: ComplaintService,
        handoff: HandoffService,
        languages: Languages,
    ) -> None:
        self._conversations = conversations
        self._complaints = complaints
        self._handoff = handoff
        self._languages = languages

    async def take(self, connection: Connection, conversation: Conversation, payload: str) -> bool:
        """Whether it was such an answer. What was not kept goes to people, with what was agreed."""
        if not payload.startswith((KEPT_PAYLOAD, NOT_KEPT_PAYLOAD)):
            return False
        outcome = Progress.KEPT if payload.startswith(KEPT_PAYLOAD) else Progress.BROKEN
        complaint = await self._complaints.of(connection, int(payload.rpartition("/")[2]))
        if complaint is None or complaint.conversation_id != conversation.id or not complaint.agreed:
            return False
        if complaint.state is outcome:
            await self._say(connection, conversation, "complaint_noted", reference=complaint.reference)
            return True
        await self._complaints.heard(connection, complaint, outcome)
        await self._say(connection, conversation, f"complaint_{outcome}")
        if outcome is Progress.BROKEN:
            await self._pass_on(connection, conversation, complaint)
        return True

    async def _pass_on(self, connection: Connection, conversation: Conversation, complaint: Complaint) -> None:
        before = await self._handoff.get(connection, complaint.handoff_id)
        assert before is not None, "a complaint goes with its hand-off"
        await self._handoff.request(
            connection,
            conversation.id,
            reason=Reason.COMPLAINT,
            skill=before.skill,
            summary=TEXTS["complaint_summary"].format(**self._complaints.values(complaint)),
        )

    async def _say(self, connection: Connection, conversation: Conversation, template: str, **values: str) -> None:
        body = promise(template, self._languages.of(conversation.locale), **values)
        await self._conversations.append(connection, conversation.id, type="message", author="bot", body=body)
