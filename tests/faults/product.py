"""The real product with cables that can be cut, a launcher's supervisor, and nothing shared with other tests."""

import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ops.ports import free_ports
from ops.settings import ROOT, LauncherSettings
from ops.stack import Stack
from ops.supervisor import supervise
from tests.faults.links import Links

# Far above what the suite's customers do: limits have tests of their own.
LIMITS = {
    "AFTERCARE_LIMIT_CONVERSATIONS_PER_ADDRESS": "100000/minute",
    "AFTERCARE_LIMIT_MESSAGES_PER_CONVERSATION": "100000/minute",
}
# Who is called at the far end of a line → the setting with which the product calls it. Customers and advisors call
# the gateway itself.
ADDRESSES = {
    "rasa": "RASA_URL",
    "actions": "ACTIONS_URL",
    "faq": "FAQ_URL",
    "sandbox": "COMMERCE_URL",
    "api": "API_URL",
}


@dataclass(frozen=True)
class Product:
    stack: Stack
    links: Links


@contextmanager
def running_product(keep_logs: Path | None = None) -> Iterator[Product]:
    """Started, supervised, stopped. Its model and encoder are those of `make run`."""
    models = ROOT / ".data" / "models"
    models.mkdir(parents=True, exist_ok=True)
    names = ("api", "faq", "actions", "rasa", "sandbox")
    ports = free_ports(len(names) + len(ADDRESSES))
    own = dict(zip(names, ports, strict=False))
    outer = dict(zip(ADDRESSES, ports[len(names) :], strict=True))
    addresses = {f"AFTERCARE_{ADDRESSES[name]}": f"http://127.0.0.1:{port}" for name, port in outer.items()}
    with (
        tempfile.TemporaryDirectory(prefix="aftercare-faults-") as folder,
        Links({name: (port, own[name]) for name, port in outer.items()}) as links,
    ):
        (Path(folder) / "models").symlink_to(models)
        settings = LauncherSettings(
            data=Path(folder),
            database_url="",
            api_port=own["api"],
            faq_port=own["faq"],
            actions_port=own["actions"],
            rasa_port=own["rasa"],
            sandbox_port=own["sandbox"],
        )
        try:
            with Stack(settings, overrides=LIMITS | addresses) as stack, supervised(stack):
                yield Product(stack, links)
        finally:
            if keep_logs and (Path(folder) / "logs").exists():
                shutil.copytree(Path(folder) / "logs", keep_logs, dirs_exist_ok=True)


@contextmanager
def supervised(stack: Stack) -> Iterator[None]:
    stopped = threading.Event()
    watcher = threading.Thread(target=supervise, args=(stack.supervised, stopped), name="supervisor")
    watcher.start()
    try:
        yield
    finally:
        stopped.set()
        watcher.join()
