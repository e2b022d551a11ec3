import os
from pathlib import Path

from common.settings import ServiceSettings

ROOT = Path(__file__).resolve().parent.parent


class LauncherSettings(ServiceSettings):
    """What `make run` reads. Everything else is handed through to the processes as it stands in the environment."""

    # Folder of the trained Rasa models and exported encoders; relative to DATA. Tests share one between runs.
    models: Path = Path("models")
    # Databases of Rasa's trackers and of the sample shop; empty: in the embedded server.
    rasa_database_url: str = ""
    shop_database_url: str = ""
    # Run the sample shop and the demo logins. False: AFTERCARE_COMMERCE_URL names your own backend.
    sandbox: bool = True
    # Ports on loopback of the processes that the launcher starts.
    api_port: int = 8000
    faq_port: int = 5056
    actions_port: int = 5055
    rasa_port: int = 5005
    sandbox_port: int = 8100
    # Seconds to wait for a process to become ready before giving up.
    start_timeout: float = 120.0

    @property
    def data_folder(self) -> Path:
        return (ROOT / self.data).resolve()

    @property
    def models_folder(self) -> Path:
        return self.data_folder / self.models

    @property
    def rasa_python(self) -> Path:
        return ROOT / ".venv-rasa" / "bin" / "python"

    def ports(self) -> dict[str, int]:
        """Process name → port, only those that this launcher starts."""
        names = ["faq", "actions", "rasa", "api"]
        return {name: int(getattr(self, f"{name}_port")) for name in (["sandbox", *names] if self.sandbox else names)}


def passed_through() -> dict[str, str]:
    """The environment for child processes, without what belongs to this process alone."""
    return {name: value for name, value in os.environ.items() if name not in {"PYTHONHOME", "VIRTUAL_ENV"}}
