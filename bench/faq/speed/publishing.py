"""Through the FAQ service, on a database of its own; the clock stops at the first answer from what is new."""

import json
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

import httpx
import psutil

from bench.aftercare import data_folder, launcher
from bench.faq.sets import Set
from bench.faq.speed.copies import PHRASINGS, copies
from bench.faq.speed.figures import Figure
from common.internal import INTERNAL_SECRET_HEADER
from faq.exchange.records import plain
from ops.stack import Stack

ENTRIES = 1_000
WORDS = ("zeppelin", "narwhal", "gramophone", "kaleidoscope", "xylophone")  # in no entry
LONGEST = 300.0  # seconds
_LOOK = 2.0
_IDLE = 0.1  # share of a processor


def publishing(shop: Set) -> Iterator[Figure]:
    entries = copies(shop, ENTRIES)
    with _service() as (stack, http), tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
        file.write("".join(json.dumps(plain(entry.id, entry.content)) + "\n" for entry in entries))
        file.flush()
        service = psutil.Process(stack.processes["faq"].pid)
        with _Watch(service) as import_:
            stack.run_python("faq", "import", file.name)
            _wait_for(http, entries[-1].content.phrasings[-1], entries[-1].id, every=0.2)
        what = f"{ENTRIES:,} entries with {PHRASINGS} phrasings each, from nothing to live"
        yield Figure(what, import_.seconds, "s", worked=import_.worked)
        with _Watch(service) as learning:
            _wait_until_idle(service)
        yield Figure("what is learned of them behind it", learning.seconds, "s", worked=learning.worked)
        edits = [_edit(http, service, word) for word in WORDS]
        yield Figure(
            f"one more entry beside {ENTRIES:,}, saved to live, median of {len(edits)}",
            statistics.median(edit.seconds for edit in edits),
            "s",
            worked=statistics.median(edit.worked for edit in edits),
        )


class _Watch:
    """Seconds by the clock, and of processors in a process that goes on running."""

    def __init__(self, process: psutil.Process) -> None:
        self._process = process

    def __enter__(self) -> Self:
        self._clock, self._worked = time.perf_counter(), worked(self._process)
        return self

    def __exit__(self, *_: object) -> None:
        self.seconds = time.perf_counter() - self._clock
        self.worked = worked(self._process) - self._worked


def worked(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _wait_until_idle(process: psutil.Process) -> None:
    """What is learned behind the scenes is learned. Raises TimeoutError."""
    until = time.perf_counter() + LONGEST
    while time.perf_counter() < until:
        before = worked(process)
        time.sleep(_LOOK)
        if worked(process) - before < _IDLE * _LOOK:
            return
    raise TimeoutError(f"The service was not idle within {LONGEST:.0f} s")


@contextmanager
def _service() -> Iterator[tuple[Stack, httpx.Client]]:
    with data_folder() as data:
        stack = Stack(launcher(data))
        try:
            stack.start_faq_alone()
            headers = {INTERNAL_SECRET_HEADER: stack.environment["AFTERCARE_INTERNAL_SECRET"]}
            with httpx.Client(base_url=stack.url("faq"), headers=headers, trust_env=False, timeout=LONGEST) as http:
                yield stack, http
        finally:
            stack.stop()


def _edit(http: httpx.Client, service: psutil.Process, word: str) -> _Watch:
    """After what is learned of the one before, behind the scenes."""
    _wait_until_idle(service)
    entry = {
        "id": f"lend-{word}",
        "question": f"Do you lend out a {word} for parties?",
        "phrasings": [f"can I borrow a {word}", f"{word} rental", f"hire a {word} for a party"],
        "answer": f"Yes, members may borrow the {word}.",
    }
    with _Watch(service) as edit:
        http.post("/v1/entries", json=entry).raise_for_status()
        http.post(f"/v1/entries/{entry['id']}/publish", json={}).raise_for_status()
        _wait_for(http, f"can I borrow a {word} for a party", str(entry["id"]))
    return edit


def _wait_for(http: httpx.Client, question: str, entry: str, *, every: float = 0.02) -> None:
    """Until it is the first candidate, asked again after so many seconds. Raises TimeoutError."""
    until = time.perf_counter() + LONGEST
    while time.perf_counter() < until:
        candidates = http.post("/v1/understand", json={"text": question}).raise_for_status().json()["candidates"]
        if candidates and candidates[0]["entry"] == entry:
            return
        time.sleep(every)
    raise TimeoutError(f"{entry} was not live within {LONGEST:.0f} s")
