from pathlib import Path

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

ROOT = Path(__file__).resolve().parent.parent
MIGRATION_LOCK = 7_214_001  # any constant: two launchers at once migrate one after the other


def migrate(url: str, package: str, schema: str) -> None:
    """Bring `schema` to the newest Alembic script of `<package>/migrations/versions`, in one transaction.

    The scripts hold plain SQL and need no env.py: the version table lives in the schema itself.
    """
    config = Config()
    config.set_main_option("script_location", str(ROOT / package / "migrations"))
    script = ScriptDirectory.from_config(config)
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    try:
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
            connection.execute(text(f'CREATE SCHEMA IF NOT EXISTS "{schema}"'))
            connection.execute(text(f'SET LOCAL search_path TO "{schema}", public'))
            with EnvironmentContext(config, script, fn=lambda rev, _: script._upgrade_revs("head", rev)) as environment:  # noqa: SLF001 - the way Alembic's own cookbook runs scripts without an env.py
                environment.configure(connection=connection, version_table_schema=schema)
                environment.run_migrations()
    finally:
        engine.dispose()
