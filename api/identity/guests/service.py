import asyncio
from datetime import timedelta
from enum import StrEnum
from uuid import UUID, uuid4

from api.identity.guests import repository
from api.identity.guests.codes import find_codes
from api.identity.guests.repository import Challenge
from api.security.hashing import KeyedHash
from common.database import Connection

LIFETIME = timedelta(minutes=10)
MAX_ATTEMPTS = 5


class Verdict(StrEnum):
    """What a typed one-time code turned out to be. MATCHED is not PASSED yet: the shop confirms first."""

    MATCHED = "matched"
    WRONG = "wrong"
    EXPIRED = "expired"
    LOCKED = "locked"


class TooManyCodes(Exception):
    """Somebody asked for more codes in an hour than one of the limits allows."""


class GuestVerification:
    """Proof that a guest owns an order: a one-time code that goes to the order's e-mail address.

    What a customer can see is the same whether order number and address belong together or not.
    """

    def __init__(
        self,
        keyed: KeyedHash,
        *,
        per_conversation: int,
        per_email: int,
        per_order: int,
        per_address: int,
        hours: float,
    ) -> None:
        """`per_…`: codes in an hour. `hours`: for which a right code says who the customer is."""
        self._keyed = keyed
        self._limits = {"conversation": per_conversation, "email": per_email, "order": per_order, "client": per_address}
        self.hours = hours
        self.wanted = asyncio.Event()  # set when there may be something to send

    async def open(
        self, connection: Connection, conversation_id: UUID, *, order_number: str, email: str, client: str
    ) -> None:
        """Start a challenge; its code is sent by the dispatcher after the transaction. Raises TooManyCodes."""
        email = email.strip()
        email_hash = self._keyed.hex("email", email.casefold())
        order_hash = self._keyed.hex("order", order_number.strip().casefold())
        recent = await repository.count_recent(connection, conversation_id, email_hash, order_hash, client)
        if any(recent[name] >= limit for name, limit in self._limits.items()):
            raise TooManyCodes
        await repository.insert(
            connection,
            uuid4(),
            conversation_id,
            order_number=order_number.strip(),
            email=email,
            email_hash=email_hash,
            order_hash=order_hash,
            client=client,
            lifetime=LIFETIME,
        )

    async def check(self, connection: Connection, conversation_id: UUID, text: str) -> tuple[UUID, Verdict] | None:
        """Compare the codes in a customer's text with the open challenge; None where there is no code or none is open.

        The conversation must be locked: that makes attempts countable.
        """
        codes = find_codes(text)
        challenge = await repository.awaiting_code(connection, conversation_id) if codes else None
        if challenge is None:
            return None
        return challenge.id, await self._judge(connection, challenge, codes[0])

    async def awaits_code(self, connection: Connection, conversation_id: UUID, text: str) -> bool:
        """Whether the text may hold a code that nobody should read; nothing is checked or counted."""
        return bool(find_codes(text)) and await repository.awaiting_code(connection, conversation_id) is not None

    async def _judge(self, connection: Connection, challenge: Challenge, code: str) -> Verdict:
        if challenge.attempts >= MAX_ATTEMPTS:
            return Verdict.LOCKED
        if challenge.expired:
            return Verdict.EXPIRED
        # As much work where there is no code because order and address don't belong together.
        matches = self._keyed.matches(bytes(challenge.code_hash or b""), str(challenge.id), code)
        if challenge.code_hash and matches:
            await repository.set_state(connection, challenge.id, "matched")
            return Verdict.MATCHED
        await repository.count_attempt(connection, challenge.id)
        return Verdict.LOCKED if challenge.attempts + 1 >= MAX_ATTEMPTS else Verdict.WRONG

    async def get(self, connection: Connection, challenge_id: UUID) -> Challenge | None:
        return await repository.get(connection, challenge_id)

    async def passed(self, connection: Connection, challenge_id: UUID) -> None:
        await repository.set_state(connection, challenge_id, "passed")

    async def end(self, connection: Connection, conversation_id: UUID) -> None:
        """No code of this conversation works any more."""
        await repository.end_all(connection, conversation_id)

    async def ask_again(self, connection: Connection, challenge_id: UUID) -> None:
        """The shop could not be asked: the same code may be typed once more."""
        await repository.set_state(connection, challenge_id, "open")

    def hash_code(self, challenge_id: UUID, code: str) -> bytes:
        return self._keyed.digest(str(challenge_id), code)
