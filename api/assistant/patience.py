import asyncio
import random
import time
from uuid import UUID

import psycopg
import structlog

from api.database_trouble import kind_of
from api.metrics import Metrics

log = structlog.get_logger(__name__)

FIRST_SECONDS = 0.2
LONGEST_SECONDS = 5.0
HOPELESS = "54"  # class of SQLSTATE: more than PostgreSQL can ever take, however long it is waited for


class Patience:
    """Waits for the database on behalf of one turn, longer each time. Told to the operator once, counted each time."""

    def __init__(self, metrics: Metrics, conversation_id: UUID) -> None:
        self._metrics = metrics
        self._conversation_id = conversation_id
        self._pause = FIRST_SECONDS
        self._since: float | None = None

    async def wait(self, error: Exception) -> None:
        """Raises `error` where waiting can't help."""
        if isinstance(error, psycopg.Error) and (error.sqlstate or "").startswith(HOPELESS):
            raise error
        kind = kind_of(error)
        self._metrics.database_troubles.labels(kind).inc()
        if self._since is None:
            self._since = time.monotonic()
            conversation = str(self._conversation_id)
            log.warning("turn_waits_for_database", conversation=conversation, kind=kind, error=type(error).__name__)
        await asyncio.sleep(self._pause * random.uniform(0.5, 1))  # noqa: S311 - no secret
        self._pause = min(2 * self._pause, LONGEST_SECONDS)

    def over(self) -> None:
        """The turn is stored."""
        if self._since is not None:
            seconds = round(time.monotonic() - self._since, 1)
            log.warning("turn_waited_for_database", conversation=str(self._conversation_id), seconds=seconds)
