"""`python -m ops run | train | test-nlu | migrate | reset`: what the Makefile's targets call."""

import argparse
import shutil
import signal
import sys
import threading
import time
from pathlib import Path
from types import FrameType

from ops.ports import PortInUse
from ops.processes import StartFailed
from ops.settings import LauncherSettings
from ops.stack import Stack
from ops.supervisor import supervise

COMMON_FAILURES = (StartFailed, PortInUse)


def report(step: str, seconds: float) -> None:
    print(f"  {step:<34}{seconds:6.1f} s", flush=True)


def run(settings: LauncherSettings) -> None:
    """Start, say where everything is, keep it running until Ctrl-C or SIGTERM."""
    stopped = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopped.set()
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    started = time.monotonic()
    with Stack(settings, report) as stack:
        print(f"\nAftercare is ready after {time.monotonic() - started:.1f} s.\n")
        print(welcome(stack), flush=True)
        supervise(stack.supervised, stopped)


def welcome(stack: Stack) -> str:
    address = stack.url("api").replace("127.0.0.1", "localhost")
    lines = [
        f"  Sample shop with the widget  {address}/" if stack.settings.sandbox else f"  Gateway  {address}/",
        f"  Advisors' desk               {address}/desk",
        f"  FAQ studio                   {address}/faq",
        f"  Logs                         {stack.data / 'logs'}",
    ]
    if stack.settings.sandbox:
        password = stack.environment["AFTERCARE_DEMO_PASSWORD"]
        lines += ["", f"  Demo logins: ada, ben (advisors), cleo (curator), olga (operator); password {password}"]
    return "\n".join([*lines, "", "  Ctrl-C stops everything."])


def train(settings: LauncherSettings) -> None:
    Stack(settings, report).train_only()


def test_nlu(settings: LauncherSettings) -> None:
    measure_nlu(Stack(settings, report), settings.data_folder / "nlu")


def cross_validate_nlu(settings: LauncherSettings) -> None:
    # Each example is embedded by four trainings and asked about in every fold: remembered, that is one pass.
    stack = Stack(settings, report, overrides={"AFTERCARE_FAQ_CACHE_SIZE": "20000"})
    measure_nlu(stack, settings.data_folder / "nlu-folds", "--cross-validation")


def measure_nlu(stack: Stack, out: Path, *arguments: str) -> None:
    if stack.test_nlu(out, *arguments):
        raise StartFailed("Measuring failed; what Rasa said last is above.")
    print(f"\nEvery prediction is in {out}.")


def migrate(settings: LauncherSettings) -> None:
    Stack(settings, report).migrate_only()


def reset(settings: LauncherSettings) -> None:
    """Delete the databases, secrets and logs of this installation; trained models stay."""
    for name in ("postgres", "logs", "run", "secrets.env"):
        path = settings.data_folder / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    print(f"Deleted databases, secrets and logs in {settings.data_folder}.")


COMMANDS = {
    "run": run,
    "train": train,
    "test-nlu": test_nlu,
    "cross-validate-nlu": cross_validate_nlu,
    "migrate": migrate,
    "reset": reset,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m ops", description=__doc__)
    parser.add_argument("command", choices=COMMANDS)
    command = parser.parse_args().command
    try:
        COMMANDS[command](LauncherSettings())
    except COMMON_FAILURES as error:
        print(f"aftercare: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.")
    except OSError as error:
        print(f"aftercare: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
