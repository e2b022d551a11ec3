import threading
import time
from collections.abc import Mapping
from typing import Protocol

import structlog

from ops.processes import StartFailed

log = structlog.get_logger(__name__)

LOOK_EVERY = 1.0  # seconds
SHORTEST_WAIT, LONGEST_WAIT = 1.0, 30.0  # seconds between two starts of a process that keeps ending


class Supervised(Protocol):
    @property
    def running(self) -> bool: ...

    def start(self) -> None:
        """Raises StartFailed; it is tried again later."""

    def last_words(self) -> str: ...


def supervise(processes: Mapping[str, Supervised], stopped: threading.Event) -> None:
    """Start again what ends, each time after a longer wait while it keeps ending, until `stopped` is set."""
    waits = dict.fromkeys(processes, SHORTEST_WAIT)
    due: dict[str, float] = {}
    since = dict.fromkeys(processes, time.monotonic())
    while not stopped.wait(LOOK_EVERY):
        now = time.monotonic()
        for name, process in processes.items():
            if process.running:
                if now - since[name] > LONGEST_WAIT:
                    waits[name] = SHORTEST_WAIT
            elif name not in due:
                log.error("process_ended", process=name, last_line=process.last_words(), restart_in=waits[name])
                due[name] = now + waits[name]
            elif now >= due[name]:
                del due[name]
                waits[name] = min(waits[name] * 2, LONGEST_WAIT)
                since[name] = now
                restart(name, process)


def restart(name: str, process: Supervised) -> None:
    try:
        process.start()
    except (StartFailed, OSError) as error:
        log.error("process_not_started", process=name, error=str(error))  # noqa: TRY400 - one line for people
