"""A django-helpdesk that runs beside the tests, and the people who answer in it."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from ops.settings import ROOT
from tests.fakes.server import loopback_client
from tests.waiting import eventually

PYTHON = ROOT / ".venv-helpdesk" / "bin" / "python"
RESOLVED = 3


@dataclass
class RunningHelpdesk:
    """`accounts`: name → id and token of people there; `aftercare` is ours."""

    url: str
    queue: int
    accounts: dict[str, dict[str, Any]]

    async def send_webhooks(self, *addresses: str) -> None:
        async with loopback_client(self.url) as http:
            (await http.get("/test/webhooks/", params={"to": list(addresses)})).raise_for_status()

    async def call(self, method: str, path: str, *, name: str = "nora", **options: Any) -> httpx.Response:
        headers = {"Authorization": f"Token {self.accounts[name]['token']}"}
        async with loopback_client(self.url) as http:
            answer = await http.request(method, f"/api{path}", headers=headers, **options)
        assert answer.is_success, f"{answer.status_code} {answer.text[:500]}"
        return answer

    async def tickets(self, reference: str) -> list[dict[str, Any]]:
        found = (await self.call("GET", "/tickets/", params={"page_size": 1000})).json()["results"]
        return [each for each in found if each["description"].startswith(f"{reference} ")]

    async def ticket(self, reference: str) -> dict[str, Any]:
        """The one ticket of the reference, once it is there."""
        [ticket] = await eventually(lambda: self.tickets(reference))
        return ticket

    async def follow_up(self, ticket: int, text: str, *, name: str = "nora", **more: Any) -> dict[str, Any]:
        body = {"ticket": ticket, "comment": text, "public": True} | more
        answer: dict[str, Any] = (await self.call("POST", "/followups/", name=name, json=body)).json()
        return answer

    async def merge(self, ticket: int, *, into: int) -> None:
        async with loopback_client(self.url) as http:
            await http.get("/test/merge/", params={"tickets": [ticket, into], "into": into})

    async def resolve(self, ticket: int, text: str = "", *, name: str = "nora") -> None:
        await self.follow_up(ticket, text, name=name, new_status=RESOLVED)


@contextmanager
def helpdesk_process(folder: Path) -> Iterator[RunningHelpdesk]:
    assert PYTHON.exists(), "the helpdesk's environment is missing: make setup-dev"
    environment = {"HELPDESK_FOLDER": str(folder), "PATH": os.environ["PATH"], "PYTHONWARNINGS": "ignore"}
    command = [PYTHON, "-m", "tests.helpdesk.serve"]
    with (
        (folder / "log").open("wb") as errors,
        subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True
        ) as process,
    ):
        assert process.stdout
        try:
            line = process.stdout.readline()
            assert line, (folder / "log").read_text()
            yield RunningHelpdesk(**json.loads(line))
        finally:
            process.kill()


@pytest.fixture(scope="session")
def helpdesk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHelpdesk]:
    with helpdesk_process(tmp_path_factory.mktemp("helpdesk")) as running:
        yield running
