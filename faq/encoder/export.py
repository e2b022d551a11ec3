"""Export a sentence-transformers model to ONNX, once. The only module that loads PyTorch."""

import logging
import os
import re
import shutil
import tempfile
import warnings
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from faq.encoder.manifest import CENTRE, MODEL_FILES, TOKENIZER, Manifest, Pooling, read_manifest, sha256, verify
from faq.encoder.onnx import OnnxEncoder
from faq.encoder.quantizing import quantize
from faq.encoder.restoring import is_quantized, restore
from faq.encoder.source import export_folder, resolve_source
from faq.errors import ExportCorrupt, ExportMissing, UnsupportedModel

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

log = logging.getLogger(__name__)


def prepare(data: Path, model: str, usual: Sequence[str]) -> tuple[Path, bool]:
    """Make sure that the verified export of `model` lies in the data folder: (folder, whether it was made now).

    `usual`: texts whose middle is taken for that of all texts.
    """
    folder = export_folder(data, model)
    try:
        verify(folder, read_manifest(folder))
    except ExportMissing:
        pass
    except ExportCorrupt as error:
        log.warning("%s It is exported again.", error)
    else:
        return folder, False
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".export-") as scratch:
        made = Path(scratch) / "made"
        made.mkdir()
        _export(model, folder.name, made, usual)
        _replace(made, folder)
    return folder, True


def _replace(made: Path, folder: Path) -> None:
    """Atomic where nothing was there. A damaged folder moves aside first; two exporters at once are both right."""
    if folder.exists():
        shutil.move(folder, made.parent / "damaged")
    try:
        made.rename(folder)
    except OSError:
        verify(folder, read_manifest(folder))  # another process was first


def _export(model: str, fingerprint: str, made: Path, usual: Sequence[str]) -> None:
    name, source = resolve_source(model)
    if is_quantized(Path(source)):
        source = str(restore(Path(source), made.parent / "restored"))
    loaded = _load(source)
    pooling = _pooling_of(loaded)
    saved = made.parent / "saved"
    loaded.save_pretrained(str(saved))
    shutil.copy(saved / "onnx" / "model.onnx", made / MODEL_FILES["fp32"])
    shutil.copy(saved / TOKENIZER, made / TOKENIZER)
    inner = add_inner(made / MODEL_FILES["fp32"])
    quantize(made / MODEL_FILES["fp32"], made / MODEL_FILES["int8"])
    dimension = int(loaded.get_embedding_dimension() or 0)
    np.save(made / CENTRE, np.zeros(dimension, np.float32))
    manifest = Manifest(
        name=name,
        fingerprint=fingerprint,
        dimension=dimension,
        inner=dimension if inner else 0,
        max_tokens=int(loaded.max_seq_length or 512),
        pooling=pooling,
        files={file: sha256(made / file) for file in (*MODEL_FILES.values(), TOKENIZER, CENTRE)},
    )
    manifest.write(made)
    np.save(made / CENTRE, OnnxEncoder(made).encode(usual)[:, :dimension].mean(axis=0))
    replace(manifest, files=manifest.files | {CENTRE: sha256(made / CENTRE)}).write(made)


def _load(source: str) -> "SentenceTransformer":
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")  # of weights that it misses: those of no use here
    for library in ("sentence_transformers", "transformers", "optimum"):
        logging.getLogger(library).setLevel(logging.ERROR)  # they advise on saving, which is what happens here
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracer's remarks on constants of the architecture
        from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - seconds and 400 MB, only to export

        try:
            model: SentenceTransformer = SentenceTransformer(
                source, backend="onnx", model_kwargs={"provider": "CPUExecutionProvider", "export": True}
            )
        except (OSError, ValueError) as error:
            first = str(error).splitlines()[0]
            raise UnsupportedModel(f"{source} can't be loaded as a sentence-transformers model: {first}") from error
    return model


def _pooling_of(model: "SentenceTransformer") -> Pooling:
    kinds = [type(module).__name__ for module in model]
    if kinds not in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"]):
        raise UnsupportedModel(f"A model made of {', '.join(kinds)} is not supported: Transformer, Pooling, Normalize.")
    mode = str(getattr(model[1], "pooling_mode", ""))
    if mode not in ("mean", "cls", "max"):
        mode = next((m for m, f in _POOLING_FLAGS.items() if getattr(model[1], f, False)), mode)
    if mode == "mean":
        return "mean"
    if mode == "cls":
        return "cls"
    if mode == "max":
        return "max"
    raise UnsupportedModel(f"Pooling {mode or 'of this model'} is not supported: mean, cls or max.")


_POOLING_FLAGS = {
    "mean": "pooling_mode_mean_tokens",
    "cls": "pooling_mode_cls_token",
    "max": "pooling_mode_max_tokens",
}


_LAYER = re.compile(r"layer\.(\d+)/")
_OUTPUT_OF_LAYER = re.compile(r"layer\.(\d+)/output(?:/LayerNorm|_layer_norm)/")  # BERT's and its kin's, DistilBERT's


def add_inner(path: Path) -> bool:
    """A second output: the sum of what the layers give, but the first and the last. False where none is found."""
    import onnx  # noqa: PLC0415 - only to export

    model = onnx.load(path)
    last = max((int(found[1]) for node in model.graph.node if (found := _LAYER.search(node.name))), default=0)
    outputs: dict[int, str] = {}  # of each layer, the last one in the graph's order
    for node in model.graph.node:
        for output in node.output:
            if found := _OUTPUT_OF_LAYER.search(output):
                outputs[int(found[1])] = output
    chosen = [output for layer, output in outputs.items() if 0 < layer < last]
    if not chosen:
        return False
    model.graph.node.append(onnx.helper.make_node("Sum", chosen, ["inner"], name="inner"))
    model.graph.output.append(onnx.helper.make_tensor_value_info("inner", onnx.TensorProto.FLOAT, [None, None, None]))
    onnx.save(model, path)
    return True
