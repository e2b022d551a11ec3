import asyncio
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer  # type: ignore[import-untyped]

from bench.faq.speed.figures import Figure, alternating
from faq.encoder.batching import BatchingEncoder
from faq.encoder.manifest import MODEL_FILES, TOKENIZER
from faq.encoder.ports import Encoder
from faq.encoder.source import export_folder, parts
from faq.settings import FaqSettings

ROUNDS = 200
AT_ONCE = 16


def encoding(encoder: Encoder, settings: FaqSettings, questions: Sequence[str]) -> Figure:
    """Floor: ONNX Runtime on the same models, from text to the states of its tokens."""
    bare = [
        _bare(export_folder(settings.data, part), MODEL_FILES[settings.faq_precision])
        for part in parts(settings.faq_model)
    ]
    taken = alternating(
        [lambda text: encoder.encode([text]), lambda text: [run(text) for run in bare]], questions[:ROUNDS]
    )
    return Figure("encoder, one question, median", taken[0], "ms", taken[1], "bare ONNX Runtime")


def _bare(folder: Path, file: str) -> Callable[[str], object]:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(folder / file), options, providers=["CPUExecutionProvider"])
    tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
    tokenizer.no_padding()
    names = {node.name for node in session.get_inputs()}

    def tokens(text: str) -> dict[str, np.ndarray]:
        ids = np.array([tokenizer.encode(text).ids])
        given = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        return {name: given[name] for name in names}

    return lambda text: session.run(None, tokens(text))


async def batching(encoder: Encoder, questions: Sequence[str]) -> Figure:
    """Questions a second where so many ask at once. Floor: the same ones, each after the answer to the one before."""
    shared = BatchingEncoder(encoder, cache_size=0)
    together, apart = [], []
    for start in range(0, ROUNDS - AT_ONCE, AT_ONCE):
        group = questions[start : start + AT_ONCE]
        started = time.perf_counter()
        await asyncio.gather(*(shared.one(text) for text in group))
        together.append(time.perf_counter() - started)
        started = time.perf_counter()
        for text in group:
            await shared.one(text)
        apart.append(time.perf_counter() - started)
    await shared.close()
    found, floor = (AT_ONCE / statistics.median(taken) for taken in (together, apart))
    return Figure(f"encoder, {AT_ONCE} questions at once", found, "/s", floor, "one by one")
