import asyncio
import contextlib
import time
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import structlog

from api.assistant import repository
from api.assistant.models import Found, Outcome, Turn
from api.assistant.patience import Patience
from api.assistant.ports import Ended, Handoff, Insight
from api.assistant.rasa import Answer, BotMessage, Rasa, RasaError, VerifyWish
from api.assistant.tiers import RememberedTiers
from api.audit import service as audit
from api.consent.service import ConsentService
from api.conversations.errors import AnotherCustomer
from api.conversations.models import AuthLevel, Conversation, Event, Proof, State
from api.conversations.service import DATABASE_TROUBLE, ConversationService
from api.identity.assertions import Assertions
from api.identity.channels import WEB
from api.identity.guests.service import GuestVerification, TooManyCodes, Verdict
from api.languages.service import Languages
from api.metrics import Metrics
from api.privacy.service import PrivacyService
from api.texts import TEXTS, apology, promise
from api.writes.service import WriteService
from backends.errors import BackendError, NotFound, Refused
from backends.ports import Customers
from common import markdown
from common.database import Connection

log = structlog.get_logger(__name__)

TYPING_AFTER_SECONDS = 0.3
TYPING_AGAIN_SECONDS = 4.0  # readers show it for a few seconds
MAX_ATTEMPTS = 5  # a turn that brings down process after process is given up


@dataclass(frozen=True, slots=True)
class Question:
    """What Rasa is asked."""

    kind: str
    text: str


class Apology(Exception):
    """The turn ends here with a message of the gateway's own."""

    def __init__(self, template: str) -> None:
        super().__init__(template)
        self.template = template


@dataclass(frozen=True, slots=True)
class Result:
    """What there is to store. `apology`: the template of the gateway's own message, where there is no answer."""

    outcome: Outcome
    answer: Answer | None = None
    apology: str = ""


class TurnRunner:
    """Runs one turn that this process holds the lease of: ask Rasa, store what it said."""

    def __init__(
        self,
        *,
        conversations: ConversationService,
        guests: GuestVerification,
        customers: Customers,
        tiers: RememberedTiers,
        handoff: Handoff,
        closed: Ended,
        writes: WriteService,
        privacy: PrivacyService,
        consent: ConsentService,
        insight: Insight,
        languages: Languages,
        rasa: Rasa,
        assertions: Assertions,
        metrics: Metrics,
        owner: str,
        lease: float,
        at_once: int,
        photos: bool,
    ) -> None:
        """`at_once`: turns that Rasa is given at the same time; others wait here, where their lease is renewed.

        `photos`: customers may send some from the widget, which the assistant may then propose.
        """
        self._conversations = conversations
        self._guests = guests
        self._customers = customers
        self._tiers = tiers
        self._handoff = handoff
        self._closed = closed
        self._writes = writes
        self._privacy = privacy
        self._consent = consent
        self._insight = insight
        self._languages = languages
        self._rasa = rasa
        self._assertions = assertions
        self._metrics = metrics
        self._owner = owner
        self._lease = lease
        self._photos = photos
        self._slots = asyncio.Semaphore(at_once)

    async def run(self, turn: Turn) -> Turn | None:
        """Returns the conversation's next turn, leased by this process, if it has one."""
        started = time.perf_counter()
        if turn.attempts > 1:
            self._metrics.turns_repeated.inc()
        outcome, following = await self._run(turn)
        self._metrics.turns.labels(outcome or "superseded").inc()
        self._metrics.turn_seconds.observe(time.perf_counter() - started)
        log.info("turn", conversation=str(turn.conversation_id), message=str(turn.message_id), outcome=outcome)
        return following

    async def _run(self, turn: Turn) -> tuple[Outcome | None, Turn | None]:
        """However long the database takes: an answer is kept, and instead of an apology Rasa is asked once more.

        For what kept Rasa from answering may well have been the same database.
        """
        patience = Patience(self._metrics, turn.conversation_id)
        result: Result | None = None
        again = turn.attempts > 1
        while True:
            try:
                if result is None or result.apology:
                    result = await self._result(turn, again=again)
                stored = await self._store(turn, result)
            except DATABASE_TROUBLE as error:
                await patience.wait(error)
                again = True
            else:
                patience.over()
                return stored

    async def _result(self, turn: Turn, *, again: bool) -> Result:
        """`again`: Rasa may have been asked before."""
        if turn.attempts > MAX_ATTEMPTS:
            return Result("failed", apology="assistant_failed")
        typing = asyncio.create_task(self._show_typing(turn.conversation_id))
        if again or self._slots.locked():
            turn = replace(turn, found=None)  # that was a while ago when the turn begins
        try:
            async with self._slots:
                answer = await self._answer(turn, again=again)
        except Apology as reason:
            return Result("failed", apology=reason.template)
        finally:
            typing.cancel()
        if answer is None:
            return Result("dropped")
        return Result("silent" if answer.status == "silent" else "answered", answer)

    async def _answer(self, turn: Turn, *, again: bool) -> Answer | None:
        """None when the conversation went to people before the turn began. Raises Apology."""
        found = turn.found or await self._find(turn)
        conversation = found.conversation
        if conversation.state is not State.BOT:
            return None
        conversation, question = await self._question(conversation, turn)
        started = time.perf_counter()
        try:
            return await self._rasa.turn(
                sender=str(conversation.id),
                message_id=str(turn.message_id),
                kind=question.kind,
                text=question.text,
                retry=again,
                metadata=await self._metadata(conversation) | {"returned": found.returned},
            )
        except RasaError as error:
            self._metrics.turn_failures.labels(error.kind).inc()
            log.warning("rasa_failed", conversation=str(conversation.id), kind=error.kind)
            raise Apology(error.apology) from error
        finally:
            self._metrics.rasa_seconds.observe(time.perf_counter() - started)

    async def _question(self, conversation: Conversation, turn: Turn) -> tuple[Conversation, Question]:
        """What Rasa is asked, and the conversation after what the gateway itself reads in it. Raises Apology."""
        if turn.kind == "code":
            return await self._verify(conversation, turn.content)
        if turn.kind == "payload":
            conversation = await self._languages.pressed(conversation, turn.content)
        elif turn.kind == "text":
            conversation, wish = await self._languages.heard(conversation, turn.content, seq=turn.seq)
            if wish is not None:
                return conversation, Question("payload", f'/choose_language{{"language": "{wish}"}}')
        return conversation, Question(turn.kind, turn.content)

    async def _find(self, turn: Turn) -> Found:
        async with self._conversations.reading() as connection:
            return Found(*await self._conversations.for_turn(connection, turn.conversation_id, not_answers=TEXTS))

    async def _metadata(self, conversation: Conversation) -> dict[str, Any]:
        known = conversation.known
        return {
            "assertion": self._assertions.sign(conversation) if known else "",
            "auth_level": (conversation.auth_level if known else AuthLevel.ANONYMOUS).value,
            "tier": await self._tiers.of(conversation) if known else "",
            "first_name": (conversation.first_name or "") if known else "",
            "locale": conversation.locale,
            "language": self._languages.of(conversation.locale),
            "languages": self._languages.offered,
            "channel": conversation.channel,
            "photos": self._photos and conversation.channel == WEB,
        }

    async def _verify(self, conversation: Conversation, content: str) -> tuple[Conversation, Question]:
        """Turn a checked code into what Rasa is told; a right one makes the conversation a guest's. Raises Apology."""
        challenge_id, verdict = content.split()
        result = verdict
        if verdict == Verdict.MATCHED:
            result = "passed" if await self._confirm(conversation.id, UUID(challenge_id)) else "expired"
            async with self._conversations.reading() as connection:
                conversation = await self._conversations.get(connection, conversation.id)
        return conversation, Question("payload", f'/inform{{"verification": "{result}"}}')

    async def _confirm(self, conversation_id: UUID, challenge_id: UUID) -> bool:
        """False when the shop no longer knows the verification. Repeatable. Raises Apology."""
        async with self._conversations.reading() as connection:
            challenge = await self._guests.get(connection, challenge_id)
        assert challenge is not None
        assert challenge.verification_id is not None
        try:
            guest = await self._customers.confirm_verification(
                challenge.verification_id, idempotency_key=f"{challenge_id}-confirm"
            )
        except (NotFound, Refused):
            return False
        except BackendError as error:
            self._metrics.part_failures.labels("shop", error.code).inc()
            log.warning("verification_not_confirmed", challenge=str(challenge_id), error=error.code)
            async with self._conversations.transaction() as connection:
                await self._guests.ask_again(connection, challenge_id)
            raise Apology("verification_unavailable") from error
        try:
            async with self._conversations.transaction() as connection:
                await self._conversations.link_customer(
                    connection,
                    conversation_id,
                    customer_id=guest.customer_id,
                    name=guest.name,
                    first_name=None,
                    auth_level=AuthLevel.GUEST,
                    proof=Proof.CODE,
                    hours=self._guests.hours,
                    verified_order_id=guest.order_id,
                )
                await self._guests.passed(connection, challenge_id)
                await audit.record(
                    connection,
                    actor="customer",
                    actor_id=guest.customer_id,
                    action="identity.code",
                    conversation_id=conversation_id,
                    subject=guest.order_id,
                    outcome="passed",
                    evidence={"challenge": str(challenge_id), "attempts": challenge.attempts},
                )
        except AnotherCustomer:
            raise Apology("another_customer") from None
        return True

    async def _store(self, turn: Turn, result: Result) -> tuple[Outcome | None, Turn | None]:
        """The whole result in one transaction, and the next turn. No outcome: it is stored, or another process's."""
        async with self._conversations.transaction() as connection:
            conversation, [[ended]] = await self._conversations.lock_and(
                connection,
                turn.conversation_id,
                repository.finish(turn, owner=self._owner, outcome=result.outcome),
            )
            finished: bool = ended["finished"]
            late = conversation.state is not State.BOT and result.outcome != "dropped"
            kept = Result("dropped") if late else result
            if finished and kept.apology:
                left_open = await self._writes.left_open(connection, turn.message_id)
                sorry = apology(kept.apology, self._languages.of(conversation.locale))
                await self._say(connection, turn, conversation, promise("write_checking") if left_open else sorry)
            if finished and kept.answer:
                await self._store_answer(connection, turn, conversation, kept.answer)
            following = None
            if ended["waiting"]:
                following = await repository.claim_next(
                    connection, turn.conversation_id, owner=self._owner, lease=self._lease
                )
        if not finished:
            return None, following
        if late:
            self._metrics.replies_dropped.inc()
        if kept.answer:
            self._note(turn, kept.answer)
        return kept.outcome, following

    def _note(self, turn: Turn, answer: Answer) -> None:
        """What others should know of an answer that is stored."""
        if answer.verify:
            self._guests.wanted.set()
        for trouble in answer.troubles:
            self._metrics.part_failures.labels(trouble.part, trouble.error).inc()
            conversation = str(turn.conversation_id)
            log.warning("part_failed", conversation=conversation, part=trouble.part, error=trouble.error)

    async def _store_answer(
        self, connection: Connection, turn: Turn, conversation: Conversation, answer: Answer
    ) -> None:
        await self._writes.settle(connection, turn.conversation_id, answer.writes)
        bodies = [message_body(message) for message in answer.messages]
        if answer.lacked("gateway") and await self._writes.left_open(connection, turn.message_id):
            # The action server did not learn that it was written down, and says that it could not be done.
            bodies = [promise("write_checking")]
        said = [await self._say(connection, turn, conversation, body) for body in bodies]
        await self._insight.heard(connection, conversation, turn, answer.question, said)
        if answer.privacy:
            reference = await self._privacy.ask(connection, conversation, turn.message_id, answer.privacy)
            await self._say(connection, turn, conversation, promise("privacy_recorded", reference=reference))
        if answer.consent:
            await self._consent.withdraw_all(connection, conversation)
        if answer.verify:
            await self._open_challenge(connection, turn, conversation, answer.verify)
        if answer.handoff:
            wish = answer.handoff
            await self._handoff.request(
                connection, turn.conversation_id, reason=wish.reason, skill=wish.skill, summary=wish.summary
            )
        elif answer.closed:
            await self._conversations.append(
                connection, turn.conversation_id, type="status", author="system", body={"status": "closed"}
            )
            await self._closed(connection, turn.conversation_id)

    async def _open_challenge(
        self, connection: Connection, turn: Turn, conversation: Conversation, wish: VerifyWish
    ) -> None:
        try:
            await self._guests.open(
                connection,
                turn.conversation_id,
                order_number=wish.order_number,
                email=wish.email,
                client=turn.client,
            )
        except TooManyCodes:
            self._metrics.codes.labels("limited").inc()
            await self._say(connection, turn, conversation, apology("verification_limit"))

    async def _say(self, connection: Connection, turn: Turn, conversation: Conversation, body: dict[str, Any]) -> Event:
        return await self._conversations.append(
            connection,
            turn.conversation_id,
            type="message",
            author="bot",
            body={
                **body,
                "language": self._languages.spoken(conversation.locale),
                "in_reply_to": str(turn.message_id),
                "answers": [str(message_id) for message_id in turn.messages],
            },
        )

    async def _show_typing(self, conversation_id: UUID) -> None:
        """Only for answers that take long enough to be noticed; as long as they take."""
        await asyncio.sleep(TYPING_AFTER_SECONDS)
        with contextlib.suppress(*DATABASE_TROUBLE):
            while True:
                async with self._conversations.transaction() as connection:
                    await self._conversations.typing(connection, conversation_id, "bot")
                await asyncio.sleep(TYPING_AGAIN_SECONDS)


def message_body(message: BotMessage) -> dict[str, Any]:
    """`text` is what every channel can show. An FAQ answer may have `rich`, too: the same in paragraphs and lists."""
    body = {
        "text": message.text,
        "buttons": [button.model_dump() for button in message.buttons],
        "cards": message.cards,
        "source": message.source,
    }
    if (message.source or {}).get("kind") == "faq":
        blocks = markdown.read(message.text)
        body["text"] = markdown.plain(blocks)
        if markdown.is_formatted(blocks):
            body["rich"] = markdown.as_json(blocks)
    return body
