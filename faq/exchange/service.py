"""Entries and golden questions out to files and in from them: all of a file, or nothing of it.

Entries come in as drafts; golden questions hold at once.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum

from common.database import Connection, Pool
from faq.audit import log
from faq.entries import repository
from faq.entries.models import Content, Entry, Status
from faq.entries.validation import slug
from faq.entries.visibility import overlap
from faq.exchange import documents, faqpage, jsonl, tables
from faq.exchange import goldens as asked
from faq.exchange.goldens import GoldenArrival
from faq.exchange.records import Parsed, Record, Trouble
from faq.gate import repository as gate
from faq.gate.models import Golden
from faq.text import normalised


class Format(StrEnum):
    CSV = "csv"
    JSONL = "jsonl"
    MARKDOWN = "markdown"
    FAQPAGE = "faqpage"  # in only


READERS: dict[Format, Callable[[str], Parsed]] = {
    Format.CSV: tables.read,
    Format.JSONL: jsonl.read,
    Format.MARKDOWN: documents.read,
    Format.FAQPAGE: faqpage.read,
}
WRITERS: dict[Format, Callable[[dict[str, Content], Sequence[Golden]], str]] = {
    Format.CSV: tables.write,
    Format.JSONL: jsonl.write,
    Format.MARKDOWN: documents.write,
}
MOST = 5000


@dataclass(frozen=True, slots=True)
class Arrival:
    """What one record of a file does; `changed` names the members that differ from the newest version."""

    line: int
    entry: str
    question: str
    new: bool
    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """`saved`: whether it was done. With troubles nothing is."""

    arrivals: tuple[Arrival, ...]
    goldens: tuple[GoldenArrival, ...]
    troubles: tuple[Trouble, ...]
    saved: bool


class Exchange:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def export(self, form: Format) -> str:
        """The newest versions of all entries but archived ones, and the golden questions but those of archived ones."""
        async with self._pool.connection() as connection:
            found = await repository.all_newest(connection)
            goldens = await gate.goldens(connection)
        entries = {entry.id: entry.content for entry in found if entry.status is not Status.ARCHIVED}
        return WRITERS[form](entries, [each for each in goldens if each.expected in (None, *entries)])

    async def take_in(self, form: Format, text: str, *, dry_run: bool, author: str | None) -> Report:
        parsed = READERS[form](text.removeprefix("\ufeff"))
        records, troubles = parsed.entries, parsed.troubles
        if len(records) > MOST:
            troubles = [Trouble(1, f"{len(records)} entries; at most {MOST} come in at once"), *troubles]
        async with self._pool.connection() as connection:
            await repository.lock_all(connection)
            present = {entry.id: entry for entry in await repository.all_newest(connection)}
            named = _named(records, present)
            arrivals = [_arrival(entry, each, present.get(entry)) for entry, each in named.items()]
            known = await gate.goldens(connection)
            goldens = asked.arrivals(parsed.goldens, known)
            troubles += [*_clashes(named, present), *asked.clashes(goldens, {*named, *present}, len(known))]
            changes = any(each.new or each.changed for each in arrivals) or any(
                each.new or each.changed for each in goldens
            )
            saved = changes and not dry_run and not troubles
            if saved:
                await _save(connection, named, present, goldens, author=author)
        return Report(tuple(arrivals), tuple(goldens), tuple(sorted(troubles, key=lambda each: each.line)), saved)


def _named(records: list[Record], present: dict[str, Entry]) -> dict[str, Record]:
    """By id. A record without one is the entry with its question, or a new one named after it."""
    asked = {(entry.content.language, normalised(entry.content.question)): entry.id for entry in present.values()}
    named = {record.entry: record for record in records if record.entry is not None}
    for record in records:
        if record.entry is not None:
            continue
        content = record.content
        known = asked.get((content.language, normalised(content.question)))
        name = known or slug(content.question)
        number = 2
        while name in named or (not known and name in present):
            name, number = f"{slug(content.question)[:70]}-{number}", number + 1
        named[name] = record
    return named


def _arrival(entry: str, record: Record, present: Entry | None) -> Arrival:
    changed = (
        tuple(
            field.name
            for field in fields(Content)
            if getattr(record.content, field.name) != getattr(present.content, field.name)
        )
        if present
        else ()
    )
    return Arrival(record.line, entry, record.content.question, present is None, changed)


def _clashes(named: dict[str, Record], present: dict[str, Entry]) -> list[Trouble]:
    """One question belongs to one entry; what is related exists, in the file or before, be it in the archive."""
    standing = {entry: (each.content, 0) for entry, each in present.items() if each.status is not Status.ARCHIVED}
    standing |= {entry: (each.content, each.line) for entry, each in named.items()}
    known = {*named, *present}
    asked: dict[tuple[str, str], list[str]] = {}
    for entry, (content, _) in standing.items():
        asked.setdefault((content.language, normalised(content.question)), []).append(entry)
    found = []
    for entry, record in named.items():
        content = record.content
        found += [
            Trouble(record.line, f"question: is the question of {other} already")
            for other in asked[content.language, normalised(content.question)]
            if other != entry and overlap(content, standing[other][0]) and standing[other][1] <= record.line
        ]
        missing = [each for each in content.related if each not in known or each == entry]
        if missing:
            found.append(Trouble(record.line, f"related: names {missing[0]}, which is no other entry"))
    return found


async def _save(
    connection: Connection,
    named: dict[str, Record],
    present: dict[str, Entry],
    goldens: Sequence[GoldenArrival],
    *,
    author: str | None,
) -> None:
    count = 0
    for entry, record in named.items():
        before = present.get(entry)
        if before and before.content == record.content:
            continue
        number = before.version + 1 if before else 1
        if before is None:
            await repository.insert(connection, entry)
        await repository.save(connection, entry, number, record.content, author=author, note="imported")
        count += 1
    questions = await asked.save(connection, goldens, author=author)
    note = f"{count} drafts and {questions} golden questions from a file"
    await log.record(connection, "import", author=author, note=note)
