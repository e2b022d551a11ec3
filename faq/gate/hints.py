"""What a curator should know while writing, before anything is saved."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from common.database import Pool
from faq.encoder.ports import Views
from faq.engine import Engine
from faq.entries import repository
from faq.entries.models import Content, Published
from faq.entries.validation import cleaned
from faq.entries.visibility import overlap
from faq.gate.comparing import NEAR, hidden_from
from faq.gate.models import Given
from faq.space import Space

UNSAVED = "_"  # no id of an entry looks like this


@dataclass(frozen=True, slots=True)
class Near:
    """A phrasing of a live entry that says nearly the same as `text`; `answer` where the entry's is another one."""

    text: str
    entry: str
    phrasing: str
    similarity: float
    answer: str | None


@dataclass(frozen=True, slots=True)
class Pull:
    """A phrasing that customers would not get this entry with, had it not been written."""

    text: str
    given: Given


@dataclass(frozen=True, slots=True)
class Hints:
    """`same_question`: entries, published or not, that ask exactly this of the same customers."""

    same_question: tuple[str, ...]
    near: tuple[Near, ...]
    pulls: tuple[Pull, ...]


class Advice:
    def __init__(self, pool: Pool, engine: Engine) -> None:
        self._pool = pool
        self._engine = engine
        self._turn = asyncio.Lock()  # curators wait for each other rather than customers for curators

    async def on(self, entry: str | None, content: Content) -> Hints:
        """`entry`: the one that is being changed. Nothing of it is kept, vectors included."""
        content = cleaned(content)
        if not content.question:
            return Hints((), (), ())
        async with self._pool.connection() as connection:
            others = await repository.asked_alike(connection, entry or "", content.question, content.language)
        alike = tuple(other.id for other in others if overlap(content, other.content))
        space = await self._engine.space(content.language)
        known = space.index.views_by_text()
        missing = [text for text in space.embedded(content) if text not in known]
        known |= dict(zip(missing, await space.encoder.many(missing), strict=True))
        async with self._turn:
            return Hints(alike, *await asyncio.to_thread(self._compare, space, entry or UNSAVED, content, known))

    def _compare(
        self, space: Space, entry: str, content: Content, views: dict[str, Views]
    ) -> tuple[tuple[Near, ...], tuple[Pull, ...]]:
        live, today = space.index, self._engine.today()
        others = [each for each in live.entries if each.id != entry]
        draft = space.draft([*others, Published(entry, 0, content)], views)
        answers = {each.id: each.answer for each in others}
        rows = np.stack([views[text] for text in content.asked])
        nearest = draft.nearest(rows, language=content.language, but=entry)
        near = tuple(
            Near(text, each.entry, each.phrasing, each.similarity, _other(answers[each.entry], content.answer))
            for text, each in zip(content.asked, nearest, strict=True)
            if each is not None and each.similarity >= NEAR
        )
        left = draft.without_itself(hidden_from(draft, today), set(content.asked))
        found = [(each.text, Given.of(each.match)) for each in left if each.entry.id == entry]
        return near, _pulls(entry, found)


def _other(theirs: str, ours: str) -> str | None:
    return theirs if theirs != ours else None


def _pulls(entry: str, found: Sequence[tuple[str, Given]]) -> tuple[Pull, ...]:
    """Those that are drawn to another entry; that nothing is found without a phrasing is what it is written for."""
    return tuple(Pull(text, given) for text, given in found if given.decision != "abstain" and not given.fits(entry))
