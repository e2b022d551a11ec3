"""The running product with a fresh database, and Rasa's channel as the gateway sees it."""

import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import aiohttp

from bench.aftercare import NO_LIMITS, launcher
from common.internal import INTERNAL_SECRET_HEADER
from ops.settings import ROOT
from ops.stack import Stack

NOBODY = {"assertion": "", "auth_level": "anonymous", "tier": "", "first_name": "", "locale": "en", "channel": "web"}


@contextmanager
def running_product() -> Iterator[Stack]:
    """Its model and encoder are those of `make run`."""
    models = ROOT / ".data" / "models"
    models.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="aftercare-bench-") as folder:
        (Path(folder) / "models").symlink_to(models)
        with Stack(launcher(Path(folder)), overrides=NO_LIMITS) as stack:
            yield stack


class DirectCaller:
    """Asks Rasa's channel as the gateway does, without the gateway."""

    def __init__(self, http: aiohttp.ClientSession, stack: Stack) -> None:
        self._http = http
        self._url = f"{stack.url('rasa')}/webhooks/aftercare/turn"
        self._headers = {INTERNAL_SECRET_HEADER: stack.environment["AFTERCARE_INTERNAL_SECRET"]}
        self._sender = str(uuid.uuid4())

    async def say(self, text: str) -> float:
        """Seconds."""
        turn = {"sender": self._sender, "message_id": str(uuid.uuid4()), "kind": "text", "text": text, "retry": False}
        started = time.perf_counter()
        async with self._http.post(self._url, json={**turn, "metadata": NOBODY}, headers=self._headers) as answer:
            messages = (await answer.json())["messages"]
        taken = time.perf_counter() - started
        if not messages:
            raise RuntimeError(f"Rasa said nothing to {text!r}")
        return taken
