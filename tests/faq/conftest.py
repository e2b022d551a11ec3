import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from faq.app import create_app
from faq.encoder.onnx import OnnxEncoder
from faq.encoder.opening import open_encoder
from faq.encoder.ports import Encoder
from faq.encoder.source import MINILM, export_folder
from faq.settings import FaqSettings
from tests.faq.service import SECRET, Process, Service, free_port, running

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def faq_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the exported models, which are made once in a checkout and shared with `make run`."""
    models = ROOT / ".data" / "models"
    models.mkdir(parents=True, exist_ok=True)
    data = tmp_path_factory.mktemp("faq-data")
    (data / "models").symlink_to(models)
    command = [sys.executable, "-m", "faq", "prepare", "--data", str(data), "--model", "packaged"]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return data


@pytest.fixture(scope="session")
def model_folder(faq_data: Path) -> Path:
    """Of one of the packaged ones."""
    return export_folder(faq_data, MINILM)


@pytest.fixture(scope="session")
def int8(model_folder: Path) -> OnnxEncoder:
    return OnnxEncoder(model_folder, "int8")


@pytest.fixture(scope="session")
def fp32(model_folder: Path) -> OnnxEncoder:
    return OnnxEncoder(model_folder, "fp32")


@pytest.fixture(scope="session")
def packaged(faq_data: Path) -> Encoder:
    return open_encoder(FaqSettings(data=faq_data))


@pytest.fixture
def start_service(packaged: Encoder) -> Iterator[Callable[..., Service]]:
    """`start_service(database_url, **settings)` → the application over HTTP, with the models that were loaded once."""
    with ExitStack() as started:

        def start(database_url: str, **settings: Any) -> Service:
            chosen = FaqSettings.model_validate(
                {"database_url": database_url, "internal_secret": SecretStr(SECRET)} | settings
            )
            return Service(started.enter_context(running(create_app(chosen, encoder=packaged))))

        yield start


@pytest.fixture
def start_process(faq_data: Path) -> Iterator[Callable[..., Process]]:
    """`start_process(database_url, **settings)` → a running `python -m faq serve`, ended after the test."""
    with ExitStack() as started:

        def start(database_url: str, **settings: str) -> Process:
            port = free_port()
            environment = os.environ | {
                "AFTERCARE_DATA": str(faq_data),
                "AFTERCARE_DATABASE_URL": database_url,
                "AFTERCARE_INTERNAL_SECRET": SECRET,
                "AFTERCARE_FAQ_PORT": str(port),
                "AFTERCARE_LOG_JSON": "true",
                **{f"AFTERCARE_{name.upper()}": value for name, value in settings.items()},
            }
            log = faq_data / f"serve-{port}.log"
            with log.open("wb") as file:
                process = subprocess.Popen(
                    [sys.executable, "-m", "faq", "serve"], cwd=ROOT, env=environment, stdout=file, stderr=file
                )
            service = Process(port, process, log)
            started.callback(service.stop)
            service.wait_until_ready()
            return service

        yield start
