"""Fixtures that more than one folder of tests uses: a real PostgreSQL, fresh databases on it, the running product."""

import signal
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ops.ports import free_ports
from ops.postgres import create_database
from ops.settings import ROOT, LauncherSettings
from ops.stack import Stack
from tests.postgres import Databases, fleeting_postgres

# One machine plays all the customers of a test run.
GENEROUS_LIMITS = {
    "AFTERCARE_LIMIT_CONVERSATIONS_PER_ADDRESS": "10000/minute",
    "AFTERCARE_LIMIT_MESSAGES_PER_CONVERSATION": "10000/minute",
    "AFTERCARE_CODES_PER_CONVERSATION": "1000",
    "AFTERCARE_CODES_PER_EMAIL": "1000",
    "AFTERCARE_CODES_PER_ORDER": "1000",
    "AFTERCARE_CODES_PER_ADDRESS": "1000",
}


def pytest_configure() -> None:
    """A run that is told to end (by a time limit, say) takes its servers with it."""
    signal.signal(signal.SIGTERM, lambda *_: pytest.exit("terminated", returncode=143))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What needs most comes last: the product and the browser start when everything quicker has passed."""
    items.sort(key=lambda item: [item.get_closest_marker(name) is not None for name in ("stack", "browser", "slow")])


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The embedded PostgreSQL server of this test run."""
    with fleeting_postgres() as url:
        yield url


@pytest.fixture(scope="session")
def databases(postgres_url: str) -> Databases:
    return Databases(postgres_url)


@pytest.fixture(scope="session")
def fresh_database(databases: Databases) -> Callable[[str, str], str]:
    """`fresh_database(package, schema)` → URL of a new database with the package's migrations applied."""
    return databases.fresh


@pytest.fixture(scope="session")
def stack(postgres_url: str) -> Iterator[Stack]:
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
            database_url=create_database(postgres_url, "stack"),
            rasa_database_url=create_database(postgres_url, "stack_rasa"),
            shop_database_url=create_database(postgres_url, "stack_shop"),
            api_port=api,
            faq_port=faq,
            actions_port=actions,
            rasa_port=rasa,
            sandbox_port=sandbox,
        )
        with Stack(settings, overrides=GENEROUS_LIMITS) as running:
            yield running
