from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar
from uuid import UUID

from api.conversations.models import Event
from api.conversations.service import ConversationService
from api.curation.schemas import Content, Entry, SavedEntry
from api.curation.service import CurationService, is_stale
from api.insight.masking import as_phrasing, masked
from api.insight.questions import repository
from api.insight.questions.models import Gap, Line, Overview, Settled, Suggestion
from api.insight.questions.sorter import Sorter
from api.staff.models import Staff
from common.problems import Problem

T = TypeVar("T")

GAPS = 50
SUGGESTIONS = 30
NEAR = 5  # texts beside an entry
TEXTS = 3  # of one gap
ATTEMPTS = 3  # at adding a phrasing while others save the same entry
LONGEST_LOG = 400  # events of a conversation that are shown
TOLD_BY_SHOP = "The assistant told what the shop's systems say about this customer."


class UnknownGap(Problem):
    """Answers 404."""

    def __init__(self) -> None:
        super().__init__(404, "not_found", "There is no such group of questions any more.")


class QuestionService:
    """What customers asked in vain, and what curators make of it."""

    def __init__(self, conversations: ConversationService, sorter: Sorter, curation: CurationService) -> None:
        self._conversations = conversations
        self._sorter = sorter
        self._curation = curation

    async def overview(self, which: str = "open") -> Overview:
        """`which`: open, settled or dismissed. What came in just now is sorted first, if the FAQ service answers."""
        with suppress(Problem):
            await self._sorter.sort()
        async with self._conversations.reading() as connection:
            gaps = await repository.gaps(connection, which, GAPS)
            suggestions = await repository.suggestions(connection, SUGGESTIONS) if which == "open" else []
            unsorted = await repository.count_unsorted(connection)
        return Overview(gaps, await self._news(suggestions), unsorted)

    async def missing(self, entry: str | None, content: Content) -> list[str]:
        """Phrasings that an entry, as it stands in the form, may be missing. Raises a 503 Problem.

        They are what customers chose it for, and what they asked in vain that was nearest to it or that means the same
        as one of its texts.
        """
        asked = [text for text in (content.question, *content.phrasings) if text]
        async with self._conversations.reading() as connection:
            chosen = await repository.suggestions(connection, NEAR, entry) if entry else []
            gaps = await repository.gaps(connection, "open", GAPS)
        alike = await self._sorter.like(asked, content.language, [gap.id for gap in gaps]) if asked and gaps else set()
        texts = [each.text for each in chosen]
        texts += [
            text
            for gap in gaps
            if gap.id in alike or (entry and gap.near[:1] == [entry])
            for text, _ in gap.texts[:TEXTS]
        ]
        known = {text.lower() for text in asked}
        phrasings = dict.fromkeys(as_phrasing(text) for text in texts)
        return [text for text in phrasings if text and text.lower() not in known][:NEAR]

    async def gap(self, gap_id: int) -> Gap:
        """As it stands, whatever was made of it. Raises UnknownGap."""
        async with self._conversations.reading() as connection:
            for which in ("open", "settled", "dismissed"):
                if found := await repository.gaps(connection, which, 1, gap_id):
                    return found[0]
        raise UnknownGap

    async def add_phrasing(self, gap_id: int, entry: str, phrasings: list[str], curator: Staff) -> SavedEntry | Entry:
        """Save the entry with more ways to ask it, as a draft. Raises the FAQ service's problems, UnknownGap."""
        await self.gap(gap_id)
        saved = await self._with_phrasings(entry, phrasings, curator)
        await self._settle(gap_id, Settled.PHRASING, curator, entry)
        return saved

    async def start_draft(self, gap_id: int, curator: Staff) -> Gap:
        """The curator writes an entry for it: what to begin with."""
        gap = await self.gap(gap_id)
        await self._settle(gap_id, Settled.DRAFT, curator, None)
        return gap

    async def dismiss(self, gap_id: int, curator: Staff) -> None:
        """Not ours to answer: what else is asked like this stays out of the list."""
        await self._settle(gap_id, Settled.DISMISSED, curator, None)

    async def reopen(self, gap_id: int, curator: Staff) -> None:
        await self._settle(gap_id, None, curator, None)

    async def accept_suggestion(self, entry: str, text: str, phrasing: str, curator: Staff) -> SavedEntry | Entry:
        saved = await self._with_phrasings(entry, [phrasing], curator)
        await self._settle_suggestion(entry, text, curator)
        return saved

    async def dismiss_suggestion(self, entry: str, text: str, curator: Staff) -> None:
        await self._settle_suggestion(entry, text, curator)

    async def transcript(self, conversation_id: UUID) -> list[Line]:
        """What was said around a question, without what could name the customer. 404 where none was asked."""
        async with self._conversations.reading() as connection:
            if not await repository.asked_in(connection, conversation_id):
                raise Problem(404, "not_found", "There is no question of this conversation to look at.")
            conversation = await self._conversations.get(connection, conversation_id)
            events = await self._conversations.events(connection, conversation_id, limit=LONGEST_LOG)
        names = [name for name in (conversation.customer_name, conversation.first_name) if name]
        return [_line(event, names) for event in events if event.type == "message"]

    async def _with_phrasings(self, entry: str, phrasings: list[str], curator: Staff) -> SavedEntry | Entry:
        async def once() -> SavedEntry | Entry:
            current = await self._curation.entry(entry)
            known = {current.question.lower(), *(phrasing.lower() for phrasing in current.phrasings)}
            new = [phrasing for phrasing in dict.fromkeys(phrasings) if phrasing.lower() not in known]
            if not new:
                return current
            content = current.model_copy(update={"phrasings": [*current.phrasings, *new]})
            return await self._curation.save(entry, _content(content), current.version, curator)

        return await _again_if_stale(once)

    async def _news(self, suggestions: list[Suggestion]) -> list[Suggestion]:
        """Those that the entry is not asked with already."""
        if not suggestions:
            return []
        asked = {
            entry.id: {text.lower() for text in (entry.question, *entry.phrasings)}
            for entry in await self._curation.entries()
        }
        return [each for each in suggestions if each.entry in asked and each.text.lower() not in asked[each.entry]]

    async def _settle(self, gap_id: int, how: Settled | None, curator: Staff, entry: str | None) -> None:
        async with self._conversations.transaction() as connection:
            if not await repository.settle(connection, gap_id, how, by=curator.name, entry=entry):
                raise UnknownGap

    async def _settle_suggestion(self, entry: str, text: str, curator: Staff) -> None:
        async with self._conversations.transaction() as connection:
            await repository.settle_suggestion(connection, entry, text, by=curator.name)


async def _again_if_stale(save: Callable[[], Awaitable[T]]) -> T:
    """Somebody else may save the entry between our reading and saving it."""
    for _ in range(ATTEMPTS - 1):
        try:
            return await save()
        except Problem as problem:
            if not is_stale(problem):
                raise
    return await save()


def _content(entry: Content) -> Content:
    """The entry's content alone."""
    return Content(**entry.model_dump(include=set(Content.model_fields)))


def _line(event: Event, names: list[str]) -> Line:
    source = event.body.get("source") or {}
    text = str(event.body.get("text") or "")
    if event.author == "bot" and source.get("kind") == "backend":
        text = TOLD_BY_SHOP
    faq = source if source.get("kind") == "faq" else {}
    return Line(event.seq, event.author, masked(text, names), event.at, faq.get("entry"), faq.get("version"))
