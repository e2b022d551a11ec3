"""Secrets of this installation: made once at first run, kept in DATA/secrets.env, readable by their owner only."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

GENERATED = (
    "AFTERCARE_INTERNAL_SECRET",
    "AFTERCARE_ASSERTION_SECRET",
    "AFTERCARE_CUSTOMER_TOKEN_SECRET",
    "AFTERCARE_COMMERCE_CLIENT_SECRET",
    "AFTERCARE_SHOP_WEBHOOK_SECRET",
    "AFTERCARE_DEMO_PASSWORD",
)
FIXED = {"AFTERCARE_COMMERCE_CLIENT_ID": "aftercare"}


def load_secrets(folder: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """All secrets: what the environment sets wins, the rest comes from the file, which gets what it lacks."""
    path = folder / "secrets.env"
    stored = read_env_file(path) if path.exists() else {}
    missing = [name for name in GENERATED if name not in stored]
    if missing:
        stored |= {name: new_secret(name) for name in missing}
        write_private(path, "".join(f"{name}={value}\n" for name, value in sorted(stored.items())))
    return {**FIXED, **stored, **{name: environment[name] for name in (*GENERATED, *FIXED) if environment.get(name)}}


def new_secret(name: str) -> str:
    # A person types the demo password; the others are keys of 256 bits.
    return secrets.token_urlsafe(9 if name.endswith("DEMO_PASSWORD") else 32)


def read_env_file(path: Path) -> dict[str, str]:
    pairs = (line.split("=", 1) for line in path.read_text().splitlines() if "=" in line and not line.startswith("#"))
    return {name.strip(): value.strip() for name, value in pairs}


def write_private(path: Path, text: str) -> None:
    """Write atomically with mode 0600: a crash leaves the old file or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".tmp")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    draft.replace(path)
