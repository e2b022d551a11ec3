"""The embedded PostgreSQL dies and comes back at the same address, with everything that was committed."""

import contextlib
import os
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from ops.postgres import EmbeddedPostgres, start_postgres
from ops.processes import StartFailed
from ops.supervisor import supervise


@pytest.fixture
def postgres() -> Iterator[EmbeddedPostgres]:
    with tempfile.TemporaryDirectory(prefix="aftercare-pg-") as folder:
        embedded = EmbeddedPostgres(start_postgres(Path(folder) / "pg"))
        yield embedded
        embedded.stop()
        assert not embedded.running


def wait_until_it_accepts(url: str) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            time.sleep(0.2)
        else:
            return
    raise AssertionError("PostgreSQL did not come back")


def kill(postgres: EmbeddedPostgres) -> int:
    pid = postgres.pid
    assert pid
    os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while postgres.running and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not postgres.running
    return pid


def start(postgres: EmbeddedPostgres) -> None:
    """Again while the killed server's children still end."""
    for _ in range(20):
        with contextlib.suppress(StartFailed):
            return postgres.start()
        time.sleep(0.5)
    raise AssertionError("PostgreSQL did not start")


def test_a_killed_server_is_started_again_with_what_was_committed(postgres: EmbeddedPostgres):
    url = postgres.server.get_uri()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    stopped = threading.Event()
    watcher = threading.Thread(target=supervise, args=({"postgres": postgres}, stopped))
    watcher.start()
    try:
        killed = kill(postgres)
        wait_until_it_accepts(url)
    finally:
        stopped.set()
        watcher.join()
    assert postgres.pid not in (None, killed)
    assert postgres.server.get_uri() == url
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT number FROM kept").fetchall() == [(7,)]


def test_a_pid_file_that_names_another_program_does_not_count_as_the_server(postgres: EmbeddedPostgres):
    url = postgres.server.get_uri()
    kill(postgres)
    pid_file = Path(postgres.server.pgdata) / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    pid_file.write_text("\n".join([str(psutil.Process().pid), *lines[1:]]) + "\n")
    assert not postgres.running
    start(postgres)
    wait_until_it_accepts(url)
