"""What the FAQ service says of entries (`docs/reference/internal.md`), and what curators send."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import Base64Bytes, BaseModel, Field

Status = Literal["draft", "review", "published", "unpublished", "archived"]
Decision = Literal["answer", "clarify", "abstain"]
Audience = Literal["everyone", "signed_in", "tier"]
EntryId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$")]


class SkillButton(BaseModel):
    """Stands below the answer and starts `skill`, one of `GET /v1/faq/skills`."""

    title: str
    skill: str


class Content(BaseModel):
    """`answer` is Markdown: paragraphs, lists, bold, italic, links; `{name}` is filled from the shop's rules.

    `translates` names the entry that says the same in another language.
    `valid_from` and `valid_until` are the first and the last day. `tiers` are for the audience `tier`.
    """

    question: str = ""
    phrasings: list[str] = []
    answer: str = ""
    category: str | None = None
    language: str = "en"
    tags: list[str] = []
    valid_from: date | None = None
    valid_until: date | None = None
    audience: Audience = "everyone"
    tiers: list[str] = []
    related: list[str] = []
    button: SkillButton | None = None
    translates: str | None = None


class NewEntry(Content):
    """Without an `id`, one is made of the question."""

    id: EntryId | None = None


class ChangedEntry(Content):
    """`expected_version` is the version that was edited: 409 if somebody saved another one since."""

    expected_version: int


class Change(BaseModel):
    expected_version: int | None = None


class PublishChange(Change):
    """`override`: why golden questions may break."""

    override: Annotated[str, Field(min_length=1, max_length=500)] | None = None


class Noted(Change):
    note: Annotated[str, Field(max_length=500)] | None = None


class RollBack(Change):
    version: int


class Entry(Content):
    """`version` is the shown one; `latest` above `live` means that there are unpublished changes."""

    id: str
    version: int
    status: Status
    latest: int
    live: int | None
    saved_at: datetime
    author: str | None = None
    note: str | None = None
    review: int | None = None

    @property
    def publishable(self) -> bool:
        """Whether its newest version is one that customers don't get."""
        return self.status != "archived" and self.live != self.latest

    @property
    def unpublished_changes(self) -> bool:
        return self.live is not None and self.latest > self.live


class NearDuplicate(BaseModel):
    """Customers ask `entry` with nearly the same words as `text`."""

    text: str
    entry: str
    phrasing: str
    similarity: float


class SavedEntry(Entry):
    warnings: list[NearDuplicate] = []


class EntryList(BaseModel):
    entries: list[Entry]


class RelatedEntry(BaseModel):
    entry: str
    question: str


class Candidate(BaseModel):
    entry: str
    version: int
    question: str
    probability: float
    answer: str
    category: str | None = None
    button: SkillButton | None = None
    related: list[RelatedEntry] = []


class NearestPhrasing(BaseModel):
    """`similarity` is a cosine."""

    phrasing: str
    similarity: float


class TriedCandidate(Candidate):
    nearest: list[NearestPhrasing]


class Withheld(BaseModel):
    """An entry that is for others, or for other days."""

    entry: str
    question: str
    probability: float
    audience: Audience


class Trial(BaseModel):
    """What the FAQ would say to a question: answer with the first candidate, ask which one, or neither.

    `scope`: the probability that any entry answers it; `why` the decision is as it is.
    """

    decision: Decision
    probability: float
    scope: float
    why: str
    candidates: list[TriedCandidate]
    withheld: list[Withheld]


class Asker(BaseModel):
    """Whose question is tried."""

    language: str | None = None
    signed_in: bool = False
    tier: str = ""


class Near(BaseModel):
    """A phrasing of a live entry that says nearly the same as `text`; `answer` where the entry's is another one."""

    text: str
    entry: str
    phrasing: str
    similarity: float
    answer: str | None


class Given(BaseModel):
    """What a customer gets: the first candidate, and where it is a choice all that it holds."""

    decision: Decision
    entry: str | None
    probability: float
    offered: list[str]


class Pull(BaseModel):
    """Had it not been written, customers who ask `text` would get this."""

    text: str
    given: Given


class Hints(BaseModel):
    """`same_question`: entries, published or not, that ask exactly this of the same customers."""

    same_question: list[str]
    near: list[Near]
    pulls: list[Pull]


class Draft(Content):
    """An entry as it is being written; `entry` is its id where it was saved before."""

    entry: EntryId | None = None


class Skill(BaseModel):
    """`label` says what it does, for the curator."""

    name: str
    label: str


class SkillList(BaseModel):
    skills: list[Skill]


class Reading(BaseModel):
    """An answer as customers read it: `text` where there is only text, `rich` in the widget."""

    text: str
    rich: list[dict[str, Any]]
    unknown: list[str] = []


class Embedding(BaseModel):
    """`vectors`: little-endian float32 of the encoder `model`, one a text."""

    vectors: list[Base64Bytes]
    model: str
