import asyncio
import contextlib
import secrets
from uuid import UUID

import structlog

from api.audit import service as audit
from api.conversations.models import Conversation, Event, State
from api.conversations.service import DATABASE_TROUBLE, ConversationService
from api.handoff.ports import Post
from api.handoff.service import HandoffService
from api.handoff.voice import EMAIL
from api.privacy import repository
from api.privacy.farewells import Farewells
from api.privacy.models import Export, Kind, Outcome, Request
from api.privacy.trackers import Trackers, TrackersAway
from api.security.hashing import KeyedHash
from api.texts import apology, promise
from common.database import Connection
from common.problems import Problem

log = structlog.get_logger(__name__)

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # none that are taken for one another
AGAIN_SECONDS = 120.0  # longer than any turn that was underway
POLL_SECONDS = 5.0
AT_ONCE = 100


class StillChecking(Problem):
    def __init__(self) -> None:
        super().__init__(409, "write_open", "A confirmed request is not settled yet. Try again in a while.")


class PrivacyService:
    """What is known about a customer: told, erased, and asked for. What operators do is in the audit."""

    def __init__(
        self,
        conversations: ConversationService,
        trackers: Trackers,
        keyed: KeyedHash,
        handoff: HandoffService,
        *,
        post: Post | None,
        farewells: Farewells,
    ) -> None:
        """`post`: brings outcomes to the e-mail address that was left in the conversation, too."""
        self._conversations = conversations
        self._handoff = handoff
        self._post = post
        self._farewells = farewells
        self._trackers = trackers
        self._keyed = keyed
        self.wanted = asyncio.Event()  # set when there is something to erase at Rasa's

    async def of_customer(self, connection: Connection, customer_id: str) -> list[UUID]:
        return await repository.conversations_of(connection, customer_id)

    async def export(
        self, connection: Connection, conversation_ids: list[UUID], *, by: str, customer_id: str | None = None
    ) -> Export:
        """Everything that is kept. Raises a 503 problem when Rasa's part can't be read."""
        try:
            trackers = {each: await self._trackers.read(each) for each in conversation_ids}
        except TrackersAway:
            raise Problem(503, "trackers_unavailable", "Rasa's database does not answer.") from None
        found = {each: await repository.everything(connection, each) for each in conversation_ids}
        entries = [
            entry
            for each in conversation_ids
            for entry in await audit.entries(connection, conversation_id=each, limit=1000)
        ]
        await self._note(connection, "privacy.export", conversation_ids, by, customer_id)
        told = [{"at": entry.at, "action": entry.action, "outcome": entry.outcome} for entry in entries]
        return Export({each: rows for each, rows in found.items() if rows}, trackers, told)

    async def erase(
        self, connection: Connection, conversation_ids: list[UUID], *, by: str, customer_id: str | None = None
    ) -> int:
        """Delete it all; how many conversations went. Rasa's part follows, whatever dies in between.

        Who asked for it is told by e-mail, where an address was left: the conversation is gone.

        Raises StillChecking while it is open what became of a confirmed request.
        """
        if await repository.open_writes(connection, conversation_ids):
            raise StillChecking
        await self._farewells.plan(connection, await self._reachable(connection, conversation_ids))
        mask = f"erased:{self._keyed.hex('customer', customer_id or str(conversation_ids))[:16]}"
        await repository.disguise(connection, conversation_ids, customer_id, mask)
        count = await repository.erase(connection, conversation_ids)
        await self._note(connection, "privacy.erase", conversation_ids, by, mask)
        self.wanted.set()
        return count

    async def ask(self, connection: Connection, conversation: Conversation, message_id: UUID, kind: Kind) -> str:
        """A customer wants it, who was known when the turn began; the reference under which an operator finds it."""
        assert conversation.customer_id is not None
        reference = "PR-" + "".join(secrets.choice(LETTERS) for _ in range(8))
        reference = await repository.insert_request(
            connection,
            reference,
            message_id=message_id,
            conversation_id=conversation.id,
            customer_id=conversation.customer_id,
            kind=kind,
        )
        await audit.record(
            connection,
            actor="customer",
            actor_id=conversation.customer_id,
            action=f"privacy.request_{kind}",
            conversation_id=conversation.id,
            subject=reference,
            outcome="requested",
            evidence={"auth_level": conversation.auth_level.value, "message_id": str(message_id)},
        )
        return reference

    async def requests(self, connection: Connection, *, limit: int = 200) -> list[Request]:
        """Those that nobody has dealt with, the oldest first."""
        return await repository.open_requests(connection, limit=limit)

    async def close(self, connection: Connection, reference: str, by: str, outcome: Outcome = "done") -> None:
        """It was dealt with, and the customer is told how. Raises a 404 problem."""
        closed = await repository.close_request(connection, reference, by, outcome)
        if closed is None:
            raise Problem(404, "not_found", "There is no such open request.")
        await audit.record(
            connection,
            actor="staff",
            actor_id=by,
            action="privacy.close",
            conversation_id=closed.conversation_id,
            subject=reference,
            outcome="closed",
            evidence={"outcome": outcome},
        )
        await self._tell(connection, closed, outcome)

    async def _tell(self, connection: Connection, closed: Request, outcome: Outcome) -> None:
        """In the conversation and to the address that was left; where an advisor has it, the advisor tells."""
        conversation = await self._conversations.lock(connection, closed.conversation_id)
        if conversation.state is State.ASSIGNED:
            await self._handoff.note(connection, conversation.id, f"{closed.reference} {closed.kind}={outcome}")
            return
        if outcome == "done":
            body = promise(f"privacy_done_{closed.kind}", reference=closed.reference)
        else:
            body = apology("privacy_declined")
            body["text"] = body["text"].format(reference=closed.reference)
        event = await self._conversations.append(connection, conversation.id, type="message", author="bot", body=body)
        await self._mail(connection, conversation, event)

    async def _mail(self, connection: Connection, conversation: Conversation, event: Event) -> None:
        address = await self._handoff.email_of(connection, conversation.id)
        if self._post and address:
            await self._post.enqueue(connection, conversation.id, event, EMAIL, address)

    async def _reachable(self, connection: Connection, conversation_ids: list[UUID]) -> list[tuple[str, str]]:
        """Who asked for the erasure and can be told of it: reference and address."""
        asked = await repository.erasures_asked_for(connection, conversation_ids)
        found = [(reference, await self._handoff.email_of(connection, each)) for reference, each in asked]
        return [(reference, address) for reference, address in found if address]

    async def run(self) -> None:
        """Erase at Rasa's what was erased here, and tell who asked for it."""
        while True:
            self.wanted.clear()
            try:
                await self.erase_trackers()
                await self.tell_erased()
            except (*DATABASE_TROUBLE, TrackersAway) as error:
                log.warning("erasure_interrupted", error=type(error).__name__)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(POLL_SECONDS):
                    await self.wanted.wait()

    async def tell_erased(self) -> None:
        """Who asked for an erasure, and left an address."""
        await self._farewells.send_due()

    async def erase_trackers(self) -> None:
        async with self._conversations.transaction() as connection:
            due = await repository.due_erasures(connection, limit=AT_ONCE)
            if due:
                await self._trackers.erase(due)
                await repository.erased(connection, due, again_in=AGAIN_SECONDS)

    @staticmethod
    async def _note(
        connection: Connection, action: str, conversation_ids: list[UUID], by: str, subject: str | None
    ) -> None:
        await audit.record(
            connection,
            actor="staff",
            actor_id=by,
            action=action,
            subject=subject or ", ".join(map(str, conversation_ids)),
            outcome="done",
            evidence={"conversations": len(conversation_ids)},
        )
