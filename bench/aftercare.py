"""Measures Aftercare: all its processes, a fresh database, free ports, the customer's side of the gateway."""

import asyncio
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from bench.clients import AftercareCustomer
from bench.load import Latency, measure, measure_dialogue
from bench.memory import resident_mebibytes
from bench.sentences import FORM_DIALOGUE, questions
from bench.stopwatch import Stopwatch
from common.internal import INTERNAL_SECRET_HEADER
from ops.ports import free_ports
from ops.settings import ROOT, LauncherSettings
from ops.stack import Stack

LEARNING_SECONDS = 12.0
SETTLING_SECONDS = 30.0  # what a start leaves for later: learning of the entries, the encoder of other languages
# A load test is one address that opens and sends as much as it can: the limits for people are not what is measured.
NO_LIMITS = {
    "AFTERCARE_LIMIT_CONVERSATIONS_PER_ADDRESS": "100000/minute",
    "AFTERCARE_LIMIT_MESSAGES_PER_CONVERSATION": "100000/minute",
}


def launcher(data: Path) -> LauncherSettings:
    api, faq, actions, rasa, sandbox = free_ports(5)
    ports = {"api_port": api, "faq_port": faq, "actions_port": actions, "rasa_port": rasa, "sandbox_port": sandbox}
    return LauncherSettings(data=data, database_url="", **ports)  # type: ignore[arg-type]


@contextmanager
def data_folder() -> Iterator[Path]:
    """A folder with the exported encoder of this checkout, so that no export is measured, and nothing else."""
    with tempfile.TemporaryDirectory(prefix="aftercare-bench-") as name:
        folder = Path(name)
        exported = ROOT / ".data" / "models"
        if exported.exists():
            shutil.copytree(exported, folder / "models", ignore=shutil.ignore_patterns("rasa"))
        yield folder


def measure_aftercare(turns: int) -> dict[str, Any]:
    with data_folder() as data:
        settings = launcher(data)
        with Stopwatch() as watch:
            Stack(settings).train_only()
        first_start(settings)
        started = time.perf_counter()
        with Stack(settings) as stack:
            ready = time.perf_counter() - started
            running = [*(process.pid for process in stack.processes.values()), stack.postgres_pid()]
            pids = [pid for pid in running if pid]
            time.sleep(SETTLING_SECONDS)
            figures = asyncio.run(measure_turns(stack, turns))
            memory = resident_mebibytes(pids)
            edit = edit_to_live(stack)
        return {
            **watch.figures("train"),
            "seconds_to_ready": ready,
            "memory_mebibytes": memory,
            "seconds_from_edit_to_live": edit,
            **figures,
            **accuracy(),
        }


def first_start(settings: LauncherSettings) -> None:
    """Fill the databases, so that the start that is measured is an ordinary one."""
    with Stack(settings):
        pass


def customer_token(stack: Stack) -> str:
    answer = httpx.post(f"{stack.url('api')}/shop/token", json={"customer": "liam"}, trust_env=False)
    return str(answer.raise_for_status().json()["customer_token"])


async def measure_turns(stack: Stack, turns: int) -> dict[str, Any]:
    token = customer_token(stack)
    limits = httpx.Limits(max_connections=64, max_keepalive_connections=64)
    async with httpx.AsyncClient(trust_env=False, timeout=60, limits=limits) as http:

        def anonymous() -> AftercareCustomer:
            return AftercareCustomer(http, stack.url("api"))

        def known() -> AftercareCustomer:
            return AftercareCustomer(http, stack.url("api"), token)

        await measure(anonymous, 2, questions(20))  # warm up
        found: dict[str, Latency] = {
            "faq_turn_1": await measure(anonymous, 1, questions(turns)),
            "faq_turn_20": await measure(anonymous, 20, questions(max(turns // 4, 10))),
            "form_turn_1": await measure_dialogue(known, 1, FORM_DIALOGUE["aftercare"] * 6),
            "form_turn_20": await measure_dialogue(known, 20, FORM_DIALOGUE["aftercare"] * 2),
        }
    return {name: latency.as_json() for name, latency in found.items()}


def edit_to_live(stack: Stack) -> float:
    """Seconds from a curator's publishing of a new entry to the widget's answer from it (median of five).

    Between two edits there is time for what is learned of the first one behind the scenes.
    """
    headers = {INTERNAL_SECRET_HEADER: stack.environment["AFTERCARE_INTERNAL_SECRET"]}

    async def once(number: int) -> float:
        await asyncio.sleep(LEARNING_SECONDS)
        word = ("zeppelin", "narwhal", "gramophone", "kaleidoscope", "xylophone")[number]
        entry: dict[str, Any] = {
            "id": f"bench-{word}",
            "question": f"Do you lend out a {word} for parties?",
            "phrasings": [f"can I borrow a {word}", f"{word} rental", f"hire a {word} for a party"],
            "answer": f"Yes, members may borrow the {word}.",
            "category": "stores",
            "language": "en",
        }
        async with (
            httpx.AsyncClient(trust_env=False, timeout=30) as http,
            AftercareCustomer(http, stack.url("api")) as customer,
        ):
            await customer.say("hello")
            started = time.perf_counter()
            await http.post(f"{stack.url('faq')}/v1/entries", json=entry, headers=headers)
            await http.post(f"{stack.url('faq')}/v1/entries/{entry['id']}/publish", json={}, headers=headers)
            while time.perf_counter() - started < 30:
                await customer.say(f"can I borrow a {word} for a party")
                if entry["answer"] in json.dumps(customer.last_reply):
                    return time.perf_counter() - started
        raise RuntimeError(f"the new entry about a {word} was not answered from within 30 s")

    return sorted(asyncio.run(once(number)) for number in range(5))[2]


def accuracy() -> dict[str, float]:
    """`python -m faq evaluate` on the sample shop's evaluation set."""
    content = ROOT / "faq" / "content"
    with tempfile.NamedTemporaryFile(suffix=".json") as out:
        command = [sys.executable, "-m", "faq", "evaluate", "--entries", str(content / "entries.jsonl")]
        command += ["--queries", str(content / "evaluation.jsonl"), "--out", out.name]
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
        report = json.loads(Path(out.name).read_text())
    right = [
        is_expected(row["candidates"][0]["entry"], row["expected"]) for row in report["decisions"] if row["expected"]
    ]
    outside = [row["decision"] == "abstain" for row in report["decisions"] if not row["expected"]]
    return {"faq_top_1": sum(right) / len(right), "out_of_scope_recall": sum(outside) / len(outside)}


def is_expected(entry: str, expected: str | list[str]) -> bool:
    return entry in ([expected] if isinstance(expected, str) else expected)
