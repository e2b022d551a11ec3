from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import numpy as np

from faq.encoder.ports import Views
from faq.entries.models import Audience, Content, Published
from faq.entries.visibility import STRANGER, Reader
from faq.gate.models import Asked, Collision, Given, Golden, Report
from faq.index.index import Index, LeftOut

_WHOLE = 1_500  # phrasings up to which all are asked; of more, those that are nearest to what changed
_WORK = 800_000  # phrasings times those that are asked then
NEAR = 0.9  # cosine from which two texts are nearly the same words
_FEWEST = 100


def compare(
    live: Index,
    draft: Index,
    changed: AbstractSet[str],
    goldens: Sequence[Golden],
    *,
    views: Mapping[str, Views],
    today: date,
    asks: Callable[[Content], bool] = lambda _: True,
) -> Report:
    """`views` of every text of both pictures and of the golden questions.

    `asks`: whether an entry's phrasings are asked, and compared with each other.
    """
    before = {entry.id: entry for entry in live.entries}
    after = {entry.id: entry for entry in draft.entries}
    moved = {entry for entry in changed if _matched(before.get(entry)) != _matched(after.get(entry))}
    golden = tuple(
        Asked(
            each.text,
            each.expected,
            _given(live, each, before, views, today),
            _given(draft, each, after, views, today),
            golden=each.id,
        )
        for each in goldens
    )
    fresh = frozenset(moved & set(after) - set(before))
    if not moved:
        return Report(0, golden, fresh=fresh, matched=False)
    asked = {entry for entry in moved if any(asks(each[entry].content) for each in (before, after) if entry in each)}
    if not asked:
        return Report(0, golden, fresh=fresh)
    texts = [text for entry in asked if entry in after for text in after[entry].content.asked]
    only = _asked_by(draft, _nearest_to(draft, texts, views), asks)
    return Report(0, golden, _phrasings(live, draft, only, today), _collisions(draft, before, asked, views), fresh)


def _matched(entry: Published | None) -> object:
    """What of an entry decides when it is found."""
    if entry is None:
        return None
    content = entry.content
    said, when = (content.asked, content.passage), (content.valid_from, content.valid_until)
    return (*said, content.language, content.translates, content.audience, content.tiers, *when)


def reader_of(content: Content, today: date) -> tuple[Reader, date]:
    """Somebody, on a day, whom an entry is for."""
    reader = (
        STRANGER
        if content.audience is Audience.EVERYONE
        else Reader(signed_in=True, tier=next(iter(content.tiers), ""))
    )
    return reader, min(max(today, content.valid_from or today), content.valid_until or date.max)


def hidden_from(index: Index, today: date) -> Callable[[Published], AbstractSet[int]]:
    """For an entry, what does not exist for those whom it is for."""
    known: dict[tuple[Reader, date], AbstractSet[int]] = {}

    def hidden(entry: Published) -> AbstractSet[int]:
        reader, day = reader_of(entry.content, today)
        if (reader, day) not in known:
            known[reader, day] = index.visibility.hidden(reader, day)
        return known[reader, day]

    return hidden


def _given(
    index: Index, golden: Golden, entries: Mapping[str, Published], views: Mapping[str, Views], today: date
) -> Given:
    """To somebody whom the expected entry is for."""
    expected = entries.get(golden.expected or "")
    reader, day = reader_of(expected.content, today) if expected else (STRANGER, today)
    hidden = index.visibility.hidden(reader, day)
    return Given.of(index.match(golden.text, views[golden.text], language=golden.language, hidden=hidden))


def _phrasings(live: Index, draft: Index, only: AbstractSet[str] | None, today: date) -> tuple[Asked, ...]:
    def left_out(index: Index) -> list[LeftOut]:
        return list(index.without_itself(hidden_from(index, today), only))

    with ThreadPoolExecutor(2) as side_by_side:
        before, after = side_by_side.map(left_out, (live, draft))
    earlier = {(left.entry.id, left.text): left.match for left in before}
    asked = []
    for left in after:
        match = earlier.get((left.entry.id, left.text))
        asked.append(Asked(left.text, left.entry.id, Given.of(match) if match else None, Given.of(left.match)))
    return tuple(asked)


def _nearest_to(index: Index, texts: Sequence[str], views: Mapping[str, Views]) -> AbstractSet[str] | None:
    """None: all texts of the index. Of a large one, those that the changed texts can matter to."""
    if index.phrasings <= _WHOLE:
        return None
    most = max(_FEWEST, _WORK // index.phrasings)
    if not texts:
        return set()
    near = index.nearness(np.stack([views[text] for text in texts]))
    return set(sorted(near, key=lambda text: -near[text])[:most]) | set(texts)


def _asked_by(index: Index, only: AbstractSet[str] | None, asks: Callable[[Content], bool]) -> AbstractSet[str] | None:
    """Of the texts in `only` those of entries that are asked; None: all texts of the index."""
    if all(asks(entry.content) for entry in index.entries):
        return only
    own = {text for entry in index.entries if asks(entry.content) for text in entry.content.asked}
    return own if only is None else own & only


def _collisions(
    draft: Index, before: Mapping[str, Published], moved: AbstractSet[str], views: Mapping[str, Views]
) -> tuple[Collision, ...]:
    found = []
    answers = {entry.id: entry.answer for entry in draft.entries}
    for entry in (each for each in draft.entries if each.id in moved):
        old = before[entry.id].content.asked if entry.id in before else ()
        texts = [text for text in entry.content.asked if text not in old]
        if not texts:
            continue
        rows = np.stack([views[text] for text in texts])
        for text, near in zip(texts, draft.nearest(rows, language=entry.content.language, but=entry.id), strict=True):
            if near and near.similarity >= NEAR and answers[near.entry] != entry.answer:
                found.append(Collision(text, entry.id, near.entry, near.phrasing, near.similarity))
    return tuple(found)
