import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from faq.encoder.export import prepare
from faq.encoder.onnx import OnnxEncoder
from tests.faq.service import Service, free_port

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def faq_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the exported model: the one of this checkout where it was prepared, else a fresh one."""
    shared = Path(os.environ.get("AFTERCARE_DATA", ROOT / ".data"))
    data = shared if (shared / "models").is_dir() else tmp_path_factory.mktemp("faq-data")
    command = [sys.executable, "-m", "faq", "prepare", "--data", str(data), "--model", "packaged"]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return data


@pytest.fixture(scope="session")
def model_folder(faq_data: Path) -> Path:
    return prepare(faq_data, "packaged")[0]


@pytest.fixture(scope="session")
def int8(model_folder: Path) -> OnnxEncoder:
    return OnnxEncoder(model_folder, "int8")


@pytest.fixture(scope="session")
def fp32(model_folder: Path) -> OnnxEncoder:
    return OnnxEncoder(model_folder, "fp32")


@pytest.fixture
def start_service(faq_data: Path) -> Iterator[Callable[..., Service]]:
    """`start_service(database_url, **settings)` → a running `python -m faq serve`, ended after the test."""
    running: list[Service] = []

    def start(database_url: str = "", **settings: str) -> Service:
        port = free_port()
        environment = os.environ | {
            "AFTERCARE_DATA": str(faq_data),
            "AFTERCARE_DATABASE_URL": database_url,
            "AFTERCARE_INTERNAL_SECRET": "between-us",
            "AFTERCARE_FAQ_PORT": str(port),
            "AFTERCARE_LOG_JSON": "true",
            **{f"AFTERCARE_{name.upper()}": value for name, value in settings.items()},
        }
        log = faq_data / f"serve-{port}.log"
        with log.open("wb") as file:
            process = subprocess.Popen(
                [sys.executable, "-m", "faq", "serve"], cwd=ROOT, env=environment, stdout=file, stderr=file
            )
        service = Service(port, process, log)
        running.append(service)
        service.wait_until_ready()
        return service

    yield start
    for service in running:
        service.stop()
