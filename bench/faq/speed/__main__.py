"""`python -m bench.faq.speed`: what the FAQ's matching costs, beside floors of the same run; writes SPEED.md."""

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path

from bench.faq.sets import read_sets
from bench.faq.speed.encoding import batching, encoding
from bench.faq.speed.figures import Figure, table
from bench.faq.speed.publishing import publishing
from bench.faq.speed.searching import searching
from faq.encoder.opening import open_encoder
from faq.settings import FaqSettings

OUT = Path(__file__).resolve().parents[1] / "SPEED.md"


def main() -> int:
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    settings = FaqSettings()
    shop = next(read_sets(OUT.parent, ["shop"]))
    questions = [query.text for query in shop.queries]
    encoder = open_encoder(settings)
    figures: Sequence[Figure] = [
        *searching(encoder, shop.phrasings, questions),
        encoding(encoder, settings, questions),
        asyncio.run(batching(encoder, questions)),
        *publishing(shop.phrasings),
    ]
    OUT.write_text(table(figures))
    print(table(figures))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
