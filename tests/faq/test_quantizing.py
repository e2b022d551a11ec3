from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from numpy.typing import NDArray
from onnx.helper import make_graph, make_model, make_node, make_opsetid, make_tensor_value_info
from onnx.numpy_helper import from_array

from faq.encoder.quantizing import quantize

RANDOM = np.random.default_rng(0)
WEIGHTS = {name: RANDOM.normal(size=(32, width)).astype(np.float32) for name, width in (("one", 24), ("two", 32))}


def written(folder: Path, version: int) -> tuple[Path, Path]:
    """A graph that multiplies what it is given with two matrices, and the products with each other."""
    nodes = [
        make_node("MatMul", ["given", "one"], ["first"]),
        make_node("MatMul", ["given", "two"], ["second"]),
        make_node("Transpose", ["first"], ["turned"], perm=[0, 2, 1]),
        make_node("MatMul", ["turned", "second"], ["both"]),
    ]
    values = [
        make_tensor_value_info(name, onnx.TensorProto.FLOAT, ["texts", *shape])
        for name, shape in (("given", ["words", 32]), ("first", ["words", 24]), ("both", [24, 32]))
    ]
    constants = [from_array(weight, name) for name, weight in WEIGHTS.items()]
    graph = make_graph(nodes, "graph", values[:1], values[1:], constants)
    onnx.save(make_model(graph, opset_imports=[make_opsetid("", version)], ir_version=8), folder / "full.onnx")
    quantize(folder / "full.onnx", folder / "small.onnx")
    return folder / "full.onnx", folder / "small.onnx"


def run(path: Path, given: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    found: list[NDArray[np.float32]] = session.run(None, {"given": given})
    return found


@pytest.mark.parametrize("version", [17, 18])
def test_products_with_constants_are_near_to_what_they_were_and_know_nothing_of_their_batch(
    tmp_path: Path, version: int
):
    full, small = written(tmp_path, version)
    given = RANDOM.normal(size=(3, 5, 32)).astype(np.float32)
    given[1] *= 1000
    given[2, 4] = 0

    exact, found = run(full, given), run(small, given)

    for each, other in zip(exact, found, strict=True):
        off = np.abs(each - other).max(axis=(1, 2)) / np.abs(each).max(axis=(1, 2))
        assert (off < 0.03).all()
    assert not found[0][2, 4].any()
    alone = run(small, given[:1])
    assert all(np.array_equal(each[:1], other) for each, other in zip(found, alone, strict=True))
    kinds = [node.op_type for node in onnx.load(small).graph.node]
    assert (kinds.count("MatMulIntegerToFloat"), kinds.count("MatMul")) == (1, 1)


def test_what_is_not_used_any_more_is_not_kept(tmp_path: Path):
    _, small = written(tmp_path, 18)

    kept = {each.name for each in onnx.load(small).graph.initializer}

    assert not kept & set(WEIGHTS)
