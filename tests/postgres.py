"""A real PostgreSQL that nothing has to outlive: no waiting for the disk, databases copied from a migrated one."""

import os
import signal
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg
from psycopg import sql

from ops.migrations import migrate
from ops.postgres import create_database, database_url, start_postgres

# Durability alone: what statements and transactions do is the same. Without autovacuum, timings are steadier.
FLEETING = ("fsync", "synchronous_commit", "full_page_writes", "autovacuum")
STOP_SECONDS = 20
MEMORY = Path("/dev/shm")  # on Linux files in memory: a copied database takes 13 ms there, 95 on disk
ROOM = 12 * 2**30  # bytes: some 9 MB for each of a thousand databases


@contextmanager
def fleeting_postgres() -> Iterator[str]:
    """The URL of a server of its own; its data goes with it."""
    with tempfile.TemporaryDirectory(prefix="aftercare-pg-", dir=_in_memory()) as folder:
        server = start_postgres(Path(folder) / "pg")
        try:
            with psycopg.connect(server.get_uri(), autocommit=True) as connection:
                for setting in FLEETING:
                    connection.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
                connection.execute("SELECT pg_reload_conf()")
            yield server.get_uri()
        finally:
            stop_at_once(server.get_pid())
            server.cleanup()


def _in_memory() -> Path | None:
    """None where that has little room: then the disk has to do."""
    if not MEMORY.is_dir() or min(psutil.disk_usage(str(MEMORY)).free, psutil.virtual_memory().available) < ROOM:
        return None
    return MEMORY


def stop_at_once(pid: int | None) -> None:
    """PostgreSQL's immediate shutdown: no checkpoint over the databases of a whole test run."""
    if pid is None:
        return
    os.kill(pid, signal.SIGQUIT)
    try:
        psutil.Process(pid).wait(STOP_SECONDS)
    except psutil.NoSuchProcess:
        return


class Databases:
    """New databases with a package's migrations: applied once, then copied."""

    def __init__(self, server_url: str) -> None:
        self.server_url = server_url
        self._templates: dict[tuple[str, str], str] = {}

    def fresh(self, package: str, schema: str) -> str:
        """URL of a new database with `<package>/migrations` in `schema`."""
        if (package, schema) not in self._templates:
            url = create_database(self.server_url, f"template_{schema}_{uuid.uuid4().hex[:8]}")
            migrate(url, package, schema)
            self._templates[package, schema] = url
        return self.copy(self._templates[package, schema])

    def copy(self, url: str) -> str:
        """URL of a copy; nobody may be connected to the original."""
        original = psycopg.conninfo.conninfo_to_dict(url)["dbname"]
        name = f"test_{uuid.uuid4().hex[:16]}"
        with psycopg.connect(self.server_url, autocommit=True) as connection:
            names = sql.Identifier(name), sql.Identifier(str(original))
            # The strategy that is quicker where nothing waits for the disk.
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(*names))
        return database_url(self.server_url, name)
