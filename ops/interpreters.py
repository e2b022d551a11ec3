"""Finding the Python that each environment needs. Standard library only: this runs before anything is installed."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

RASA_PYTHON = (3, 10)
SERVICE_PYTHON = (3, 11)


class MissingInterpreter(Exception):
    """The message names what is missing and how to get it."""


def version_of(interpreter: str) -> tuple[int, int] | None:
    """(major, minor) of an interpreter that really runs; None for a shim without a version behind it."""
    try:
        result = subprocess.run(
            [interpreter, "-c", "import sys, venv, ensurepip; print(*sys.version_info[:2])"],
            capture_output=True,
            text=True,
            timeout=20,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    major, minor = result.stdout.split()
    return int(major), int(minor)


def _candidates(name: str, home: Path) -> Iterator[str]:
    """Where a `python3.10` may be: PATH, pyenv, uv's own downloads, Homebrew."""
    if found := shutil.which(name):
        yield found
    version = name.removeprefix("python")
    pyenv = Path(os.environ.get("PYENV_ROOT", home / ".pyenv"))
    yield from sorted((str(path) for path in pyenv.glob(f"versions/{version}.*/bin/python")), reverse=True)
    uv_pythons = home / ".local" / "share" / "uv" / "python"
    yield from sorted((str(path) for path in uv_pythons.glob(f"cpython-{version}.*/bin/{name}")), reverse=True)
    yield from (f"/opt/homebrew/bin/{name}", f"/usr/local/bin/{name}")


def find_rasa_python(home: Path | None = None) -> str:
    """Path of a working Python 3.10.

    Raises:
        MissingInterpreter: none is on PATH, in pyenv, among uv's downloads or in Homebrew's folders.
    """
    name = "python{}.{}".format(*RASA_PYTHON)
    for candidate in _candidates(name, home or Path.home()):
        if version_of(candidate) == RASA_PYTHON:
            return candidate
    remedy = (
        "uv python install 3.10"
        if shutil.which("uv")
        else "pyenv install 3.10, or your system's package python3.10 with python3.10-venv, or uv python install 3.10"
    )
    raise MissingInterpreter(f"Rasa needs Python 3.10 and none was found. Install it with: {remedy}")


def check_service_python() -> str:
    """The running interpreter, if it is new enough for the services.

    Raises:
        MissingInterpreter: it is older than 3.11.
    """
    if sys.version_info[:2] < SERVICE_PYTHON:
        found = "{}.{}".format(*sys.version_info[:2])
        raise MissingInterpreter(
            f"Aftercare needs Python 3.11 or newer and `python3` is {found}. "
            "Install a newer one and call: make run PYTHON=python3.11"
        )
    return sys.executable
