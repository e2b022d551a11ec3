"""Creates the virtual environments from the locked requirements: `python3 ops/environments.py [--dev]`.

Standard library only, for it runs on a fresh machine. An environment is installed again only if its lock file changed.
"""

import argparse
import hashlib
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from ops.interpreters import MissingInterpreter, check_service_python, find_rasa_python

ROOT = Path(__file__).resolve().parent.parent
GIGABYTE = 1024**3


class SetupFailed(Exception):
    """The message is one line for people."""


@dataclass(frozen=True)
class Environment:
    folder: Path
    lock: Path
    disk: int  # bytes that a fresh installation takes

    @property
    def stamp(self) -> Path:
        return self.folder / "installed.sha256"

    def is_current(self, accept: Sequence[Path] = ()) -> bool:
        """Whether it was installed from this lock file, or from one in `accept` (which holds all of this one)."""
        if not self.stamp.exists():
            return False
        installed = self.stamp.read_text().strip()
        return any(installed == digest(lock) for lock in (self.lock, *accept))


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def environments(*, dev: bool) -> tuple[Environment, Environment, list[Environment]]:
    """Of the services, of Rasa, and of other products that only the tests talk to."""
    locks = ROOT / "requirements"
    services = locks / ("dev.txt" if dev else "main.txt")
    others = [Environment(ROOT / ".venv-helpdesk", locks / "helpdesk.txt", GIGABYTE)] if dev else []
    return (
        Environment(ROOT / ".venv", services, 3 * GIGABYTE),
        Environment(ROOT / ".venv-rasa", locks / "rasa.txt", 4 * GIGABYTE),
        others,
    )


def install(environment: Environment, python: str) -> float:
    """Create the environment and install its lock file; returns the seconds taken.

    Raises:
        SetupFailed: with what pip said last, or that the disk is full.
    """
    started = time.monotonic()
    free = shutil.disk_usage(ROOT).free
    if not environment.folder.exists() and free < environment.disk:
        raise SetupFailed(
            f"The disk is too full: {environment.folder.name} needs {environment.disk / GIGABYTE:.0f} GB and "
            f"{free / GIGABYTE:.1f} GB are free."
        )
    environment.stamp.unlink(missing_ok=True)
    run([python, "-m", "venv", str(environment.folder)], environment)
    pip = [str(environment.folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    run([*pip, "-r", str(environment.lock)], environment)
    environment.stamp.write_text(digest(environment.lock) + "\n")
    return time.monotonic() - started


def run(command: list[str], environment: Environment) -> None:
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode:
        output = (result.stderr or result.stdout).strip()
        if "No space left on device" in output:
            raise SetupFailed(f"The disk is full: {environment.folder.name} could not be installed.")
        last = next((line for line in reversed(output.splitlines()) if line.strip()), "no output")
        raise SetupFailed(f"{environment.folder.name}: `{' '.join(command[1:4])} …` failed: {last}")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dev", action="store_true", help="also install what tests and checks need")
    dev = parser.parse_args(arguments).dev
    services, rasa, others = environments(dev=dev)
    accept = () if dev else (ROOT / "requirements" / "dev.txt",)
    try:
        wanted = [] if services.is_current(accept) else [(services, check_service_python())]
        if not rasa.is_current():
            wanted.append((rasa, find_rasa_python()))
        wanted += [(other, check_service_python()) for other in others if not other.is_current()]
        for environment, python in wanted:
            print(f"  installing {environment.folder.name} with {python} (a few minutes, once)", flush=True)
        with ThreadPoolExecutor() as pool:
            for (environment, _), seconds in zip(wanted, pool.map(lambda job: install(*job), wanted), strict=True):
                print(f"  {environment.folder.name:<34}{seconds:6.1f} s", flush=True)
    except (MissingInterpreter, SetupFailed) as error:
        print(f"aftercare: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
