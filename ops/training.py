"""Trains Rasa if and only if something that the model is made of changed."""

import gzip
import hashlib
import os
import subprocess
import tarfile
import zlib
from collections.abc import Mapping
from pathlib import Path

from ops.processes import StartFailed
from ops.settings import ROOT

BOT = ROOT / "bot"
TRAINED_FROM = ("config.yml", "domain", "data", "components")


def fingerprint(encoder: str) -> str:
    """Hash over the files that training reads, the Rasa lock file and the encoder's identity."""
    digest = hashlib.sha256(encoder.encode())
    digest.update((ROOT / "requirements" / "rasa.txt").read_bytes())
    for part in TRAINED_FROM:
        paths = [BOT / part] if (BOT / part).is_file() else sorted((BOT / part).rglob("*"))
        for path in paths:
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(str(path.relative_to(BOT)).encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def is_whole(model: Path) -> bool:
    """Whether the archive can be read to its end."""
    try:
        with gzip.open(model) as stream:
            while stream.read(1 << 20):
                pass
        with tarfile.open(model) as archive:
            return any(member.name.endswith("metadata.json") for member in archive)
    except (OSError, tarfile.TarError, EOFError, zlib.error):
        return False


def train(model: Path, python: Path, environment: Mapping[str, str], log: Path) -> None:
    """Train into `model`, atomically. The FAQ service of AFTERCARE_FAQ_URL must run: it embeds the examples.

    Raises:
        StartFailed: with the last line that the training said.
    """
    model.parent.mkdir(parents=True, exist_ok=True)
    draft = model.with_name(f"draft-{os.getpid()}-{model.name}")
    command = [str(python), "-m", "start", "train", "--out", str(model.parent), "--fixed-model-name", draft.name]
    with log.open("ab") as output:
        result = subprocess.run(command, cwd=BOT, env=dict(environment), stdout=output, stderr=output, check=False)
    if result.returncode or not is_whole(draft):
        draft.unlink(missing_ok=True)
        lines = log.read_text(errors="replace").splitlines()
        said = next((line for line in reversed(lines) if line.strip()), "no output")
        raise StartFailed(f"Training failed: {said.strip()} (see {log})")
    draft.replace(model)
    for old in model.parent.glob("*.tar.gz"):
        if old != model and not old.name.startswith("draft-"):
            old.unlink(missing_ok=True)
