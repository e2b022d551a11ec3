import re
import time
from dataclasses import dataclass

from api.curation.client import FaqClient
from api.curation.schemas import Content, Entry, SavedEntry, Trial
from api.staff.models import Staff
from backends.errors import BackendError
from backends.ports import PolicySource
from common.problems import Problem

PLACEHOLDER = re.compile(r"\{\{ ?([a-z][a-z0-9_]*) ?\}\}")


@dataclass(frozen=True, slots=True)
class Publication:
    """`milliseconds` from the curator's wish until customers get the answer."""

    entry: Entry
    milliseconds: int


class CurationService:
    """What curators do with the FAQ: the FAQ service keeps the entries, the shop knows the placeholders' values."""

    def __init__(self, faq: FaqClient, policies: PolicySource) -> None:
        self._faq = faq
        self._policies = policies

    async def entries(self, *, query: str = "", category: str = "", status: str = "") -> list[Entry]:
        """By category and id; `query` is looked for in id, question, phrasings and answer, every word of it."""
        wanted = query.lower().split()
        found = [
            entry
            for entry in await self._faq.entries()
            if category in ("", entry.category or "")
            and _has_status(entry, status)
            and all(word in _searched(entry) for word in wanted)
        ]
        return sorted(found, key=lambda entry: (entry.category or "", entry.id))

    async def categories(self) -> list[str]:
        return sorted({entry.category for entry in await self._faq.entries() if entry.category})

    async def entry(self, entry: str) -> Entry:
        return await self._faq.entry(entry)

    async def versions(self, entry: str) -> list[Entry]:
        """Newest first."""
        return sorted(await self._faq.versions(entry), key=lambda version: -version.version)

    async def create(self, entry: str | None, content: Content, curator: Staff) -> SavedEntry:
        return await self._faq.create(entry, content, author=curator.name)

    async def save(self, entry: str, content: Content, expected_version: int, curator: Staff) -> SavedEntry:
        return await self._faq.save(entry, content, expected_version=expected_version, author=curator.name)

    async def publish(self, entry: str, expected_version: int | None, curator: Staff) -> Publication:
        """The service answers once its own index has taken the entry up."""
        started = time.perf_counter()
        published = await self._faq.publish(entry, expected_version=expected_version, author=curator.name)
        return Publication(published, round((time.perf_counter() - started) * 1000))

    async def unpublish(self, entry: str, expected_version: int | None, curator: Staff) -> Entry:
        return await self._faq.unpublish(entry, expected_version=expected_version, author=curator.name)

    async def roll_back(self, entry: str, version: int, expected_version: int | None, curator: Staff) -> Publication:
        started = time.perf_counter()
        live = await self._faq.roll_back(entry, version, expected_version=expected_version, author=curator.name)
        return Publication(live, round((time.perf_counter() - started) * 1000))

    async def try_out(self, text: str, language: str | None = None) -> Trial:
        """Answers come with their placeholders filled, as a customer would read them."""
        trial = await self._faq.understand(text, language)
        facts = await self.facts() or {}
        filled = [each.model_copy(update={"answer": fill(each.answer, facts)}) for each in trial.candidates]
        return trial.model_copy(update={"candidates": filled})

    async def facts(self) -> dict[str, str] | None:
        """What each placeholder says now; None while the shop can't be asked."""
        try:
            return dict((await self._policies.policies()).facts)
        except BackendError:
            return None


def fill(answer: str, facts: dict[str, str]) -> str:
    """A placeholder without a value stays as it is."""
    return PLACEHOLDER.sub(lambda match: facts.get(match[1], match[0]), answer)


def unknown_placeholders(answer: str, facts: dict[str, str] | None) -> list[str]:
    """Those that the shop has no value for; none are known to be unknown while the shop can't be asked."""
    return sorted(set(PLACEHOLDER.findall(answer)) - set(facts)) if facts is not None else []


def is_stale(problem: Problem) -> bool:
    return problem.code == "stale_version"


def _has_status(entry: Entry, status: str) -> bool:
    return status in ("", entry.status) or (status == "changed" and entry.unpublished_changes)


def _searched(entry: Entry) -> str:
    return " ".join((entry.id, entry.question, *entry.phrasings, entry.answer)).lower()
