"""Fixtures that more than one folder of tests uses: a real PostgreSQL, fresh databases on it, the running product."""

import tempfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ops.migrations import migrate
from ops.ports import free_ports
from ops.postgres import create_database, start_postgres
from ops.settings import ROOT, LauncherSettings
from ops.stack import Stack


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


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """The running product: every process, real model, fresh databases, free ports.

    The trained model and the exported encoder are shared with `make run`, so that they are made once.
    """
    models = ROOT / ".data" / "models"
    models.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="aftercare-stack-") as folder:
        data = Path(folder)
        (data / "models").symlink_to(models)
        api, faq, actions, rasa, sandbox = free_ports(5)
        settings = LauncherSettings(
            data=data,
            database_url="",
            api_port=api,
            faq_port=faq,
            actions_port=actions,
            rasa_port=rasa,
            sandbox_port=sandbox,
        )
        with Stack(settings) as running:
            yield running
