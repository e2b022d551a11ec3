"""What is measured on: the sample shop's own questions, and public sets where a folder holds them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from faq.entries.files import Query, read_entries, read_queries
from faq.entries.models import Content

ROOT = Path(__file__).resolve().parents[2]
PUBLIC = ("sofmattress", "clinc150", "stackfaq")


@dataclass(frozen=True)
class Set:
    name: str
    entries: dict[str, Content]
    queries: list[Query]

    @property
    def has_outside(self) -> bool:
        """Some questions have no entry."""
        return any(not query.expected for query in self.queries)

    @property
    def phrasings(self) -> list[tuple[str, str]]:
        """(text, its entry) of all entries."""
        return [(text, entry) for entry, content in self.entries.items() for text in content.asked]


def read_sets(data: Path, only: list[str] | None) -> Iterator[Set]:
    """Prints why a set is left out."""
    folders = {"shop": (ROOT / "faq/content/entries.jsonl", ROOT / "faq/content/evaluation.jsonl")}
    folders |= {name: (data / name / "entries.jsonl", data / name / "queries.jsonl") for name in PUBLIC}
    for name, (entries, queries) in folders.items():
        if only and name not in only:
            continue
        if not entries.is_file() or not queries.is_file():
            print(f"{name} is left out: {entries.parent} has no entries.jsonl and queries.jsonl")
            continue
        yield Set(name, read_entries(entries), read_queries(queries))
