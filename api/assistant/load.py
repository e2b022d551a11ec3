import math
import random
import time

import structlog

from api.assistant import repository
from api.conversations.models import Conversation, State
from api.metrics import Metrics
from api.texts import OWN_PAYLOADS
from common.database import Connection
from common.problems import Problem

log = structlog.get_logger(__name__)

MEASURE_SECONDS = 1.0
CLOCK_TOLERANCE = 10.0  # seconds that a process's clock may differ from the database's without a word
RETRY_SECONDS = (3.0, 8.0)  # apart, so that those who were refused together don't come back together


class Overloaded(Problem):
    """Answers 503: nothing was stored."""

    def __init__(self) -> None:
        seconds = math.ceil(random.uniform(*RETRY_SECONDS))  # noqa: S311 - no secret
        super().__init__(
            503,
            "overloaded",
            f"Too many customers are waiting for an answer. Try again in {seconds} s.",
            headers={"Retry-After": str(seconds)},
            retry_after=seconds,
        )


class Load:
    """How much waits to be answered, by this process and by all together, and the bounds beyond which more is refused.

    What all have is measured once a second and what this process accepted since is added, so that several processes
    may pass the common bound by what the others accept within a second.
    """

    def __init__(self, metrics: Metrics, *, in_hand_limit: int, waiting_limit: int) -> None:
        self._metrics = metrics
        self._in_hand_limit = in_hand_limit
        self._waiting_limit = waiting_limit
        self._in_hand = 0
        self._waiting = 0
        self._clock_differs = False

    @property
    def room(self) -> int:
        """How many more conversations this process should take up."""
        return max(0, self._in_hand_limit - self._in_hand)

    def hold(self, conversations: int) -> None:
        """This process has so many conversations to answer."""
        self._in_hand = conversations
        self._metrics.turns_in_hand.set(conversations)

    async def measure(self, connection: Connection) -> None:
        waiting = await repository.waiting(connection)
        self._waiting = waiting.messages
        self._metrics.turns_waiting.set(waiting.messages)
        self._metrics.oldest_turn.set(waiting.oldest)
        self.compare_clocks(waiting.now)

    def compare_clocks(self, database: float) -> None:
        """Leases and tokens go by the database's. What does not, such as the shop's tokens, needs this one right."""
        ahead = time.time() - database
        self._metrics.clock_ahead.set(ahead)
        differs = abs(ahead) > CLOCK_TOLERANCE
        if differs and not self._clock_differs:
            log.error("clock_differs", seconds_ahead=round(ahead, 1))
        elif self._clock_differs and not differs:
            log.warning("clock_agrees_again")
        self._clock_differs = differs

    def admit(self, conversation: Conversation, payload: str | None) -> None:
        """Before a message is stored. Whoever writes to people, asks for them or answers the gateway waits for no turn.

        Raises Overloaded.
        """
        if conversation.state in (State.QUEUED, State.ASSIGNED) or (payload or "").startswith(OWN_PAYLOADS):
            return
        for limit, full in (("process", not self.room), ("all", self._waiting >= self._waiting_limit)):
            if full:
                self._metrics.shed.labels(limit).inc()
                log.warning("message_refused", limit=limit, in_hand=self._in_hand, waiting=self._waiting)
                raise Overloaded
        self._waiting += 1
