import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI

from tests.fakes.server import PromptServer

SECRET = "between-us"
HEADERS = {"X-Aftercare-Secret": SECRET}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(app: FastAPI) -> Iterator[httpx.Client]:
    """A client of the application, which is served over HTTP from a thread of this process and is ready."""
    port = free_port()
    server = PromptServer(uvicorn.Config(app, port=port, log_config=None, access_log=False))
    thread = threading.Thread(target=server.run)
    thread.start()
    with client_of(port) as client:
        try:
            while not server.started or client.get("/readyz").status_code != 200:
                assert thread.is_alive()
                time.sleep(0.02)
            yield client
        finally:
            server.stop()
            thread.join(20)


def client_of(port: int) -> httpx.Client:
    return httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=HEADERS, timeout=30, verify=False, trust_env=False)


class Service:
    """The FAQ service, spoken to over HTTP."""

    def __init__(self, http: httpx.Client) -> None:
        self.http = http

    def wait_for(self, condition: Callable[[], bool], seconds: float) -> None:
        """Until `condition()` holds; fails after `seconds`."""
        started = time.monotonic()
        while not condition():
            assert time.monotonic() - started < seconds, f"not within {seconds} s"
            time.sleep(0.02)

    def understand(self, text: str, **more: str) -> dict[str, Any]:
        answer = self.http.post("/v1/understand", json={"text": text, **more})
        assert answer.status_code == 200, answer.text
        result: dict[str, Any] = answer.json()
        return result

    def first(self, text: str) -> str | None:
        """Id of the first candidate."""
        candidates = self.understand(text)["candidates"]
        return candidates[0]["entry"] if candidates else None

    def create(self, entry: str, question: str, answer: str = "An answer.", **more: Any) -> dict[str, Any]:
        made = self.http.post("/v1/entries", json={"id": entry, "question": question, "answer": answer, **more})
        assert made.status_code == 201, made.text
        result: dict[str, Any] = made.json()
        return result

    def publish(self, entry: str) -> dict[str, Any]:
        made = self.http.post(f"/v1/entries/{entry}/publish")
        assert made.status_code == 200, made.text
        result: dict[str, Any] = made.json()
        return result


class Process(Service):
    """A `python -m faq serve` in a process of its own."""

    def __init__(self, port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
        super().__init__(client_of(port))
        self.process = process
        self.log = log

    def wait_until_ready(self, seconds: float = 60) -> None:
        self.wait_for(self._ready, seconds)

    def _ready(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()
        try:
            return self.http.get("/readyz").status_code == 200
        except httpx.ConnectError:
            return False

    def stop(self) -> None:
        self.http.close()
        self.process.terminate()
        self.process.wait(20)
