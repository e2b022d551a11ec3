from typing import Annotated, Literal, TypeVar

from fastapi import APIRouter, Query, Request

from common.problems import Problem
from faq.engine import Engine
from faq.entries.models import Status
from faq.entries.schemas import (
    Change,
    EntryList,
    EntryOut,
    Hit,
    NewEntry,
    Noted,
    SavedEntry,
    SavedOut,
    SearchResult,
    Skill,
    SkillList,
)
from faq.entries.service import Curation
from faq.entries.skills import SKILLS

router = APIRouter(prefix="/v1", tags=["entries"])

MAX_HITS = 10


T = TypeVar("T")


def part_of(request: Request, kind: type[T]) -> T:
    """What the application keeps of a kind; there is none without a database."""
    part: T | None = request.app.state.parts.get(kind)
    if part is None:
        raise Problem(503, "no_database", "The service runs without a database: it embeds, and has no entries.")
    return part


def curation_of(request: Request) -> Curation:
    return part_of(request, Curation)


@router.get("/entries", operation_id="list_entries")
async def entries(request: Request, status: Status | None = None, category: str | None = None) -> EntryList:
    """The newest version of every entry."""
    found = await curation_of(request).entries()
    return EntryList(
        entries=[
            EntryOut.shown(entry)
            for entry in found
            if status in (None, entry.status) and category in (None, entry.content.category)
        ]
    )


@router.post("/entries", status_code=201, operation_id="create_entry")
async def create(body: NewEntry, request: Request) -> SavedOut:
    curation = curation_of(request)
    entry = await curation.create(body.id, body.content(), author=body.author)
    return SavedOut.with_warnings(entry, await curation.near_duplicates(entry.id, entry.content))


@router.get("/entries/{entry}", operation_id="read_entry")
async def read(entry: str, request: Request, view: Literal["live", "newest"] = "live") -> EntryOut:
    curation = curation_of(request)
    return EntryOut.shown(await (curation.live(entry) if view == "live" else curation.newest(entry)))


@router.put("/entries/{entry}", operation_id="save_entry")
async def save(entry: str, body: SavedEntry, request: Request) -> SavedOut:
    curation = curation_of(request)
    saved = await curation.save(entry, body.content(), expected_version=body.expected_version, author=body.author)
    return SavedOut.with_warnings(saved, await curation.near_duplicates(entry, saved.content))


@router.get("/entries/{entry}/versions", operation_id="list_versions")
async def versions(entry: str, request: Request) -> EntryList:
    return EntryList(entries=[EntryOut.shown(each) for each in await curation_of(request).versions(entry)])


@router.post("/entries/{entry}/review", operation_id="ask_review")
async def ask_review(entry: str, request: Request, body: Noted | None = None) -> EntryOut:
    change = body or Noted()
    asked = await curation_of(request).ask_review(
        entry, expected_version=change.expected_version, author=change.author, note=change.note
    )
    return EntryOut.shown(asked)


@router.post("/entries/{entry}/send-back", operation_id="send_back")
async def send_back(entry: str, request: Request, body: Noted | None = None) -> EntryOut:
    change = body or Noted()
    sent = await curation_of(request).send_back(
        entry, expected_version=change.expected_version, author=change.author, note=change.note
    )
    return EntryOut.shown(sent)


@router.post("/entries/{entry}/take-up", operation_id="take_up")
async def take_up(entry: str, request: Request, body: Change | None = None) -> EntryOut:
    return EntryOut.shown(await curation_of(request).take_up(entry, author=body.author if body else None))


@router.get("/skills", operation_id="list_skills")
async def skills() -> SkillList:
    """What a button below an answer may start."""
    return SkillList(skills=[Skill(name=name, label=label) for name, label in SKILLS.items()])


@router.get("/search", operation_id="search")
async def search(
    request: Request, q: Annotated[str, Query(min_length=1, max_length=1000)], language: str | None = None
) -> SearchResult:
    """What a customer who writes `q` would get, with more candidates."""
    engine: Engine = request.app.state.engine
    space = await engine.space(language)
    match = space.index.match(q, await space.encoder.one(q), language=language, shown=MAX_HITS)
    return SearchResult(
        decision=match.decision,
        probability=match.probability,
        scope=match.scope,
        candidates=[
            Hit(
                entry=each.entry.id,
                version=each.entry.version,
                question=each.entry.question,
                probability=each.probability,
            )
            for each in match.candidates
        ],
    )
