import json
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from faq.encoder.ports import Encoder, Views
from faq.entries.files import Query
from faq.entries.models import Content, Published
from faq.errors import InvalidFile
from faq.evaluation.metrics import Decided, metrics
from faq.index.background import general_questions
from faq.index.decision import Match, Thresholds
from faq.index.index import Index
from faq.index.locales import Fallbacks

LOOKED_AT = 10
SHOWN = 3


def views_of(encoder: Encoder, contents: dict[str, Content]) -> dict[str, Views]:
    """By text, of all that an index of these entries needs."""
    every = (content.embedded(passages=encoder.passages) for content in contents.values())
    texts = list(dict.fromkeys(text for texts in every for text in texts))
    return dict(zip(texts, encoder.encode(texts), strict=True))


def build(
    encoder: Encoder, contents: dict[str, Content], thresholds: Thresholds, fallbacks: Fallbacks | None = None
) -> Index:
    """As the service does: embed, index, adapt."""
    entries = [Published(entry, 1, content) for entry, content in contents.items()]
    views = views_of(encoder, contents)
    general = encoder.encode(general_questions())
    return Index.of(entries, views, thresholds, encoder.dimension, general=general, fallbacks=fallbacks).adapted()


def evaluate(
    encoder: Encoder,
    contents: dict[str, Content],
    queries: Sequence[Query],
    thresholds: Thresholds,
    *,
    language: str | None = None,
    fallbacks: Fallbacks | None = None,
) -> dict[str, Any]:
    """The report of DESIGN §4: `metrics`, and `decisions` in the order of the queries, asked in `language`."""
    started = time.perf_counter()
    index = build(encoder, contents, thresholds, fallbacks)
    seconds = time.perf_counter() - started
    matches, took = [], []
    for query in queries:
        began = time.perf_counter()
        view = encoder.encode([query.text])[0]
        matches.append(index.match(query.text, view, language=language, shown=LOOKED_AT))
        took.append(1000 * (time.perf_counter() - began))
    figures = metrics([_decided(query, match) for query, match in zip(queries, matches, strict=True)])
    timing = {
        "p50_ms": float(np.percentile(took, 50)),
        "p95_ms": float(np.percentile(took, 95)),
        "build_seconds": seconds,
    }
    return {
        "model": encoder.model,
        "thresholds": asdict(index.thresholds),
        "metrics": figures | timing,
        "decisions": [_line(query, match) for query, match in zip(queries, matches, strict=True)],
    }


def unknown_entries(queries: Sequence[Query], contents: dict[str, Content]) -> list[str]:
    """Ids that queries expect and the entries lack: those queries can't be answered rightly, and count as such."""
    return sorted({entry for query in queries for entry in query.expected} - set(contents))


def write_report(path: Path, report: dict[str, Any]) -> None:
    try:
        path.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n")
    except OSError as error:
        raise InvalidFile(path, None, error.strerror or "can't be written") from None


def _decided(query: Query, match: Match) -> Decided:
    ranking = tuple(each.entry.id for each in match.candidates)
    return Decided(query.expected, match.decision, match.probability, match.scope, ranking)


def _line(query: Query, match: Match) -> dict[str, Any]:
    expected: str | list[str] | None = list(query.expected) or None
    if isinstance(expected, list) and len(expected) == 1:
        expected = expected[0]
    return {
        "text": query.text,
        "expected": expected,
        "decision": match.decision,
        "probability": match.scope,
        "candidates": [{"entry": each.entry.id, "probability": each.probability} for each in match.candidates[:SHOWN]],
    }
