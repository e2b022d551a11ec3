from collections.abc import Sequence

from common.database import Pool
from faq.audit import log
from faq.entries import repository as entries
from faq.entries.validation import MAX_QUESTION, wrong_language
from faq.errors import EntryExists, EntryNotFound, InvalidEntry
from faq.gate import repository
from faq.gate.models import Golden

MOST = 500  # each is asked twice at every publication


def cleaned_golden(text: str, language: str | None) -> tuple[str, str | None]:
    """As they are kept. Raises InvalidEntry."""
    text, language = " ".join(text.split()), (language or "").strip() or None
    if not text or len(text) > MAX_QUESTION:
        raise InvalidEntry({"text": f"is empty or longer than {MAX_QUESTION} characters"})
    if language and (problem := wrong_language(language)):
        raise InvalidEntry({"language": problem})
    return text, language


class Goldens:
    """The questions that must go on to be answered rightly."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def all(self) -> Sequence[Golden]:
        async with self._pool.connection() as connection:
            return await repository.goldens(connection)

    async def add(self, text: str, expected: str | None, language: str | None, *, author: str | None) -> Golden:
        text, language = cleaned_golden(text, language)
        async with self._pool.connection() as connection:
            if expected is not None and await entries.unknown_ids(connection, [expected]):
                raise InvalidEntry({"expected": f"names {expected}, which does not exist"})
            if await repository.count(connection) >= MOST:
                raise InvalidEntry({"text": f"would be more than {MOST} golden questions"})
            golden = await repository.add(connection, text, expected, language, author=author)
            if golden is None:
                raise EntryExists("This question is golden already.")
            await log.record(connection, "golden_added", author=author, entry=expected, note=text)
        return golden

    async def remove(self, golden: int, *, author: str | None) -> None:
        async with self._pool.connection() as connection:
            gone = await repository.remove(connection, golden)
            if gone is None:
                raise EntryNotFound(f"There is no golden question {golden}.")
            await log.record(connection, "golden_removed", author=author, entry=gone.expected, note=gone.text)
