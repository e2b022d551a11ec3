import os
import socket
import stat
import subprocess
import sys
import tarfile
import threading
import time
from pathlib import Path

import psutil
import pytest

from ops.commands import Command
from ops.ports import PortInUse, check_free, free_ports
from ops.processes import Process, StartFailed, end_leftovers, remember
from ops.secrets import GENERATED, load_secrets
from ops.supervisor import supervise
from ops.training import is_whole

SLEEPER = [
    sys.executable,
    "-c",
    "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(60)'])",
]


def process(tmp_path: Path, command: list[str]) -> Process:
    return Process(
        "sleeper", command, tmp_path, dict(os.environ), "http://127.0.0.1:9/readyz", tmp_path / "sleeper.log"
    )


def family(pid: int) -> list[psutil.Process]:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if children := psutil.Process(pid).children(recursive=True):
            return [psutil.Process(pid), *children]
        time.sleep(0.02)
    raise AssertionError("the child never started its own child")


def test_stopping_a_process_leaves_no_grandchild(tmp_path: Path):
    sleeper = process(tmp_path, SLEEPER)
    sleeper.start()
    assert sleeper.pid
    started = family(sleeper.pid)
    sleeper.stop()
    gone, alive = psutil.wait_procs(started, timeout=5)
    assert len(gone) == 2
    assert not alive


def test_a_process_that_ends_while_starting_is_reported_with_its_last_line(tmp_path: Path):
    failing = process(tmp_path, [sys.executable, "-c", "print('the model is corrupt'); raise SystemExit(3)"])
    failing.start()
    with pytest.raises(StartFailed, match="the model is corrupt"):
        failing.wait_ready(20)


def test_a_command_that_fails_is_reported_with_its_last_line():
    with pytest.raises(StartFailed, match=r"`python -m faq import` failed: .*nowhere\.jsonl"):
        Command("faq", "import", "nowhere.jsonl", environment=os.environ).finish()


def test_a_command_can_be_stopped_before_its_end():
    command = Command("timeit", "-n", "1", "import time; time.sleep(60)", environment=os.environ)
    command.stop()
    with pytest.raises(StartFailed):
        command.finish()


def test_what_a_killed_launcher_left_behind_is_ended_at_the_next_start(tmp_path: Path):
    sleeper = process(tmp_path, SLEEPER)
    sleeper.start()
    assert sleeper.pid
    started = family(sleeper.pid)
    remember(tmp_path / "run" / "processes.json", [sleeper])
    assert end_leftovers(tmp_path / "run" / "processes.json") == ["sleeper"]
    sleeper.stop()
    assert not psutil.wait_procs(started, timeout=5)[1]
    assert end_leftovers(tmp_path / "run" / "processes.json") == []


def test_a_process_that_ends_is_started_again(tmp_path: Path):
    marks = tmp_path / "starts"
    once = process(tmp_path, [sys.executable, "-c", f"open({str(marks)!r}, 'a').write('x')"])
    once.start()
    stopped = threading.Event()
    watcher = threading.Thread(target=supervise, args=({"once": once}, stopped))
    watcher.start()
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and (not marks.exists() or len(marks.read_text()) < 2):
        time.sleep(0.1)
    stopped.set()
    watcher.join()
    once.stop()
    assert len(marks.read_text()) >= 2


def test_a_port_in_use_is_named_with_its_setting():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(PortInUse, match=rf"Port {port} for faq .*AFTERCARE_FAQ_PORT"):
            check_free({"faq": port})


def test_free_ports_are_free_and_different():
    ports = free_ports(5)
    assert len(set(ports)) == 5
    check_free({str(port): port for port in ports})


def test_secrets_are_made_once_and_are_private(tmp_path: Path):
    first = load_secrets(tmp_path, {})
    assert all(len(first[name]) >= 12 for name in GENERATED)
    assert load_secrets(tmp_path, {}) == first
    assert stat.S_IMODE((tmp_path / "secrets.env").stat().st_mode) == 0o600


def test_a_secret_from_the_environment_wins_and_is_not_written_down(tmp_path: Path):
    assert (
        load_secrets(tmp_path, {"AFTERCARE_INTERNAL_SECRET": "from-vault"})["AFTERCARE_INTERNAL_SECRET"] == "from-vault"
    )
    assert "from-vault" not in (tmp_path / "secrets.env").read_text()


def test_a_truncated_model_is_not_whole(tmp_path: Path):
    metadata = tmp_path / "metadata.json"
    metadata.write_text("{}" * 5000)
    model = tmp_path / "model.tar.gz"
    with tarfile.open(model, "w:gz") as archive:
        archive.add(metadata, arcname="metadata.json")
    assert is_whole(model)
    model.write_bytes(model.read_bytes()[:-20])
    assert not is_whole(model)
    assert not is_whole(tmp_path / "nothing.tar.gz")


def test_every_make_target_is_in_the_help():
    root = Path(__file__).resolve().parents[2]
    listed = subprocess.run(["make", "help"], cwd=root, capture_output=True, text=True, check=True).stdout
    for target in ("run", "test", "check", "bench", "train", "lint", "reset", "setup"):
        assert f"make {target} " in listed
