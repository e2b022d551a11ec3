"""The serving encoder: the exported model on onnxruntime and tokenizers alone.

sentence-transformers would give the same vectors (a test compares them) but costs 9 s and 440 MB to import.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer  # type: ignore[import-untyped]  # ships no stubs

from faq.encoder.manifest import MODEL_FILES, TOKENIZER, Manifest, Pooling, read_manifest, verify
from faq.encoder.ports import Vectors
from faq.errors import ExportCorrupt

Precision = Literal["fp32", "int8"]
_MOST = 32  # texts at a time
_PADDING = 24  # tokens that take about as long as starting a run


class OnnxEncoder:
    """Texts of about the same length run together; a text's vector doesn't depend on its company (see `quantize`)."""

    def __init__(self, folder: Path, precision: Precision = "int8") -> None:
        self._manifest: Manifest = read_manifest(folder)
        file = MODEL_FILES[precision]
        verify(folder, self._manifest, [file, TOKENIZER])
        self.dimension = self._manifest.dimension
        self.model = f"{self._manifest.name}:{precision}:{self._manifest.fingerprint}"
        try:
            self._tokenizer: Any = Tokenizer.from_file(str(folder / TOKENIZER))
            self._session: Any = onnxruntime.InferenceSession(
                str(folder / file), _session_options(), providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # both libraries raise bare Exceptions of their own
            raise ExportCorrupt(f"{folder} can't be loaded: {error}") from error
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(self._manifest.max_tokens)
        self._inputs = {node.name for node in self._session.get_inputs()}

    def encode(self, texts: Sequence[str]) -> Vectors:
        encodings: list[Encoding] = self._tokenizer.encode_batch(list(texts))
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for rows in _groups([len(encoding.ids) for encoding in encodings]):
            vectors[rows] = self._run([encodings[row].ids for row in rows])
        return vectors

    def _run(self, tokens: list[list[int]]) -> Vectors:
        """`tokens`: the longest text first."""
        ids = np.zeros((len(tokens), len(tokens[0])), dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, each in enumerate(tokens):
            ids[row, : len(each)], mask[row, : len(each)] = each, 1
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        states = self._session.run(None, {name: given[name] for name in self._inputs})[0]  # (texts, tokens, dimension)
        pooled = _pooled(states, mask[..., None].astype(np.float32), self._manifest.pooling)
        unit: Vectors = pooled / np.maximum(np.linalg.norm(pooled, axis=1, keepdims=True), 1e-12)
        return unit


def _groups(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Rows that run together: the longest first, and another where its padding costs less than a run of its own."""
    group: list[int] = []
    padding = 0
    for row in sorted(range(len(lengths)), key=lambda row: -lengths[row]):
        padding += lengths[group[0]] - lengths[row] if group else 0
        if group and (padding > _PADDING or len(group) == _MOST):
            yield group
            group, padding = [], 0
        group.append(row)
    if group:
        yield group


def _pooled(states: NDArray[np.float32], mask: NDArray[np.float32], pooling: Pooling) -> NDArray[np.float32]:
    pooled: NDArray[np.float32]
    match pooling:
        case "mean":
            pooled = (states * mask).sum(axis=1) / mask.sum(axis=1)
        case "cls":
            pooled = states[:, 0]
        case "max":
            pooled = np.where(mask > 0, states, -np.inf).max(axis=1)
    return pooled


def _session_options() -> Any:
    """One thread: threads that outnumber free cores spin, and the product shares its cores with Rasa and PostgreSQL."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return options
