"""One child process of the product: started in a session of its own, logged to a file, stopped without orphans."""

import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil

from common.internal import INTERNAL_SECRET_HEADER
from common.tls import tls_context

PR_SET_PDEATHSIG = 1


class StartFailed(Exception):
    """The message is one line for people."""


def die_with_parent() -> Callable[[], None] | None:
    """On Linux the kernel ends the child if the launcher is killed; elsewhere the next start ends leftovers."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None, use_errno=True)
    return lambda: libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass
class Process:
    """`ready_url` answers 200 once the process can work."""

    name: str
    command: Sequence[str]
    folder: Path
    environment: Mapping[str, str]
    ready_url: str
    log: Path
    _child: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._child = subprocess.Popen(
                list(self.command),
                cwd=self.folder,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=die_with_parent(),  # noqa: PLW1509 - the launcher starts its children from one thread
            )

    @property
    def pid(self) -> int | None:
        return self._child.pid if self._child else None

    @property
    def running(self) -> bool:
        return self._child is not None and self._child.poll() is None

    def is_ready(self) -> bool:
        secret = self.environment.get("AFTERCARE_INTERNAL_SECRET", "")
        headers = {INTERNAL_SECRET_HEADER: secret}
        try:
            answer = httpx.get(self.ready_url, headers=headers, timeout=2.0, trust_env=False, verify=tls_context())
        except httpx.HTTPError:
            return False
        return answer.status_code == httpx.codes.OK

    def wait_ready(self, timeout: float) -> None:
        """Raises StartFailed if the process ends or does not answer within `timeout` seconds."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            if not self.running:
                raise StartFailed(f"{self.name} ended while starting: {self.last_words()} (see {self.log})")
            if self.is_ready():
                return
            time.sleep(0.1)
        raise StartFailed(f"{self.name} was not ready within {timeout:.0f} s: {self.last_words()} (see {self.log})")

    def last_words(self) -> str:
        """The last line of its log that says something."""
        return last_line(self.log)

    def stop(self, timeout: float = 10.0) -> None:
        """Ask, then insist; the whole session goes, so that no grandchild stays."""
        if self._child is None:
            return
        for sign, patience in ((signal.SIGTERM, timeout), (signal.SIGKILL, 5.0)):
            signal_group(self._child.pid, sign)
            try:
                self._child.wait(patience)
            except subprocess.TimeoutExpired:
                continue
            break
        signal_group(self._child.pid, signal.SIGKILL)
        self._child = None


def last_line(log: Path) -> str:
    if not log.exists():
        return "no output"
    lines = log.read_bytes()[-8000:].decode(errors="replace").splitlines()
    return next((line.strip() for line in reversed(lines) if line.strip()), "no output")


def signal_group(pid: int, sign: signal.Signals) -> None:
    try:
        os.killpg(pid, sign)
    except (ProcessLookupError, PermissionError):
        return


def remember(path: Path, processes: Sequence[Process]) -> None:
    """Write down what runs, so that the next start can end what a killed launcher left behind."""
    running = {process.name: process.pid for process in processes if process.pid and process.running}
    entries = [
        {"name": name, "pid": pid, "created": psutil.Process(pid).create_time()} for name, pid in running.items()
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(entries))


def end_leftovers(path: Path) -> list[str]:
    """End the processes that an earlier launcher wrote down and that still live; returns their names."""
    ended: list[str] = []
    if not path.exists():
        return ended
    for entry in json.loads(path.read_text() or "[]"):
        try:
            process = psutil.Process(entry["pid"])
            if abs(process.create_time() - entry["created"]) > 1:
                continue
        except psutil.NoSuchProcess:
            continue
        signal_group(entry["pid"], signal.SIGKILL)
        ended.append(entry["name"])
    path.unlink()
    return ended
