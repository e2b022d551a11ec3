from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Status(StrEnum):
    DRAFT = "draft"  # never published
    PUBLISHED = "published"
    UNPUBLISHED = "unpublished"  # was live once


@dataclass(frozen=True, slots=True)
class Content:
    """What a curator writes. `language` is a BCP 47 tag such as `en` or `pt-BR`."""

    question: str
    phrasings: tuple[str, ...]
    answer: str
    category: str | None = None
    language: str = "en"

    @property
    def asked(self) -> tuple[str, ...]:
        """Every way to ask it, the question first, without repeats."""
        return tuple(dict.fromkeys((self.question, *self.phrasings)))


@dataclass(frozen=True, slots=True)
class Published:
    """One live entry as the index holds it."""

    id: str
    version: int
    content: Content

    @property
    def question(self) -> str:
        return self.content.question

    @property
    def answer(self) -> str:
        return self.content.answer

    @property
    def category(self) -> str | None:
        return self.content.category


@dataclass(frozen=True, slots=True)
class Entry:
    """One version of an entry, with where the entry stands. `latest` above `live`: there are unpublished changes."""

    id: str
    version: int
    content: Content
    status: Status
    latest: int
    live: int | None
    saved_at: datetime
    author: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class NearDuplicate:
    """A text that an entry of another answer is asked with nearly the same words; `similarity` is a cosine."""

    text: str
    entry: str
    phrasing: str
    similarity: float
