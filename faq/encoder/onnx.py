"""The serving encoder: the exported model on onnxruntime and tokenizers alone.

sentence-transformers would give the same vectors (a test compares them) but costs 9 s and 440 MB to import.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer  # type: ignore[import-untyped]  # ships no stubs

from faq.encoder.manifest import CENTRE, MODEL_FILES, TOKENIZER, Manifest, read_manifest, verify
from faq.encoder.ports import Views
from faq.encoder.unit import unit
from faq.errors import ExportCorrupt

Precision = Literal["fp32", "int8"]
_TEXTS = 8  # in a run: more of them are not quicker
_LENGTHS = 2  # the longest of a run against its shortest, whose padding is computed too

# They save a pass over memory, but their kernels are 2 to 4 times slower than what they replace (onnxruntime 1.32).
_SLOW_FUSIONS = ["SkipLayerNormFusion", "BiasSkipLayerNormFusion", "BiasGeluFusion"]


class OnnxEncoder:
    """Texts of about the same length run together. Used from several threads at once.

    What a text means is the direction in which it lies from the centre of all texts: where a model's vectors fill a
    narrow cone, cosines would tell little apart (Mu and Viswanath 2018, arXiv:1702.01417).
    """

    def __init__(self, folder: Path, precision: Precision = "int8") -> None:
        self._manifest: Manifest = read_manifest(folder)
        file = MODEL_FILES[precision]
        verify(folder, self._manifest, [file, TOKENIZER, CENTRE])
        self.dimension = self._manifest.dimension
        self.width = self.dimension + self._manifest.inner
        self.passages = True
        self.model = self._manifest.encoder(precision)
        try:
            self._centre = np.load(folder / CENTRE)
            self._tokenizer: Any = Tokenizer.from_file(str(folder / TOKENIZER))
            self._session: Any = onnxruntime.InferenceSession(
                str(folder / file),
                _session_options(),
                providers=["CPUExecutionProvider"],
                disabled_optimizers=_SLOW_FUSIONS,
            )
        except Exception as error:  # both libraries raise bare Exceptions of their own
            raise ExportCorrupt(f"{folder} can't be loaded: {error}") from error
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(self._manifest.max_tokens)
        self._inputs = {node.name for node in self._session.get_inputs()}

    def encode(self, texts: Sequence[str]) -> Views:
        tokens: list[list[int]] = [found.ids for found in self._tokenizer.encode_batch(list(texts))]
        vectors = np.zeros((len(texts), self.width), dtype=np.float32)
        for rows in _runs([len(ids) for ids in tokens]):
            vectors[rows] = self._run([tokens[row] for row in rows])
        return vectors

    def _run(self, tokens: list[list[int]]) -> Views:
        lengths = np.array([len(ids) for ids in tokens])
        mask = (np.arange(lengths.max()) < lengths[:, None]).astype(np.int64)
        ids = np.zeros_like(mask)
        ids[mask == 1] = np.concatenate(tokens)
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        outputs = self._session.run(None, {name: given[name] for name in self._inputs})
        states = outputs[0]  # (texts, tokens, dimension)
        share = (mask / lengths[:, None]).astype(np.float32)
        match self._manifest.pooling:
            case "mean":
                pooled = _mean(states, share)
            case "cls":
                pooled = states[:, 0]
            case "max":
                pooled = np.where(mask[:, :, None] == 1, states, -np.inf).max(axis=1)
        meant = unit(unit(pooled) - self._centre)
        return np.hstack([meant, unit(_mean(outputs[-1], share))]) if self._manifest.inner else meant


def _runs(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Which texts run together: rows, by their numbers of tokens."""
    run: list[int] = []
    for row in sorted(range(len(lengths)), key=lengths.__getitem__):
        if len(run) == _TEXTS or (run and lengths[row] > _LENGTHS * lengths[run[0]]):
            yield run
            run = []
        run.append(row)
    if run:
        yield run


def _mean(states: NDArray[np.float32], share: NDArray[np.float32]) -> NDArray[np.float32]:
    means: NDArray[np.float32] = np.einsum("btd,bt->bd", states, share)
    return means


def _session_options() -> Any:
    """One thread a run: those that outnumber free cores spin, and Rasa and PostgreSQL need theirs."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return options
