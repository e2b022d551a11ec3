import hashlib
from typing import Any

from api.audit import service as audit
from api.consent import repository
from api.consent.errors import NotAsked, NotKnown
from api.consent.models import Consent, Purpose
from api.conversations.models import Conversation
from api.conversations.service import ConversationService
from api.languages.service import Languages
from api.texts import text
from common.database import Connection

ASKED_ON = frozenset({"web"})  # channels that can show the question
VERSION_LENGTH = 12


def version_of(wording: str) -> str:
    """Other words are another version, whoever forgets to count."""
    return hashlib.sha256(wording.encode()).hexdigest()[:VERSION_LENGTH]


class ConsentService:
    """What customers agreed to, asked once in their life; silence is a no. On the caller's connection.

    A consent belongs to the customer, in all conversations in which they are known; of somebody who was never known it
    holds in the one conversation. Questions and decisions are `consent` events of the log, and decisions are audited.
    """

    def __init__(self, conversations: ConversationService, languages: Languages) -> None:
        self._conversations = conversations
        self._languages = languages

    async def allows(self, connection: Connection, conversation: Conversation, purpose: Purpose) -> bool:
        found = _latest(await repository.of(connection, conversation), purpose)
        return found is not None and found.holds

    async def ask(self, connection: Connection, conversation: Conversation, purpose: Purpose) -> bool:
        """False where the customer was asked ever before, or has just been asked something else. Locks nothing."""
        if conversation.channel not in ASKED_ON:
            return False
        before = await repository.of(connection, conversation)
        if _latest(before, purpose) or await self._still_open(connection, conversation, before):
            return False
        name = f"consent_{purpose}"
        wording = text(name, self._languages.of(conversation.locale))
        version = version_of(wording)
        consent_id = await repository.insert(connection, conversation, purpose, wording=wording, version=version)
        if consent_id is None:
            return False
        source = {"kind": "template", "name": name}
        body = {"purpose": purpose, "text": wording, "version": version, "source": source}
        event = await self._conversations.append(
            connection, conversation.id, type="consent", author="system", body=body
        )
        await repository.asked(connection, consent_id, event.seq)
        return True

    async def decide(
        self, connection: Connection, conversation: Conversation, purpose: Purpose, *, given: bool
    ) -> bool:
        """Whether that has changed anything. The caller has locked the conversation. Raises NotAsked, NotKnown."""
        return await (self._give if given else self._refuse)(connection, conversation, purpose)

    async def withdraw_all(self, connection: Connection, conversation: Conversation) -> None:
        """The customer wants nothing of the kind any more, whether they were asked or not."""
        for purpose in Purpose:
            await self._refuse(connection, conversation, purpose)

    async def withdraw_for(self, connection: Connection, customer_id: str, *, by: str) -> int:
        """A customer has told staff; how many consents ended."""
        ended = await repository.refuse(connection, conversation_id=None, customer_id=customer_id, purpose=None)
        for consent in ended:
            await self._record(connection, consent.purpose, "withdrawn", actor="staff", actor_id=by, of=consent)
        return len(ended)

    async def of(self, connection: Connection, conversation: Conversation) -> list[Consent]:
        """The one that counts, for each purpose of which there was talk."""
        found = await repository.of(connection, conversation)
        return [each for purpose in Purpose if (each := _latest(found, purpose))]

    async def given(
        self, connection: Connection, purpose: Purpose, *, after: int = 0, limit: int = 1000
    ) -> list[Consent]:
        """Of customers, in the order in which they were asked."""
        return await repository.given(connection, purpose, after=after, limit=limit)

    async def _give(self, connection: Connection, conversation: Conversation, purpose: Purpose) -> bool:
        found = [each for each in await repository.of(connection, conversation) if each.purpose is purpose]
        read = [each for each in found if each.seq is not None]
        if not read:
            raise NotAsked
        if found[0].holds:
            return False
        own = next((each for each in read if each.conversation_id == conversation.id), None)
        if own is None and not conversation.known:
            raise NotKnown
        consent = own or read[0]
        by_known = conversation.known or conversation.customer_id is None
        await repository.give(connection, consent.id, conversation.channel, by_known=by_known)
        await self._tell(connection, conversation, purpose, given=True)
        await self._record(connection, purpose, "given", conversation=conversation, of=consent)
        return True

    async def _refuse(self, connection: Connection, conversation: Conversation, purpose: Purpose) -> bool:
        if not _latest(await repository.of(connection, conversation), purpose):
            await repository.insert(connection, conversation, purpose, wording="", version="")
        ended = await repository.refuse(
            connection, conversation_id=conversation.id, customer_id=conversation.customer_id, purpose=purpose
        )
        if ended:
            outcome = "withdrawn" if any(each.given for each in ended) else "declined"
            await self._tell(connection, conversation, purpose, given=False)
            await self._record(connection, purpose, outcome, conversation=conversation, of=ended[0])
        return bool(ended)

    @staticmethod
    async def _still_open(connection: Connection, conversation: Conversation, before: list[Consent]) -> bool:
        """Whether a question waits that the customer has only just read: one at a time."""
        here = [each.seq for each in before if each.given is None and each.conversation_id == conversation.id]
        latest = max((seq for seq in here if seq is not None), default=None)
        return latest is not None and not await repository.spoken_since(connection, conversation.id, latest)

    async def _tell(self, connection: Connection, conversation: Conversation, purpose: Purpose, *, given: bool) -> None:
        body = {"purpose": purpose, "given": given}
        await self._conversations.append(connection, conversation.id, type="consent", author="customer", body=body)

    @staticmethod
    async def _record(
        connection: Connection,
        purpose: Purpose,
        outcome: str,
        *,
        of: Consent,
        conversation: Conversation | None = None,
        **actor: Any,
    ) -> None:
        who = actor or {"actor": "customer", "actor_id": conversation.customer_id if conversation else None}
        auth_level = {"auth_level": conversation.auth_level.value} if conversation and conversation.known else {}
        await audit.record(
            connection,
            **who,
            action=f"consent.{purpose}",
            conversation_id=conversation.id if conversation else of.conversation_id,
            subject=of.version or None,
            outcome=outcome,
            evidence={"channel": of.channel, "asked_in": str(of.conversation_id), "seq": of.seq, **auth_level},
        )


def _latest(found: list[Consent], purpose: Purpose) -> Consent | None:
    return next((each for each in found if each.purpose is purpose), None)
