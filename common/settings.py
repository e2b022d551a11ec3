from pathlib import Path

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class ServiceSettings(BaseSettings):
    """What all processes share. Every field is the environment variable AFTERCARE_<NAME>; `.env` is read too."""

    model_config = SettingsConfigDict(env_prefix="AFTERCARE_", env_file=".env", extra="ignore")

    # Folder for everything that is not in the repository: database, secrets, trained and exported models.
    data: Path = Path(".data")
    # PostgreSQL of the product. The launcher sets it to the embedded server unless DATABASE_URL is given.
    database_url: str = ""
    # Sent as X-Aftercare-Secret on every call between our processes; made at first run.
    internal_secret: SecretStr = SecretStr("")
    # Log lines as JSON (for a collector) instead of for people.
    log_json: bool = False
    # The least severe log lines that are written: DEBUG, INFO, WARNING, ERROR.
    log_level: str = "INFO"
