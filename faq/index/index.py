from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from copy import copy
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from faq.encoder.ports import Views
from faq.entries.models import Published
from faq.entries.visibility import Visibility
from faq.index.background import general_questions
from faq.index.bank import Bank
from faq.index.decision import Match, Thresholds
from faq.index.features import Evidence
from faq.index.locales import Fallbacks, Locales, primary
from faq.index.regression import LARGE
from faq.index.scoring import Scorer, transferred
from faq.index.wording import Wording

_AT_ONCE = 150_000  # phrasings times entries up to which all of an index is trained before it follows another one
_WARM_STEPS = 10
_ALIKE = 0.02  # share of entries that came, changed or went, up to which the others' shapes serve until it has adapted


@dataclass(frozen=True, slots=True)
class Nearest:
    """The live phrasing that is nearest to a text; `similarity` is a cosine."""

    entry: str
    phrasing: str
    similarity: float


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What would be answered to a phrasing of `entry` if it had not been written."""

    entry: Published
    text: str
    match: Match


class Index:
    """An immutable picture of what is published. Rows are phrasings, each entry's rows together."""

    thresholds: Thresholds

    def __init__(
        self,
        entries: Sequence[Published],
        views: Views,
        passages: Views,
        thresholds: Thresholds,
        dimension: int,
        *,
        general: Views | None = None,
        after: "Index | None" = None,
        fallbacks: Fallbacks | None = None,
    ) -> None:
        self.entries = entries
        self.visibility = Visibility(entries)
        self._texts = [text for entry in entries for text in entry.content.asked]
        self._views, self._passages, self._dimension = views, passages, dimension
        self._vectors = views[:, :dimension]
        self._owner = np.array([row for row, entry in enumerate(entries) for _ in entry.content.asked], dtype=np.intp)
        self._locales = Locales(entries, fallbacks or Fallbacks({}))
        self.thresholds = thresholds if after is None else after.thresholds
        known = np.zeros((0, views.shape[1]), np.float32) if general is None else general
        self._wording = Wording(self._texts, views[:, dimension:], known[:, dimension:], len(entries))
        asked = general_questions() if len(known) else ()
        self._general = known[:, :dimension], self._wording.vectors(asked, known[:, dimension:])
        self._scorer = self._first_scorer(after) if entries else None

    @classmethod
    def of(
        cls,
        entries: Sequence[Published],
        views: Mapping[str, Views],
        thresholds: Thresholds,
        dimension: int,
        *,
        general: Views | None = None,
        after: "Index | None" = None,
        fallbacks: Fallbacks | None = None,
    ) -> "Index":
        """What an earlier index learned serves until this one has adapted. `general`: of `general_questions`.

        `dimension`: of what a text means, which is the first part of its view. The question's view stands for that of a
        passage that has none.
        """
        none = np.zeros((0, dimension), np.float32) if general is None else general[:0]
        contents = [entry.content for entry in entries]
        asked, passages = (
            np.stack(rows).astype(np.float32, copy=False) if rows else none
            for rows in (
                [views[text] for content in contents for text in content.asked],
                [views.get(content.passage, views[content.question]) for content in contents],
            )
        )
        return cls(entries, asked, passages, thresholds, dimension, general=general, after=after, fallbacks=fallbacks)

    def _first_scorer(self, after: "Index | None") -> Scorer:
        """Ready at once: trained a little where that takes no time."""
        bank = Bank(self._vectors, self._wording.own, self._owner, self._passages[:, : self._dimension])
        if after is not None and after._scorer is not None:  # noqa: SLF001 - of the same class
            return self._following(after, after._scorer, bank)  # noqa: SLF001
        evidence = Evidence.of(bank, self._general)
        return Scorer.of(evidence.trained() if bank.work <= LARGE else evidence, transferred())

    def _following(self, after: "Index", before: Scorer, bank: Bank) -> Scorer:
        """With what `before`, that of `after`, has learned."""
        rows = {entry.id: row for row, entry in enumerate(after.entries)}
        kept = [(row, rows[entry.id]) for row, entry in enumerate(self.entries) if entry.id in rows]
        same = {row for row, its in kept if self.entries[row].content.asked == after.entries[its].content.asked}
        fresh = np.array([row for row in range(bank.entries) if row not in same], dtype=np.intp)
        alike = len(fresh) + len(after.entries) - len(kept) <= _ALIKE * bank.entries
        evidence = before.evidence.edited(bank, fresh) if alike else Evidence.of(bank, self._general)
        evidence = evidence.resumed(before.evidence, kept)
        evidence = evidence.trained(_WARM_STEPS) if bank.work <= _AT_ONCE else evidence.placed(fresh)
        return Scorer.of(evidence, before.weights)

    def adapted(self) -> "Index":
        """The same index, trained, with weights and thresholds learned from its phrasings.

        Takes seconds: for a worker thread.
        """
        if self._scorer is None:
            return self
        index = copy(self)
        index._scorer, asked = self._scorer.adapted(self._general)  # noqa: SLF001 - of the copy
        index.thresholds = self.thresholds.base() if asked is None else self.thresholds.fitted(asked)
        return index

    @property
    def phrasings(self) -> int:
        return len(self._texts)

    def views_by_text(self) -> dict[str, Views]:
        passages = [entry.content.passage for entry in self.entries]
        return dict(zip([*passages, *self._texts], [*self._passages, *self._views], strict=True))

    def match(
        self,
        text: str,
        view: Views,
        *,
        language: str | None = None,
        shown: int = 3,
        hidden: AbstractSet[int] = frozenset(),
    ) -> Match:
        """`language` narrows to entries of that language and those that it falls back on, where there are any.

        `hidden`: rows that do not exist for who asks (`visibility`).
        """
        if self._scorer is None:
            return self.thresholds.decide((), scope=0.0)
        allowed = self._locales.allowed(language, hidden)
        vector, inner = view[: self._dimension], view[self._dimension :]
        ranked, scope = self._scorer.rank(vector, self._wording.vectors([text], inner[None])[0], allowed, shown)
        if not text.strip():  # its vector is that of nothing, but near something
            ranked, scope = [(row, 0.0) for row, _ in ranked], 0.0
        return self.thresholds_for(language, ranked).decide(
            tuple((self.entries[row], probability) for row, probability in ranked), scope=scope
        )

    def thresholds_for(self, language: str | None, ranked: Sequence[tuple[int, float]]) -> Thresholds:
        """`ranked`: rows of entries, the best first."""
        crossing = language is not None and ranked and self._locales.of_row(ranked[0][0]) != primary(language)
        return self.thresholds.crossing() if crossing else self.thresholds

    def without_itself(
        self, hidden: Callable[[Published], AbstractSet[int]], only: AbstractSet[str] | None = None
    ) -> Iterator[LeftOut]:
        """Every phrasing, or those in `only`, asked with itself left out.

        `hidden`: rows that do not exist for those whom an entry is for. Entries with a single phrasing are not asked.
        """
        if self._scorer is None:
            return
        rows = self._askable()
        if only is not None:
            rows = np.array([row for row in rows if self._texts[row] in only], dtype=np.intp)
        owners = [self.entries[self._owner[row]] for row in rows]
        allowed = [self._locales.allowed(entry.content.language, hidden(entry)) for entry in owners]
        ranked = self._scorer.rank_without_itself(rows, allowed, shown=3)
        for row, entry, (best, scope) in zip(rows, owners, ranked, strict=True):
            candidates = tuple((self.entries[each], probability) for each, probability in best)
            yield LeftOut(entry, self._texts[row], self.thresholds.decide(candidates, scope=scope))

    def _askable(self) -> NDArray[np.intp]:
        """Phrasings that are not their entry's only one."""
        return np.flatnonzero(np.bincount(self._owner)[self._owner] > 1)

    def nearness(self, views: Views) -> dict[str, float]:
        """Of each phrasing: the cosine of the nearest of these."""
        near = (self._vectors @ views[:, : self._dimension].T).max(axis=1)
        return dict(zip(self._texts, near.tolist(), strict=True))

    def nearest(self, views: Views, *, language: str, but: str) -> list[Nearest | None]:
        """For each view the nearest phrasing of another entry than `but`, in this language."""
        wanted = primary(language)
        allowed = np.array([each.id != but and primary(each.content.language) == wanted for each in self.entries], bool)
        if not allowed.any():
            return [None] * len(views)
        rows = np.flatnonzero(allowed[self._owner])
        cosines = views[:, : self._dimension] @ self._vectors[rows].T
        best = cosines.argmax(axis=1)
        return [
            Nearest(self.entries[self._owner[rows[column]]].id, self._texts[rows[column]], float(line[column]))
            for line, column in zip(cosines, best, strict=True)
        ]

    def why(self, match: Match, language: str | None = None) -> str:
        """One sentence for curators."""
        rows = [(self.entries.index(each.entry), each.probability) for each in match.candidates[:1]]
        return self.thresholds_for(language, rows).why(match)

    def nearest_of(self, entry: str, view: Views, shown: int = 3) -> list[Nearest]:
        """The phrasings of one entry that are nearest to a text."""
        rows = [row for row, own in enumerate(self._owner) if self.entries[own].id == entry]
        cosines = self._vectors[rows] @ view[: self._dimension]
        best = np.argsort(-cosines)[:shown]
        return [Nearest(entry, self._texts[rows[place]], float(cosines[place])) for place in best]
