"""The sample shop as the implementation under test: a process of its own, as in production."""

import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from ops.ports import free_ports
from tests.contracts.shop import Credentials

START_SECONDS = 60


@dataclass(frozen=True)
class Sandbox:
    url: str
    environment: dict[str, str]
    credentials: Credentials
    webhook_secret: str


@contextmanager
def run_sandbox(database_url: str, *, webhook_url: str) -> Iterator[Sandbox]:
    (port,) = free_ports(1)
    credentials = Credentials("aftercare", *(secrets.token_urlsafe(32) for _ in range(3)))
    webhook_secret = secrets.token_urlsafe(32)
    settings = {
        "SHOP_DATABASE_URL": database_url,
        "SANDBOX_PORT": str(port),
        "COMMERCE_CLIENT_ID": credentials.client_id,
        "COMMERCE_CLIENT_SECRET": credentials.client_secret,
        "COMMERCE_API_KEY": credentials.api_key,
        "ASSERTION_SECRET": credentials.assertion_secret,
        "CUSTOMER_TOKEN_SECRET": secrets.token_urlsafe(32),
        "INTERNAL_SECRET": secrets.token_urlsafe(32),
        "SHOP_WEBHOOK_URL": webhook_url,
        "SHOP_WEBHOOK_SECRET": webhook_secret,
    }
    environment = {f"AFTERCARE_{name}": value for name, value in settings.items()}
    with tempfile.TemporaryFile(prefix="sandbox-log-") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "backends.sandbox"],
            cwd=Path(__file__).parents[2],
            env=os.environ | environment,
            stdout=output,
            stderr=output,
        )
        try:
            url = f"http://127.0.0.1:{port}"
            if not _ready(url, process):
                output.seek(0)
                raise RuntimeError(f"the sample shop did not start:\n{output.read().decode()[-4000:]}")
            yield Sandbox(url, environment, credentials, webhook_secret)
        finally:
            process.terminate()
            process.wait(timeout=20)


def _ready(url: str, process: "subprocess.Popen[bytes]") -> bool:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(f"{url}/readyz", timeout=2, trust_env=False).is_success:
                return True
        except httpx.TransportError:
            pass  # not listening yet
        time.sleep(0.1)
    return False
