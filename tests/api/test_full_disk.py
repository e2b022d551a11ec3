"""A disk that is full refuses what it cannot keep, says so to both sides, and needs nobody when there is room again."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from api.settings import ApiSettings
from tests.api.conftest import Customer, Start
from tests.api.test_load import shown
from tests.api.test_nodes import started
from tests.fakes.rasa import FakeRasa

SMALL = "16m"
LONG = "All work and no play makes Jack a dull boy. " * 40

Disk = Callable[[], Any]  # a context in which it is full

pytestmark = pytest.mark.slow


@pytest.fixture
def database(fresh_database: Callable[[str, str], str]) -> str:
    return fresh_database("api", "api")


def execute(database: str, *statements: str) -> None:
    with psycopg.connect(database, options="-c search_path=api", autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


@contextmanager
def refusing(database: str) -> Iterator[None]:
    """PostgreSQL's own error wherever an event would be written."""
    execute(
        database,
        "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION "
        "'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$",
        "CREATE TRIGGER full_disk BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION no_room()",
    )
    yield
    execute(database, "DROP TRIGGER full_disk ON events")


@contextmanager
def filled(folder: Path) -> Iterator[None]:
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while file.write(b"x" * 65536):
                pass
        except OSError:
            pass
    yield
    filler.unlink()


@pytest.fixture
def small_disk(tmp_path_factory: pytest.TempPathFactory, database: str) -> Iterator[Path]:
    """Where the events are: a file system of 16 MB."""
    folder = Path("/tmp") / f"aftercare-small-{tmp_path_factory.mktemp('disk').name}"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SMALL}", "tmpfs", folder], check=False)
    if mounted.returncode:
        folder.rmdir()
        pytest.skip("only root may mount a small disk")
    try:
        with psycopg.connect(database) as connection:
            data = Path(connection.execute("SHOW data_directory").fetchone()[0])
        subprocess.run(["chown", f"{data.owner()}:", folder], check=True)
        execute(
            database,
            f"CREATE TABLESPACE small LOCATION '{folder}'",
            "ALTER TABLE events SET TABLESPACE small",
        )
        yield folder
        execute(database, "ALTER TABLE events SET TABLESPACE pg_default", "DROP TABLESPACE small")
    finally:
        subprocess.run(["umount", folder], check=True)
        folder.rmdir()


@pytest.fixture(params=["the error", "a disk"])
def disk(request: pytest.FixtureRequest, database: str) -> Disk:
    if request.param == "the error":
        return lambda: refusing(database)
    folder: Path = request.getfixturevalue("small_disk")
    return lambda: filled(folder)


async def until_refused(customer: Customer) -> tuple[list[str], str]:
    """The ids that were acknowledged before, and the key of the message that was refused."""
    accepted: list[str] = []
    for number in range(500):
        key = f"key-{number}"
        answer = await customer.post({"text": f"{number} {LONG}"}, key=key)
        if answer.status_code == 503:
            assert answer.json()["code"] == "database_unavailable"
            assert answer.json()["detail"] == "Nothing was stored. Try again in a moment."
            assert answer.headers["retry-after"] == "10"
            return accepted, key
        assert answer.status_code == 202, answer.text
        accepted.append(answer.json()["message_id"])
    raise AssertionError("the disk never filled")


async def test_nothing_is_acknowledged_that_a_full_disk_did_not_keep(
    start_gateway: Start, database: str, disk: Disk, rasa: FakeRasa, logs: list[dict[str, Any]]
) -> None:
    async with start_gateway(database_url=database) as gateway:
        customer = await gateway.customer()
        await customer.say("hello")
        await customer.reply()
        with disk():
            accepted, key = await until_refused(customer)
            stored = [event["message_id"] for event in await customer.events() if event["author"] == "customer"]
            assert stored[1:] == accepted
            assert await shown(gateway, 'aftercare_database_troubles_total{kind="disk_full"}') >= 1
            line = next(line for line in logs if line["event"] == "database_failed")
            assert (line["kind"], line["route"]) == ("disk_full", "/v1/conversations/{conversation_id}/messages")
        accepted.append((await customer.post({"text": f"{len(accepted)} {LONG}"}, key=key)).json()["message_id"])
        answered: list[str] = []
        while len(answered) < len(accepted):
            answered += (await customer.reply())["answers"]
        assert answered == accepted
        assert len(rasa.ran) == len(set(rasa.ran))


async def test_a_disk_that_takes_no_more_log_stops_nobody(settings: ApiSettings, rasa: FakeRasa) -> None:
    async with started(settings, log=Path("/dev/full")) as node:
        await node.ready()
        customer = await node.customer()
        for text in ("hello", "and now"):
            await customer.say(text)
            assert (await customer.reply())["text"] == f"re: {text}"
    assert rasa.texts() == ["hello", "and now"]
