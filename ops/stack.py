"""The whole product on one machine: what is started, in which order, with which environment."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Self

from faq.encoder.naming import encoder_of
from faq.entries.presence import has_entries
from faq.errors import ExportCorrupt, ExportMissing, FaqError
from faq.settings import FaqSettings
from ops import training
from ops.commands import Command
from ops.migrations import migrate
from ops.ports import check_free
from ops.postgres import EmbeddedPostgres, create_database, start_postgres
from ops.processes import Process, StartFailed, end_leftovers, remember
from ops.secrets import load_secrets
from ops.settings import ROOT, LauncherSettings, passed_through
from ops.supervisor import Supervised

LEAST_FREE_DISK = 500 * 1024**2
FAQ_CONTENT = ROOT / "faq" / "content" / "entries.jsonl"
# When the people of the sample shop are at their desk; the environment wins.
SAMPLE_SHOP = {
    "AFTERCARE_OPENING_HOURS": "Mon-Fri 09:00-18:00, Sat 10:00-16:00",
    "AFTERCARE_TIMEZONE": "Europe/Dublin",
}

Report = Callable[[str, float], None]


class Stack:
    """`with Stack(settings, report) as stack:` starts everything and stops it again, whatever happens in between.

    `overrides`: environment variables of the processes that win over what the launcher works out, such as the address
    of a proxy between two of them. Raises StartFailed, PortInUse: one line for people each.
    """

    def __init__(
        self,
        settings: LauncherSettings,
        report: Report = lambda _step, _seconds: None,
        overrides: Mapping[str, str] | None = None,
    ) -> None:
        self.settings = settings
        self.report = report
        self._overrides = dict(overrides or {})
        self.processes: dict[str, Process] = {}
        self.environment: dict[str, str] = {}
        self._postgres: EmbeddedPostgres | None = None
        self._logins: Command | None = None

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def data(self) -> Path:
        return self.settings.data_folder

    def url(self, process: str) -> str:
        return f"http://127.0.0.1:{self.settings.ports()[process]}"

    def postgres_pid(self) -> int | None:
        """Of the embedded server; None where another one is used."""
        return self._postgres.pid if self._postgres else None

    @property
    def supervised(self) -> dict[str, Supervised]:
        """What has to be started again when it ends, the database before those who need it."""
        database: dict[str, Supervised] = {"postgres": self._postgres} if self._postgres else {}
        return {**database, **self.processes}

    def start(self) -> None:
        """All at once, the longest first; Rasa waits for the FAQ service only where it has to be trained."""
        self._prepare_data()
        self._prepare_faq()
        self._define_processes()
        if self._is_trained():
            self._start_rasa()
        for name in ("faq", "api", "sandbox", "actions"):
            if process := self.processes.get(name):
                process.start()
        if self.settings.sandbox:
            self._logins = Command("api.staff", "demo", environment=self.environment)
        if "rasa" not in self.processes:
            self._wait_ready("faq")
            self._train_if_needed()
            self._start_rasa()
        remember(self._run_file, list(self.processes.values()))
        for each in [name for name in ("faq", "sandbox", "actions", "rasa") if name in self.processes]:
            self._wait_ready(each)
        if self._logins is not None:
            self._logins.finish()
        self._wait_ready("api")

    def start_faq_alone(self) -> None:
        """With the database and the encoder that it needs; `stop` ends it."""
        self._prepare_data()
        self._prepare_encoder()
        self._define_processes()
        self.processes["faq"].start()
        self._wait_ready("faq")

    def migrate_only(self) -> None:
        """Apply the migrations and stop again."""
        try:
            self._prepare_data()
        finally:
            self.stop()

    def train_only(self) -> None:
        """Train if something changed: starts the FAQ service, which embeds the examples, and stops again."""
        try:
            self.start_faq_alone()
            self._train_if_needed()
        finally:
            self.stop()

    def test_nlu(self, out: Path, *arguments: str) -> int:
        """Train if something changed, measure with the sample entries, stop again: the exit code of measuring."""
        try:
            self.start_faq_alone()
            self._prepare_entries()
            self._train_if_needed()
            return self.measure_nlu(out, *arguments)
        finally:
            self.stop()

    def measure_nlu(self, out: Path, *arguments: str) -> int:
        """`bot/measure.py` with the FAQ service and the model of this stack."""
        command = [str(self.settings.rasa_python), "-m", "measure", "--model", str(self.rasa_model)]
        command += ["--out", str(out), *arguments]
        return subprocess.run(command, cwd=training.BOT, env=self.environment, check=False).returncode

    def stop(self) -> None:
        if self._logins is not None:
            self._logins.stop()
            self._logins = None
        for name in ("api", "rasa", "actions", "sandbox", "faq"):
            if name in self.processes:
                self.processes[name].stop()
        if self._postgres is not None:
            self._postgres.stop()
            self._postgres = None
        self._run_file.unlink(missing_ok=True)

    def _prepare_data(self) -> None:
        self._check_machine()
        with self.step("secrets"):
            secrets = load_secrets(self.data, os.environ)
        with self.step("PostgreSQL"):
            databases = self._databases()
        self.environment = passed_through() | secrets | databases | self._addresses() | self._overrides
        with self.step("migrations"):
            self._migrate()

    def _prepare_faq(self) -> None:
        self._prepare_encoder()
        self._prepare_entries()

    def _prepare_encoder(self) -> None:
        """Export it where there is no export; the service itself looks whether what is there is intact."""
        with self.step("encoder"):
            try:
                self.rasa_model  # noqa: B018 - is named after it
            except (ExportMissing, ExportCorrupt):
                self.run_python("faq", "prepare")
            except FaqError as error:
                raise StartFailed(str(error)) from error

    def _prepare_entries(self) -> None:
        with self.step("FAQ entries"):
            if not has_entries(self.environment["AFTERCARE_DATABASE_URL"]):
                self.run_python("faq", "import", str(FAQ_CONTENT))

    def _wait_ready(self, name: str) -> None:
        with self.step(name):
            self.processes[name].wait_ready(self.settings.start_timeout)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        started = time.monotonic()
        yield
        self.report(name, time.monotonic() - started)

    @property
    def _run_file(self) -> Path:
        return self.data / "run" / "processes.json"

    def _check_machine(self) -> None:
        self.data.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(self.data).free
        if free < LEAST_FREE_DISK:
            raise StartFailed(f"The disk is full: {free / 1024**2:.0f} MB are free at {self.data}, 500 MB are needed.")
        if not self.settings.rasa_python.exists():
            raise StartFailed("Rasa's environment .venv-rasa is missing. Create it with: make setup")
        end_leftovers(self._run_file)
        check_free(self.settings.ports())

    def _databases(self) -> dict[str, str]:
        """Setting → URL of the three databases; those that are not given are made in the embedded server."""
        names = {
            "database_url": "aftercare",
            "rasa_database_url": "aftercare_rasa",
            "shop_database_url": "aftercare_shop",
        }
        urls = {setting: str(getattr(self.settings, setting)) for setting in names}
        urls["database_url"] = urls["database_url"] or os.environ.get("DATABASE_URL", "")
        if not all(urls.values()):
            self._postgres = EmbeddedPostgres(start_postgres(self.data / "postgres"))
            server = self._postgres.server.get_uri()
            urls = {setting: url or create_database(server, names[setting]) for setting, url in urls.items()}
        environment = {f"AFTERCARE_{setting.upper()}": url for setting, url in urls.items()}
        if not self.settings.database_url and not self.settings.rasa_database_url:
            # Both in one server: a reply that is stored there makes what Rasa remembered before it durable, too.
            environment["AFTERCARE_RASA_SYNCHRONOUS_COMMIT"] = "off"
        return environment

    def _addresses(self) -> dict[str, str]:
        ports = self.settings.ports()
        addresses = {f"AFTERCARE_{name.upper()}_PORT": str(port) for name, port in ports.items()}
        addresses |= {f"AFTERCARE_{name.upper()}_URL": self.url(name) for name in ("api", "faq", "actions", "rasa")}
        if self.settings.sandbox:
            addresses["AFTERCARE_COMMERCE_URL"] = self.url("sandbox")
            addresses |= {name: os.environ.get(name, value) for name, value in SAMPLE_SHOP.items()}
        return addresses | {
            "AFTERCARE_DATA": str(self.data),
            "AFTERCARE_SANDBOX": "true" if self.settings.sandbox else "false",
            "PYTHONUNBUFFERED": "1",
            "OMP_NUM_THREADS": "1",
            "RASA_TELEMETRY_ENABLED": "false",
            "TOKENIZERS_PARALLELISM": "false",
        }

    def _migrate(self) -> None:
        migrate(self.environment["AFTERCARE_DATABASE_URL"], "api", "api")
        migrate(self.environment["AFTERCARE_DATABASE_URL"], "faq", "faq")
        if self.settings.sandbox:
            migrate(self.environment["AFTERCARE_SHOP_DATABASE_URL"], "backends/sandbox", "shop")

    def run_python(self, module: str, *arguments: str) -> None:
        """Run one of our modules to its end; StartFailed with its last line if it fails."""
        Command(module, *arguments, environment=self.environment).finish()

    def _define_processes(self) -> None:
        modules = {
            "sandbox": ["backends.sandbox"],
            "faq": ["faq", "serve"],
            "actions": ["actions"],
            "api": ["api"],
        }
        for name in self.settings.ports():
            if name == "rasa":
                continue
            self._define(name, [sys.executable, "-m", *modules[name]], ROOT, "/readyz")

    def _define(self, name: str, command: list[str], folder: Path, ready: str) -> None:
        self.processes[name] = Process(
            name, command, folder, self.environment, self.url(name) + ready, self.data / "logs" / f"{name}.log"
        )

    def _train_if_needed(self) -> None:
        """The FAQ service, which embeds the examples, is ready."""
        if not self._is_trained():
            with self.step("training"):
                log = self.data / "logs" / "training.log"
                training.train(self.rasa_model, self.settings.rasa_python, self.environment, log)

    def _is_trained(self) -> bool:
        """Whether there is a whole model; one that is damaged is put away."""
        model = self.rasa_model
        if model.exists() and not training.is_whole(model):
            self.report(f"the trained model {model.name} is corrupt: training again", 0.0)
            model.unlink()
        return model.exists()

    def _start_rasa(self) -> None:
        command = [str(self.settings.rasa_python), "-m", "start", "run", "--model", str(self.rasa_model)]
        command += ["--port", str(self.settings.rasa_port), "--interface", "127.0.0.1"]
        self._define("rasa", command, training.BOT, "/webhooks/aftercare/health")
        self.processes["rasa"].start()

    @cached_property
    def rasa_model(self) -> Path:
        """Of the files that bot/ has now and the encoder that the FAQ service runs; trained or not."""
        return self.settings.models_folder / "rasa" / f"{training.fingerprint(self._encoder)}.tar.gz"

    @cached_property
    def _encoder(self) -> str:
        """What the FAQ service calls its encoder. Raises ExportMissing, ExportCorrupt."""
        names = ("data", "faq_model", "faq_precision")
        told = {name: self.environment.get(f"AFTERCARE_{name.upper()}") for name in names}
        return encoder_of(FaqSettings.model_validate({name: value for name, value in told.items() if value}))
