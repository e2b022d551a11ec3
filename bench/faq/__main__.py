"""`python -m bench.faq`: our matching beside simple methods, on the same phrasings and questions.

Writes bench/faq/RESULTS.md unless only some sets are measured. Public sets are
measured where they lie beside the project.
"""

import argparse
import os
import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np

from bench.faq import diet
from bench.faq.baselines import BASELINES
from bench.faq.figures import Measured, Row, of_ours, of_scores, table
from bench.faq.sets import ROOT, read_sets
from faq.encoder.opening import open_encoder
from faq.encoder.ports import Encoder, Views
from faq.encoder.source import MINILM, parts, resolve_source
from faq.settings import FaqSettings

FOLDER = Path(__file__).resolve().parent
TARGET = 0.9


class Remembering:
    """Texts are embedded once for all methods."""

    def __init__(self, encoder: Encoder) -> None:
        self.model, self.dimension, self.width = encoder.model, encoder.dimension, encoder.width
        self.passages = encoder.passages
        self._one = cache(lambda text: encoder.encode([text])[0])

    def encode(self, texts: Sequence[str]) -> Views:
        return np.stack([self._one(text) for text in texts])


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.faq", description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT / ".data" / "public", help="folder of the public sets")
    parser.add_argument("--only", nargs="+", help="names of the sets to measure")
    parser.add_argument(
        "--also", metavar="MODEL", help="measure Aftercare with this encoder, too: as in AFTERCARE_FAQ_MODEL"
    )
    parser.add_argument("--diet", type=int, metavar="EPOCHS", help=f"train stock Rasa's DIET anew, {diet.FULL} in full")
    options = parser.parse_args()
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    settings = FaqSettings()
    minilm = Remembering(open_encoder(settings, MINILM))
    ours = {"Aftercare": Remembering(open_encoder(settings))}
    if options.also:
        name = " + ".join(resolve_source(part)[0] for part in parts(options.also))
        ours[f"Aftercare, {name}"] = Remembering(open_encoder(settings, options.also))
    measured: list[Measured] = []
    for data in read_sets(options.data, options.only):
        for name, baseline in BASELINES.items():
            started = time.perf_counter()
            row: Row = of_scores(data, baseline(data, minilm))
            measured.append(Measured(data.name, name, row | {"seconds": time.perf_counter() - started}))
        if stock := diet.measure(data, options.diet) if options.diet else diet.kept(data):
            measured.append(Measured(data.name, *stock))
        measured += [Measured(data.name, name, of_ours(data, each, TARGET)) for name, each in ours.items()]
        print(table([each for each in measured if each.data == data.name]), flush=True)
    if not options.only:
        (FOLDER / "RESULTS.md").write_text(table(measured))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
