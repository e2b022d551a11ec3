import subprocess
import sys
from collections.abc import Mapping

from ops.processes import StartFailed
from ops.settings import ROOT


class Command:
    """One of our modules that runs to its end, beside whatever else starts meanwhile."""

    def __init__(self, module: str, *arguments: str, environment: Mapping[str, str]) -> None:
        self._name = f"python -m {module} {' '.join(arguments[:1])}"
        self._child = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=ROOT,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def finish(self) -> None:
        """Wait for its end. Raises StartFailed with its last line if it failed."""
        output, errors = self._child.communicate()
        if self._child.returncode:
            said = (errors or output).strip().splitlines() or ["no output"]
            raise StartFailed(f"`{self._name}` failed: {said[-1]}")

    def stop(self) -> None:
        """Whatever it is doing; after its end this does nothing."""
        if self._child.poll() is None:
            self._child.kill()
            self._child.communicate()
