"""Measures the stock Rasa assistant of `stock.py`, on its REST webhook and `/model/parse`."""

import asyncio
import json
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from bench import stock
from bench.aftercare import is_expected
from bench.clients import StockCustomer
from bench.load import Latency, measure, measure_dialogue
from bench.memory import resident_mebibytes
from bench.sentences import FORM_DIALOGUE, evaluation, questions
from bench.stopwatch import Stopwatch
from ops.ports import free_ports

LONGEST_START = 300.0  # seconds
TRAINED = "training.json"


def measure_stock(turns: int, epochs: int | None = None, folder: Path | None = None) -> dict[str, Any]:
    """`folder` has been prepared by `train_stock`, or is left out: then it is trained first."""
    if folder is None:
        with tempfile.TemporaryDirectory(prefix="stock-rasa-") as name:
            train_stock(Path(name), epochs)
            return measure_stock(turns, folder=Path(name))
    project = stock.StockProject(folder)
    with running(project, environment(folder)) as (url, ready, pid):
        figures = asyncio.run(measure_turns(url, turns))
        memory = resident_mebibytes([pid])
        scores = accuracy(url)
    trained: dict[str, Any] = json.loads((folder / TRAINED).read_text())
    return {**trained, "seconds_to_ready": ready, "memory_mebibytes": memory, **figures, **scores}


def train_stock(folder: Path, epochs: int | None = None) -> None:
    """Lay the assistant down in an empty folder and train it; what that took is kept beside it."""
    project = stock.create(folder, epochs)
    with Stopwatch() as watch:
        subprocess.run(project.train_command, cwd=folder, env=environment(folder), check=True, capture_output=True)
    (folder / TRAINED).write_text(json.dumps(watch.figures("train")))


def environment(folder: Path) -> dict[str, str]:
    return stock.ENVIRONMENT | {"HOME": str(folder)}


@contextmanager
def running(project: stock.StockProject, environment: dict[str, str]) -> Iterator[tuple[str, float, int]]:
    """Yields (address, seconds until it answered `/status` with a loaded model, process id)."""
    port = free_ports(1)[0]
    url = f"http://127.0.0.1:{port}"
    started = time.perf_counter()
    with subprocess.Popen(
        project.run_command(port),
        cwd=project.folder,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            while not is_ready(url):
                if process.poll() is not None or time.perf_counter() - started > LONGEST_START:
                    raise RuntimeError("stock Rasa did not start")
                time.sleep(0.1)
            yield url, time.perf_counter() - started, process.pid
        finally:
            process.terminate()


def is_ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/status", timeout=2, trust_env=False).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


async def measure_turns(url: str, turns: int) -> dict[str, Any]:
    def customer() -> StockCustomer:
        return StockCustomer(url)

    await measure(customer, 2, questions(20))  # warm up
    found: dict[str, Latency] = {
        "faq_turn_1": await measure(customer, 1, questions(turns)),
        "faq_turn_20": await measure(customer, 20, questions(max(turns // 4, 10))),
        "form_turn_1": await measure_dialogue(customer, 1, FORM_DIALOGUE["stock"] * 6),
        "form_turn_20": await measure_dialogue(customer, 20, FORM_DIALOGUE["stock"] * 2),
    }
    return {name: latency.as_json() for name, latency in found.items()}


def accuracy(url: str) -> dict[str, float]:
    """Top-1: its best retrieval intent is the expected entry. Out of scope: it does not answer from the FAQ."""
    right, outside = [], []
    with httpx.Client(trust_env=False, timeout=60) as http:
        for row in evaluation():
            parsed = http.post(f"{url}/model/parse", json={"text": row["text"]}).raise_for_status().json()
            if row["expected"]:
                ranking = parsed["response_selector"]["default"]["ranking"]
                best = ranking[0]["intent_response_key"].removeprefix("faq/") if ranking else ""
                right.append(is_expected(best, row["expected"]))
            else:
                outside.append(parsed["intent"]["name"] != "faq")
    return {"faq_top_1": sum(right) / len(right), "out_of_scope_recall": sum(outside) / len(outside)}
