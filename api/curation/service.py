import time
from dataclasses import dataclass
from typing import Literal

from api.curation.client import FaqClient
from api.curation.exchange_schemas import ExportFormat, ImportFormat, ImportReport
from api.curation.release_schemas import Deed, Golden, NewGolden, Release, Report, Wish
from api.curation.schemas import Asker, Content, Draft, Entry, Hints, Reading, SavedEntry, Skill, Trial
from api.staff.models import Staff
from backends.errors import BackendError
from backends.ports import PolicySource
from common import markdown, placeholders
from common.problems import Problem

Action = Literal["review", "send-back", "archive", "take-up"]


@dataclass(frozen=True, slots=True)
class Publication:
    """`milliseconds` from the curator's wish until customers get the answers."""

    release: int
    report: Report
    milliseconds: int


@dataclass(frozen=True, slots=True)
class RolledBack:
    entry: Entry
    milliseconds: int


class CurationService:
    """What curators do with the FAQ: the FAQ service keeps the entries, the shop knows the placeholders' values."""

    def __init__(self, faq: FaqClient, policies: PolicySource) -> None:
        self._faq = faq
        self._policies = policies

    async def entries(
        self, *, query: str = "", category: str = "", status: str = "", tag: str = "", language: str = ""
    ) -> list[Entry]:
        """By category and id; `query` is looked for in id, question, phrasings and answer, every word of it."""
        wanted = query.lower().split()
        found = [
            entry
            for entry in await self._faq.entries()
            if category in ("", entry.category or "")
            and (not tag or tag in entry.tags)
            and language in ("", entry.language)
            and _has_status(entry, status)
            and all(word in _searched(entry) for word in wanted)
        ]
        return sorted(found, key=lambda entry: (entry.category or "", entry.id))

    async def labels(self) -> tuple[list[str], list[str], list[str]]:
        """(categories, tags, languages) that entries have."""
        entries = await self._faq.entries()
        categories = {entry.category for entry in entries if entry.category}
        tags = {tag for entry in entries for tag in entry.tags}
        return sorted(categories), sorted(tags), sorted({entry.language for entry in entries})

    async def entry(self, entry: str) -> Entry:
        return await self._faq.entry(entry)

    async def chosen(self, entries: list[str]) -> list[Entry]:
        """The newest versions of these; one call, however many they are. Raises Problem."""
        if len(entries) == 1:
            return [await self._faq.entry(entries[0])]
        known = {entry.id: entry for entry in await self._faq.entries()} if entries else {}
        missing = next((entry for entry in entries if entry not in known), None)
        if missing is not None:
            raise Problem(404, "not_found", f"There is no entry {missing}.")
        return [known[entry] for entry in entries]

    async def versions(self, entry: str) -> list[Entry]:
        """Newest first."""
        return sorted(await self._faq.versions(entry), key=lambda version: -version.version)

    async def create(self, entry: str | None, content: Content, curator: Staff) -> SavedEntry:
        return await self._faq.create(entry, content, author=curator.name)

    async def save(self, entry: str, content: Content, expected_version: int, curator: Staff) -> SavedEntry:
        return await self._faq.save(entry, content, expected_version=expected_version, author=curator.name)

    async def check(self, wishes: list[Wish]) -> Report:
        """What publishing the newest versions would change for customers."""
        return await self._faq.check(wishes)

    async def publish(self, wishes: list[Wish], curator: Staff, override: str | None = None) -> Publication:
        """The service answers once its own index has taken the entries up.

        Raises Problem for unknown placeholders, and `gate_closed` with the report where golden questions would break
        and no `override` says why they may.
        """
        started = time.perf_counter()
        for entry in await self.chosen([wish.entry for wish in wishes]):
            await self._check_placeholders(entry)
        published = await self._faq.publish(wishes, author=curator.name, override=override)
        return Publication(published.release, published.report, _milliseconds_since(started))

    async def unpublish(self, entry: str, expected_version: int | None, curator: Staff) -> Entry:
        return await self._faq.unpublish(entry, expected_version=expected_version, author=curator.name)

    async def act(
        self, entry: str, action: Action, expected_version: int | None, curator: Staff, note: str | None = None
    ) -> Entry:
        """Give for review, send back, archive, take up again."""
        return await self._faq.act(
            entry, action, expected_version=expected_version, author=curator.name, note=note or None
        )

    async def roll_back(self, entry: str, version: int, expected_version: int | None, curator: Staff) -> RolledBack:
        started = time.perf_counter()
        live = await self._faq.roll_back(entry, version, expected_version=expected_version, author=curator.name)
        return RolledBack(live, _milliseconds_since(started))

    async def releases(self, before: int | None = None, limit: int = 30) -> list[Release]:
        """Newest first."""
        return await self._faq.releases(before=before, limit=limit)

    async def restore(self, release: int, curator: Staff) -> int:
        """Make live what was live right after a release; the number of the release that does it."""
        return (await self._faq.restore(release, author=curator.name)).release

    async def audit(self, entry: str | None = None, before: int | None = None, limit: int = 50) -> list[Deed]:
        """Newest first."""
        return await self._faq.audit(entry=entry, before=before, limit=limit)

    async def goldens(self) -> list[Golden]:
        return await self._faq.goldens()

    async def add_golden(self, golden: NewGolden, curator: Staff) -> Golden:
        return await self._faq.add_golden(golden, author=curator.name)

    async def remove_golden(self, golden: int, curator: Staff) -> None:
        await self._faq.remove_golden(golden, author=curator.name)

    async def take_in(self, form: ImportFormat, text: str, curator: Staff, *, dry_run: bool) -> ImportReport:
        """What a file would change, or the drafts made of it. With troubles nothing is."""
        return await self._faq.take_in(form, text, dry_run=dry_run, author=curator.name)

    async def export(self, form: ExportFormat) -> str:
        """The newest versions of all entries but archived ones, and the golden questions."""
        return await self._faq.export(form)

    async def hints(self, draft: Draft) -> Hints:
        """What to know while writing; nothing is saved."""
        return await self._faq.hints(draft)

    async def try_out(self, text: str, asker: Asker) -> Trial:
        """Answers come with their placeholders filled, as a customer would read them."""
        trial = await self._faq.try_out(text, asker)
        facts = await self.facts() or {}
        filled = [
            each.model_copy(update={"answer": placeholders.fill(each.answer, facts)}) for each in trial.candidates
        ]
        return trial.model_copy(update={"candidates": filled})

    async def read(self, answer: str) -> Reading:
        """As a customer would read it now."""
        facts = await self.facts()
        blocks = markdown.read(placeholders.fill(answer, facts or {}))
        unknown = unknown_placeholders(answer, facts)
        return Reading(text=markdown.plain(blocks), rich=markdown.as_json(blocks), unknown=unknown)

    async def skills(self) -> list[Skill]:
        return await self._faq.skills()

    async def facts(self) -> dict[str, str] | None:
        """What each placeholder says now; None while the shop can't be asked."""
        try:
            return dict((await self._policies.policies()).facts)
        except BackendError:
            return None

    async def _check_placeholders(self, entry: Entry) -> None:
        """What customers would read a hole in does not go live. While the shop is away, only what was live before."""
        answer = entry.answer
        used = placeholders.names(answer)
        if not used:
            return
        facts = await self.facts()
        if facts is None:
            live = next((each for each in await self._faq.versions(entry.id) if each.version == each.live), None)
            unknown = sorted(used - placeholders.names(live.answer if live else ""))
            code, reason = (
                "placeholder_not_checked",
                "The shop does not answer, so nobody knows whether it has a value for",
            )
        else:
            unknown = unknown_placeholders(answer, facts)
            code, reason = "unknown_placeholder", "Customers would read a hole in the answer: the shop has no value for"
        if unknown:
            names = ", ".join(f"{{{name}}}" for name in unknown)
            raise Problem(422, code, f"{reason} {names}.", placeholders=unknown)


def unknown_placeholders(answer: str, facts: dict[str, str] | None) -> list[str]:
    """Those that the shop has no value for; none are known to be unknown while the shop can't be asked."""
    return sorted(placeholders.names(answer) - set(facts)) if facts is not None else []


def _milliseconds_since(started: float) -> int:
    return round((time.perf_counter() - started) * 1000)


def is_stale(problem: Problem) -> bool:
    return problem.code == "stale_version"


def _has_status(entry: Entry, status: str) -> bool:
    """Without a wish all but what was put away."""
    if not status:
        return entry.status != "archived"
    return {"changed": entry.unpublished_changes, "review": entry.review is not None}.get(
        status, status == entry.status
    )


def _searched(entry: Entry) -> str:
    return " ".join((entry.id, entry.question, *entry.phrasings, entry.answer)).lower()
