"""The serving encoder: the exported model on onnxruntime and tokenizers alone.

sentence-transformers would give the same vectors (a test compares them) but costs 9 s and 440 MB to import.
"""

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, Literal

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer  # type: ignore[import-untyped]  # ships no stubs

from faq.encoder.manifest import MODEL_FILES, TOKENIZER, Manifest, read_manifest, verify
from faq.encoder.ports import Views
from faq.encoder.unit import unit
from faq.errors import ExportCorrupt

Precision = Literal["fp32", "int8"]
_CHUNK = 32


class OnnxEncoder:
    """Texts with equally many tokens run together, so that no padding is computed.

    int8 runs one text at a time: its activations are scaled by the largest value in a batch, and a customer's question
    must not be understood differently because of what others ask at the same moment.
    """

    def __init__(self, folder: Path, precision: Precision = "int8") -> None:
        self._manifest: Manifest = read_manifest(folder)
        file = MODEL_FILES[precision]
        verify(folder, self._manifest, [file, TOKENIZER])
        self.dimension = self._manifest.dimension
        self.width = self.dimension + self._manifest.inner
        self.model = self._manifest.encoder(precision)
        self._chunk = 1 if precision == "int8" else _CHUNK
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

    def encode(self, texts: Sequence[str]) -> Views:
        encodings: list[Encoding] = self._tokenizer.encode_batch(list(texts))
        vectors = np.zeros((len(texts), self.width), dtype=np.float32)
        order = sorted(range(len(texts)), key=lambda row: len(encodings[row].ids))
        for _, group in groupby(order, key=lambda row: len(encodings[row].ids)):
            rows = list(group)
            for start in range(0, len(rows), self._chunk):
                part = rows[start : start + self._chunk]
                vectors[part] = self._run(np.array([encodings[row].ids for row in part], dtype=np.int64))
        return vectors

    def _run(self, ids: NDArray[np.int64]) -> Views:
        given = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        outputs = self._session.run(None, {name: given[name] for name in self._inputs})
        states = outputs[0]  # (texts, tokens, dimension)
        match self._manifest.pooling:
            case "mean":
                pooled = states.mean(axis=1)
            case "cls":
                pooled = states[:, 0]
            case "max":
                pooled = states.max(axis=1)
        if not self._manifest.inner:
            return unit(pooled)
        return np.hstack([unit(pooled), unit(outputs[-1].mean(axis=1))])


def _session_options() -> Any:
    """One thread: threads that outnumber free cores spin, and the product shares its cores with Rasa and PostgreSQL."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return options
