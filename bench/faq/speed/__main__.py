"""`python -m bench.faq.speed`: what the FAQ's matching costs, beside floors of the same run; writes SPEED.md."""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

from bench.faq.sets import Set, read_sets
from bench.faq.speed.encoding import batching, encoding
from bench.faq.speed.figures import Figure, table
from bench.faq.speed.publishing import publishing
from bench.faq.speed.searching import searching
from faq.encoder.opening import open_encoder
from faq.encoder.ports import Encoder
from faq.settings import FaqSettings

OUT = Path(__file__).resolve().parents[1] / "SPEED.md"


def _measured(encoder: Encoder, settings: FaqSettings, shop: Set) -> Iterator[Figure]:
    questions = [query.text for query in shop.queries]
    yield encoding(encoder, settings, questions)
    yield asyncio.run(batching(encoder, questions))
    yield from searching(encoder, shop, questions)
    yield from publishing(shop)


def main() -> int:
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    settings = FaqSettings()
    shop = next(read_sets(OUT.parent, ["shop"]))
    encoder = open_encoder(settings)
    figures: list[Figure] = []
    for figure in _measured(encoder, settings, shop):
        figures.append(figure)
        print(table([figure]), flush=True)
    OUT.write_text(table(figures))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
