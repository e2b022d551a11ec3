"""The sample shop as the implementation under test: a process of its own, as in production."""

import os
import secrets
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import jwt
import uvicorn

from backends.sandbox.app import create_app
from backends.sandbox.settings import SandboxSettings
from common.internal import INTERNAL_SECRET_HEADER
from ops.ports import free_ports
from tests.contracts.shop import Credentials
from tests.fakes.server import PromptServer

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
            if not _ready(url, lambda: process.poll() is None):
                output.seek(0)
                raise RuntimeError(f"the sample shop did not start:\n{output.read().decode()[-4000:]}")
            yield Sandbox(url, environment, credentials, webhook_secret)
        finally:
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextmanager
def run_ahead(sandbox: Sandbox, seconds: float) -> Iterator[str]:
    """The URL of the same shop, on the same database, whose clock is so far ahead."""
    names = {name.removeprefix("AFTERCARE_").lower(): value for name, value in sandbox.environment.items()}
    settings = SandboxSettings.model_validate(names | {"shop_webhook_url": ""})
    app = create_app(settings, clock=lambda: datetime.now(UTC) + timedelta(seconds=seconds))
    (port,) = free_ports(1)
    server = PromptServer(uvicorn.Config(app, host="127.0.0.1", port=port, log_config=None, ws="none"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        url = f"http://127.0.0.1:{port}"
        if not _ready(url, thread.is_alive):
            raise RuntimeError("the sample shop of tomorrow did not start")
        yield url
    finally:
        server.stop()
        thread.join(timeout=20)


def customer_ids(sandbox: Sandbox) -> tuple[str, ...]:
    """Of the named customers; their ids are what the shop's own login says they are."""
    secret = {INTERNAL_SECRET_HEADER: sandbox.environment["AFTERCARE_INTERNAL_SECRET"]}
    with httpx.Client(base_url=sandbox.url, headers=secret, trust_env=False) as http:
        references = [item["reference"] for item in http.get("/shop/customers").json()["items"]]
        tokens = [http.post("/shop/token", json={"customer": each}).json()["customer_token"] for each in references]
    return tuple(jwt.decode(token, options={"verify_signature": False})["sub"] for token in tokens)


def _ready(url: str, alive: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and alive():
        try:
            if httpx.get(f"{url}/readyz", timeout=2, trust_env=False).is_success:
                return True
        except httpx.TransportError:
            pass  # not listening yet
        time.sleep(0.1)
    return False
