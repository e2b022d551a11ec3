"""The exported model on disk: a folder that is complete and verified, or is not used."""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from faq.errors import ExportCorrupt, ExportMissing

MANIFEST = "manifest.json"
TOKENIZER = "tokenizer.json"
CENTRE = "centre.npy"  # what the vectors of all texts have in common, shape (dimension,)
MODEL_FILES = {"fp32": "model.onnx", "int8": "model_int8.onnx"}
FORMAT = 4  # counted up when the export's files or their meaning change: old folders are left alone, a new one is made

Pooling = Literal["mean", "cls", "max"]


@dataclass(frozen=True, slots=True)
class Manifest:
    """`files` maps a file's name to the SHA-256 of its content."""

    name: str
    fingerprint: str
    dimension: int
    inner: int  # dimension of what inner layers say; 0: their outputs were not found
    max_tokens: int
    pooling: Pooling
    files: dict[str, str]

    def encoder(self, precision: str) -> str:
        """What the encoder that runs this export is called: vectors of encoders of the same name can be compared."""
        return f"{self.name}:{precision}:{self.fingerprint}"

    def write(self, folder: Path) -> None:
        (folder / MANIFEST).write_text(json.dumps(asdict(self), indent=1))


def read_manifest(folder: Path) -> Manifest:
    try:
        return Manifest(**json.loads((folder / MANIFEST).read_text()))
    except FileNotFoundError:
        raise ExportMissing(f"No exported model in {folder}: run `python -m faq prepare`.") from None
    except (ValueError, TypeError):
        raise ExportCorrupt(f"{folder / MANIFEST} is damaged.") from None


def verify(folder: Path, manifest: Manifest, names: list[str] | None = None) -> None:
    """Raise ExportCorrupt unless each file of the export (or each of `names`) is what was written."""
    for name in names or list(manifest.files):
        path = folder / name
        if not path.is_file():
            raise ExportCorrupt(f"{path} is missing.")
        if sha256(path) != manifest.files.get(name):
            raise ExportCorrupt(f"{path} is damaged: its checksum differs from the manifest's.")


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
