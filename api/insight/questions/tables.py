"""Figures as CSV, for a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Mapping

from api.curation.schemas import Entry
from api.insight.questions.models import Gap, Usage

FIGURES = (
    "entry",
    "question",
    "version",
    "live",
    "shown",
    "helpful",
    "not_helpful",
    "handed_off",
    "first_shown",
    "last_shown",
)
GAPS = ("question", "language", "times", "conversations", "reasons", "near", "first_asked", "last_asked")


def figures(entries: Iterable[Entry], uses: Mapping[str, list[Usage]]) -> str:
    """A row a version that was shown, and one for each live entry that never was."""
    rows: list[tuple[object, ...]] = []
    for entry in entries:
        for use in uses.get(entry.id, []):
            live = "yes" if use.version == entry.live else "no"
            counts = (use.shown, use.helpful, use.not_helpful, use.handed_off)
            days = (use.first_at.date(), use.last_at.date())
            rows.append((entry.id, entry.question, use.version, live, *counts, *days))
        if entry.live and entry.id not in uses:
            rows.append((entry.id, entry.question, entry.live, "yes", 0, 0, 0, 0, "", ""))
    return _table(FIGURES, rows)


def gaps(found: Iterable[Gap]) -> str:
    """A row a group, named after the question that was asked most."""
    return _table(
        GAPS,
        (
            (
                gap.text,
                gap.language,
                gap.questions,
                gap.conversations,
                ", ".join(gap.reasons),
                ", ".join(gap.near),
                gap.first_at.date(),
                gap.last_at.date(),
            )
            for gap in found
        ),
    )


def _table(names: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> str:
    """What customers wrote is no formula: a cell that a spreadsheet would compute begins with an apostrophe."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(names)
    writer.writerows([f"'{cell}" if str(cell)[:1] in ("=", "+", "-", "@") else cell for cell in row] for row in rows)
    return out.getvalue()
