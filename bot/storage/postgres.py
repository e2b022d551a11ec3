"""Conversations in PostgreSQL."""

import logging
import time
from typing import Any, Optional

import sqlalchemy as sa
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.exceptions import ConnectionException
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import SQLAlchemyError

log = logging.getLogger(__name__)

CONNECT_WITHIN = 20.0  # seconds that the database may take to come up


class PostgresTrackerStore(SQLTrackerStore):
    """Rasa's SQL store, which takes any PostgreSQL URL (unix sockets too) and does not wait for a database for ever.

    Used in endpoints.yml as `type: storage.postgres.PostgresTrackerStore` with `url`.
    """

    def __init__(
        self, domain: Optional[Domain] = None, host: str = "", event_broker: Optional[EventBroker] = None, **_: Any
    ) -> None:
        url = postgres_url(host)
        wait_for(url)
        super().__init__(domain, host=url.render_as_string(hide_password=False), event_broker=event_broker)
        # Rasa looks for the events of a conversation since its latest session by time stamp; its own index leads to all
        # of the conversation's events.
        with self.engine.begin() as connection:
            connection.execute(
                sa.text("CREATE INDEX IF NOT EXISTS events_sender_timestamp ON events (sender_id, timestamp)")
            )

    def is_healthy(self) -> bool:
        try:
            with self.engine.connect() as connection:
                connection.execute(sa.text("SELECT 1"))
        except SQLAlchemyError as error:
            log.error("The database of conversations is not reachable: %s", type(error).__name__)  # noqa: TRY400 - no trace
            return False
        return True


def postgres_url(text: str) -> URL:
    """With the driver that Rasa's environment has, whatever driver the product's own URL names.

    Raises:
        ConnectionException: for what is no PostgreSQL URL.
    """
    try:
        url = make_url(text)
    except (SQLAlchemyError, ValueError) as error:
        raise ConnectionException("AFTERCARE_RASA_DATABASE_URL is not set, or is not a database URL.") from error
    if url.drivername.split("+")[0] not in {"postgresql", "postgres"}:
        raise ConnectionException(f"AFTERCARE_RASA_DATABASE_URL names {url.drivername}, and only postgresql works.")
    return url.set(drivername="postgresql+psycopg2")


def wait_for(url: URL, within: float = CONNECT_WITHIN) -> None:
    """Raises ConnectionException where the database can't be used within so many seconds."""
    engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
    deadline = time.monotonic() + within
    while True:
        try:
            engine.connect().close()
        except SQLAlchemyError as error:  # noqa: PERF203 - waiting is the point
            if time.monotonic() > deadline:
                reason = str(getattr(error, "orig", error)).strip().splitlines()[0]
                raise ConnectionException(f"Rasa's database can't be used: {reason}") from error
            time.sleep(0.5)
        else:
            return
