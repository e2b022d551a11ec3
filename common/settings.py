from pathlib import Path
from typing import Annotated

from pydantic import SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

CommaSeparated = Annotated[tuple[str, ...], NoDecode]


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
    # Languages in which customers are answered, separated by commas: a conversation changes to one of them when its
    # first messages are written in it, or the customer asks for it. "en" alone: it never changes, and 140 MiB are saved
    # (the encoder of other languages in the FAQ service, and what tells languages apart in the gateway).
    languages: CommaSeparated = ("en", "fr", "es", "de", "zh")

    @field_validator("languages", mode="before")
    @classmethod
    def _languages(cls, value: object) -> object:
        return (
            tuple(each.strip().lower() for each in value.split(",") if each.strip())
            if isinstance(value, str)
            else value
        )
