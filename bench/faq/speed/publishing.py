"""Through the FAQ service, on a database of its own; the clock stops at the first answer from what is new."""

import json
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import httpx

from bench.aftercare import LEARNING_SECONDS, data_folder, launcher
from bench.faq.speed.copies import PHRASINGS, copies
from bench.faq.speed.figures import Figure
from common.internal import INTERNAL_SECRET_HEADER
from faq.exchange.records import plain
from ops.stack import Stack

ENTRIES = 1_000
WORDS = ("zeppelin", "narwhal", "gramophone", "kaleidoscope", "xylophone")  # in no entry
LONGEST = 300.0  # seconds


def publishing(phrasings: Sequence[tuple[str, str]]) -> Iterator[Figure]:
    entries = copies(phrasings, ENTRIES)
    with _service() as (stack, http), tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
        file.write("".join(json.dumps(plain(entry.id, entry.content)) + "\n" for entry in entries))
        file.flush()
        started = time.perf_counter()
        stack.run_python("faq", "import", file.name)
        _wait_for(http, entries[-1].content.phrasings[-1], entries[-1].id)
        taken = time.perf_counter() - started
        yield Figure(f"{ENTRIES:,} entries with {PHRASINGS} phrasings each, from nothing to live", taken, "s")
        edits = [_edit(http, word) for word in WORDS]
        yield Figure(
            f"one more entry beside {ENTRIES:,}, saved to live, median of {len(edits)}", statistics.median(edits), "s"
        )


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


def _edit(http: httpx.Client, word: str) -> float:
    """Between two edits there is time for what is learned of the first one behind the scenes."""
    time.sleep(LEARNING_SECONDS)
    entry = {
        "id": f"lend-{word}",
        "question": f"Do you lend out a {word} for parties?",
        "phrasings": [f"can I borrow a {word}", f"{word} rental", f"hire a {word} for a party"],
        "answer": f"Yes, members may borrow the {word}.",
    }
    started = time.perf_counter()
    http.post("/v1/entries", json=entry).raise_for_status()
    http.post(f"/v1/entries/{entry['id']}/publish", json={}).raise_for_status()
    _wait_for(http, f"can I borrow a {word} for a party", str(entry["id"]))
    return time.perf_counter() - started


def _wait_for(http: httpx.Client, question: str, entry: str) -> None:
    """Until it is the first candidate. Raises TimeoutError."""
    until = time.perf_counter() + LONGEST
    while time.perf_counter() < until:
        candidates = http.post("/v1/understand", json={"text": question}).raise_for_status().json()["candidates"]
        if candidates and candidates[0]["entry"] == entry:
            return
        time.sleep(0.02)
    raise TimeoutError(f"{entry} was not live within {LONGEST:.0f} s")
