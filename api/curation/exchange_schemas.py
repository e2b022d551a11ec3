from typing import Annotated, Literal

from pydantic import BaseModel, Field

ExportFormat = Literal["csv", "jsonl", "markdown"]
ImportFormat = Literal["csv", "jsonl", "markdown", "faqpage"]


class ImportFile(BaseModel):
    """`dry_run`: only say what would happen."""

    format: ImportFormat
    text: Annotated[str, Field(max_length=16 * 1024 * 1024)]
    dry_run: bool = True


class Arrival(BaseModel):
    """What one record does: a new entry, members of an existing one that change, or nothing."""

    line: int
    entry: str
    question: str
    new: bool
    changed: list[str]


class GoldenArrival(BaseModel):
    """What a golden question of the file does: it is new, expects another entry than `before`, or nothing."""

    line: int
    text: str
    expected: str | None
    language: str | None
    new: bool
    changed: bool
    before: str | None


class Trouble(BaseModel):
    """`line` of the file, from 1 on; of a schema.org page the question's number."""

    line: int
    problem: str


class ImportReport(BaseModel):
    """With troubles nothing is saved. Entries are saved as drafts; golden questions hold at once."""

    arrivals: list[Arrival]
    goldens: list[GoldenArrival]
    troubles: list[Trouble]
    saved: bool
