"""A model that is packaged in integers alone, for ONNX Runtime, back in numbers that sentence-transformers reads.

Its own integers scale activations by the largest in the whole batch, and would make a text's vector depend on what else
is in there: faq/encoder/quantizing.py makes other ones.
"""

import re
import shutil
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_MODEL = "model.onnx"
_WEIGHTS = "model.safetensors"
_PRODUCT = re.compile(r"/(.+)/MatMul\w*")  # BERT's and its kin's: /encoder/layer.0/output/dense/MatMul_quant


def is_quantized(folder: Path) -> bool:
    """Whether there are no other weights to read."""
    others = [*folder.glob("*.safetensors"), *folder.glob("*.bin")]
    return (folder / _MODEL).is_file() and not others


def restore(folder: Path, restored: Path) -> Path:
    """Write weights that transformers reads, beside the other files. Where none says how to pool: by the mean."""
    import onnx  # noqa: PLC0415 - only to export
    from safetensors.numpy import save_file  # noqa: PLC0415

    graph = onnx.load(folder / _MODEL).graph
    stored = {each.name: onnx.numpy_helper.to_array(each) for each in graph.initializer}
    named = (each for each in stored.items() if "::" not in each[0])  # as in onnx::MatMul_1678_scale
    weights = {name: value for name, value in named if value.dtype == np.float32 and value.ndim}
    for name in stored:
        if name.endswith(".weight_quantized"):
            weights[name.removesuffix("_quantized")] = _numbers(stored, name.removesuffix("_quantized"))
    for node in graph.node:
        if node.op_type == "MatMulInteger" and (found := _PRODUCT.fullmatch(node.name)):
            matrix = _numbers(stored, node.input[1].removesuffix("_quantized"))
            weights[found[1].replace("/", ".") + ".weight"] = np.ascontiguousarray(matrix.T)
    shutil.copytree(folder, restored, ignore=shutil.ignore_patterns(_MODEL))
    save_file(weights, restored / _WEIGHTS, {"format": "pt"})
    return restored


def _numbers(stored: dict[str, NDArray[np.generic]], name: str) -> NDArray[np.float32]:
    """(n, m): integers, less what stands for zero, times the scale of all or of each column."""
    integers, scale, zero = (
        stored[f"{name}_{each}"].astype(np.float32) for each in ("quantized", "scale", "zero_point")
    )
    numbers: NDArray[np.float32] = (integers - zero) * scale
    return numbers
