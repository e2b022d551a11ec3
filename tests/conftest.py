"""Fixtures that more than one folder of tests uses: a real PostgreSQL, fresh databases on it, the running product."""

import tempfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ops.migrations import migrate
from ops.postgres import create_database, start_postgres


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """An embedded PostgreSQL server for this test run."""
    with tempfile.TemporaryDirectory(prefix="aftercare-pg-") as folder:
        server = start_postgres(Path(folder) / "pg")
        yield server.get_uri()
        server.cleanup()


@pytest.fixture(scope="session")
def fresh_database(postgres_url: str) -> Callable[[str, str], str]:
    """`fresh_database(package, schema)` → URL of a new database with the package's migrations applied."""

    def create(package: str, schema: str) -> str:
        url = create_database(postgres_url, f"test_{schema}_{uuid.uuid4().hex[:8]}")
        migrate(url, package, schema)
        return url

    return create
