"""Conversations in PostgreSQL."""

import asyncio
import json
import logging
import time
from contextvars import ContextVar
from typing import Any, Dict, List, NamedTuple, Optional

import sqlalchemy as sa
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import SQLTrackerStore, create_engine_kwargs
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import ConnectionException
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import sessionmaker

log = logging.getLogger(__name__)

CONNECT_WITHIN = 20.0  # seconds that the database may take to come up

LATEST_SESSION = sa.text(
    "SELECT data FROM events WHERE sender_id = :sender AND id >= coalesce("
    "(SELECT max(id) FROM events WHERE sender_id = :sender AND type_name = 'session_started'), 0) ORDER BY id"
)
# One value instead of one for each column of each event.
INSERT = sa.text(
    "INSERT INTO events (sender_id, type_name, timestamp, intent_name, action_name, data) "
    "SELECT * FROM json_to_recordset(cast(:rows AS json)) "
    "AS added(sender_id text, type_name text, timestamp float, intent_name text, action_name text, data text)"
)


class ReadAhead(NamedTuple):
    sender_id: str
    rows: "asyncio.Future[List[str]]"


# Of the turn that runs: its conversation as it was when the turn began.
read_ahead: "ContextVar[Optional[ReadAhead]]" = ContextVar("read_ahead", default=None)


def row(sender_id: str, event: Event) -> Dict[str, Any]:
    """Of Rasa's table `events`. What the FAQ's index found is for the turn of the message alone, and most of it."""
    data = event.as_dict()
    if "faq" in data.get("parse_data", {}):
        data["parse_data"] = {key: value for key, value in data["parse_data"].items() if key != "faq"}
    return {
        "sender_id": sender_id,
        "type_name": event.type_name,
        "timestamp": data.get("timestamp"),
        "intent_name": data.get("parse_data", {}).get("intent", {}).get("name"),
        "action_name": data.get("name"),
        "data": json.dumps(data),
    }


class PostgresTrackerStore(SQLTrackerStore):
    """Rasa's SQL store, which takes any PostgreSQL URL (unix sockets too) and does not wait for a database for ever.

    A turn costs two statements, each a transaction of its own, in a thread: other conversations go on meanwhile.
    Used in endpoints.yml as `type: storage.postgres.PostgresTrackerStore` with `url` and `synchronous_commit`.
    """

    def __init__(
        self,
        domain: Optional[Domain] = None,
        host: str = "",
        event_broker: Optional[EventBroker] = None,
        synchronous_commit: str = "on",
        **_: Any,
    ) -> None:
        """`synchronous_commit`: PostgreSQL's own setting, for these connections (docs/reference/reliability.md)."""
        url = with_option(postgres_url(host), f"-c synchronous_commit={synchronous_commit}")
        wait_for(url)
        super().__init__(domain, host=url.render_as_string(hide_password=False), event_broker=event_broker)
        # In place of Rasa's: to change the mode of a connection costs as much as a statement.
        self.engine.dispose()
        self.engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", **create_engine_kwargs(url))
        self.sessionmaker = sessionmaker(bind=self.engine)
        with self.engine.connect() as connection:
            connection.execute(sa.text("CREATE INDEX IF NOT EXISTS events_sender_id ON events (sender_id, id)"))

    async def _retrieve(self, sender_id: str, fetch_events_from_all_sessions: bool) -> Optional[DialogueStateTracker]:
        """The latest session in one statement, and a note of how many of its events are stored."""
        if fetch_events_from_all_sessions or not self.domain:
            return await super()._retrieve(sender_id, fetch_events_from_all_sessions)
        ahead = read_ahead.get()
        stored = await (ahead.rows if ahead and ahead.sender_id == sender_id else self._reading(sender_id))
        if not stored:
            return None
        tracker = DialogueStateTracker.from_dict(sender_id, [json.loads(data) for data in stored], self.domain.slots)
        tracker.stored_events = len(tracker.events)
        return tracker

    def read_ahead(self, sender_id: str) -> None:
        """Begin to read a conversation while the turn waits for something else; it serves until the turn saves."""
        read_ahead.set(ReadAhead(sender_id, self._reading(sender_id)))

    def _reading(self, sender_id: str) -> "asyncio.Future[List[str]]":
        return asyncio.get_running_loop().run_in_executor(None, self._read_session, sender_id)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Insert what came after the stored events: Rasa's own way asks the database twice which those are."""
        read_ahead.set(None)
        stored = getattr(tracker, "stored_events", None)
        if stored is None:
            await super().save(tracker)
            return
        await self.stream_events(tracker)
        events = list(tracker.events)
        if len(events) > stored:
            rows = json.dumps([row(tracker.sender_id, event) for event in events[stored:]])
            await asyncio.get_running_loop().run_in_executor(None, self._add, rows)
        tracker.stored_events = len(events)

    def _read_session(self, sender_id: str) -> List[str]:
        with self.engine.connect() as connection:
            return list(connection.execute(LATEST_SESSION, {"sender": sender_id}).scalars())

    def _add(self, rows: str) -> None:
        with self.engine.connect() as connection:
            connection.execute(INSERT, {"rows": rows})

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


def with_option(url: URL, option: str) -> URL:
    """With one more of the server's settings for its connections (libpq's `options`)."""
    given = url.query.get("options", "")
    kept = given if isinstance(given, str) else " ".join(given)
    return url.update_query_dict({"options": f"{kept} {option}".strip()})


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
