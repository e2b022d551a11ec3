from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache

from common.markdown import plain, read

_PASSAGE = 300  # characters: what an entry is about is said by then
READ_WITH = 5  # phrasings up to which an answer helps to find its entry: more of them say as much themselves


class Status(StrEnum):
    DRAFT = "draft"  # never published
    REVIEW = "review"  # never published, and somebody is asked to look at it
    PUBLISHED = "published"
    UNPUBLISHED = "unpublished"  # was live once
    ARCHIVED = "archived"  # put away


class Audience(StrEnum):
    EVERYONE = "everyone"
    SIGNED_IN = "signed_in"
    TIER = "tier"  # customers of one of the entry's tiers


@dataclass(frozen=True, slots=True)
class Button:
    """Stands below an answer and starts `skill`, one of `skills.SKILLS`."""

    title: str
    skill: str


@dataclass(frozen=True, slots=True)
class Content:
    """What a curator writes. `language` is a BCP 47 tag such as `en` or `pt-BR`; dates are the first and last day.

    `translates`: the entry that says the same in another language; who asks in ours is not given that one.
    """

    question: str
    phrasings: tuple[str, ...]
    answer: str
    category: str | None = None
    language: str = "en"
    tags: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_until: date | None = None
    audience: Audience = Audience.EVERYONE
    tiers: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    button: Button | None = None
    translates: str | None = None

    @property
    def asked(self) -> tuple[str, ...]:
        """Every way to ask it, the question first, without repeats."""
        return tuple(dict.fromkeys((self.question, *self.phrasings)))

    @property
    def passage(self) -> str:
        """What question and answer say together, the beginning of it; the question alone beside many phrasings."""
        return passage(self.question, self.answer) if len(self.asked) <= READ_WITH else self.question

    def embedded(self, *, passages: bool) -> tuple[str, ...]:
        """Texts whose vectors an index needs; `passages` as the encoder has it."""
        return (*self.asked, self.passage) if passages else self.asked


@lru_cache(16_384)
def passage(question: str, answer: str) -> str:
    return f"{question} {plain(read(answer), ' ')}"[:_PASSAGE]


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
    """One version of an entry, with where the entry stands. `latest` above `live`: there are unpublished changes.

    `review`: the version that somebody asked others to look at.
    """

    id: str
    version: int
    content: Content
    status: Status
    latest: int
    live: int | None
    saved_at: datetime
    author: str | None = None
    note: str | None = None
    review: int | None = None


@dataclass(frozen=True, slots=True)
class NearDuplicate:
    """A text that an entry of another answer is asked with nearly the same words; `similarity` is a cosine."""

    text: str
    entry: str
    phrasing: str
    similarity: float
