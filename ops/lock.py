"""Pins what requirements/*.in resolve to today: `python3 ops/lock.py`. Installs each set into a fresh environment."""

import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from ops.interpreters import check_service_python, find_rasa_python

REQUIREMENTS = Path(__file__).resolve().parent.parent / "requirements"


def freeze(python: Path) -> str:
    listed = subprocess.run([str(python), "-m", "pip", "freeze"], capture_output=True, text=True, check=True).stdout
    # A local version such as 2.13.0+cpu names one build; the lock names the release.
    return "".join(f"{line.split('+')[0]}\n" for line in listed.splitlines() if "==" in line)


def lock(interpreter: str, *names: str) -> None:
    """Install `<name>.in` one after the other into one environment; after each, write `<name>.txt`."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([interpreter, "-m", "venv", folder], check=True)
        python = Path(folder) / "bin" / "python"
        for name in names:
            source = REQUIREMENTS / f"{name}.in"
            pinned_torch = [line for line in source.read_text().split() if line.startswith("torch==")]
            for wanted in ([*pinned_torch] if pinned_torch else [], ["-r", str(source)]):
                if wanted:
                    subprocess.run([str(python), "-m", "pip", "install", "--quiet", *wanted], check=True)
            (REQUIREMENTS / f"{name}.txt").write_text(freeze(python))


def main() -> int:
    lock(check_service_python(), "main", "dev")
    lock(check_service_python(), "helpdesk")
    lock(find_rasa_python(), "rasa")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
