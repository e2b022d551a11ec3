import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from ops.ports import free_ports
from ops.postgres import database_url, start_postgres
from ops.settings import LauncherSettings
from ops.stack import Stack
from tests.postgres import stop_at_once

TABLES = "SELECT count(*) FROM information_schema.tables WHERE table_schema = %s"


@pytest.fixture
def data() -> Iterator[Path]:
    """A short path: the name of a socket has at most 107 bytes."""
    with tempfile.TemporaryDirectory(prefix="aftercare-") as folder:
        yield Path(folder)


@pytest.mark.slow
def test_an_installation_without_a_database_gets_its_own_and_no_server_stays(
    data: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    names = ("api", "faq", "actions", "rasa", "sandbox")
    ports = {f"{name}_port": port for name, port in zip(names, free_ports(5), strict=True)}
    settings = LauncherSettings.model_validate({"data": data, "database_url": "", **ports})

    Stack(settings).migrate_only()

    folder = data / "postgres"
    assert not [each for each in psutil.process_iter(["cmdline"]) if str(folder) in (each.info["cmdline"] or [])]
    server = start_postgres(folder)
    try:
        for database, schema in (("aftercare", "api"), ("aftercare", "faq"), ("aftercare_shop", "shop")):
            with psycopg.connect(database_url(server.get_uri(), database)) as connection:
                assert connection.execute(TABLES, [schema]).fetchone() > (3,), schema
        with psycopg.connect(database_url(server.get_uri(), "aftercare_rasa")):
            pass  # Rasa makes its tables itself
    finally:
        stop_at_once(server.get_pid())
        server.cleanup()
