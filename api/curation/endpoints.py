from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from api.curation.forms import Curation
from api.curation.release_schemas import Report, Wish
from api.curation.schemas import (
    Asker,
    Change,
    ChangedEntry,
    Draft,
    Entry,
    EntryId,
    EntryList,
    Hints,
    NewEntry,
    Noted,
    PublishChange,
    Reading,
    RollBack,
    SavedEntry,
    SkillList,
    Trial,
)
from api.staff.guards import CuratorEndpoint, curator_endpoint

router = APIRouter(prefix="/v1/faq", tags=["faq"], dependencies=[Depends(curator_endpoint)])


class AnswerDraft(BaseModel):
    answer: Annotated[str, Field(max_length=8000)]


class Published(BaseModel):
    """`live_after_ms`: from this call until customers get the answer. `report`: what it changed."""

    entry: Entry
    live_after_ms: int
    report: Report | None = None


@router.get("/entries", operation_id="faqEntries")
async def entries(service: Curation, q: str = "", category: str = "", status: str = "", tag: str = "") -> EntryList:
    """The newest version of each. `status` may be `changed`, too: live in an older version."""
    return EntryList(entries=await service.entries(query=q, category=category, status=status, tag=tag))


@router.get("/skills", operation_id="faqSkills")
async def skills(service: Curation) -> SkillList:
    """What a button below an answer may start."""
    return SkillList(skills=await service.skills())


@router.post("/preview", operation_id="faqPreview")
async def preview(body: AnswerDraft, service: Curation) -> Reading:
    """An answer as customers would read it now, and its placeholders that the shop has no value for."""
    return await service.read(body.answer)


@router.post("/entries", operation_id="faqCreate", status_code=201)
async def create(session: CuratorEndpoint, body: NewEntry, service: Curation) -> SavedEntry:
    """A draft, with a warning for each phrasing that another entry is asked with."""
    return await service.create(body.id, body, session.staff)


@router.get("/entries/{entry}", operation_id="faqEntry")
async def read(entry: EntryId, service: Curation) -> Entry:
    return await service.entry(entry)


@router.put("/entries/{entry}", operation_id="faqSave")
async def save(session: CuratorEndpoint, entry: EntryId, body: ChangedEntry, service: Curation) -> SavedEntry:
    return await service.save(entry, body, body.expected_version, session.staff)


@router.get("/entries/{entry}/versions", operation_id="faqVersions")
async def versions(entry: EntryId, service: Curation) -> EntryList:
    return EntryList(entries=await service.versions(entry))


@router.post("/entries/{entry}/publish", operation_id="faqPublish")
async def publish(session: CuratorEndpoint, entry: EntryId, body: PublishChange, service: Curation) -> Published:
    """409 `gate_closed` with `report` where golden questions would break and no `override` says why they may."""
    wish = Wish(entry=entry, expected_version=body.expected_version)
    done = await service.publish([wish], session.staff, body.override)
    return Published(entry=await service.entry(entry), live_after_ms=done.milliseconds, report=done.report)


@router.post("/entries/{entry}/unpublish", operation_id="faqUnpublish")
async def unpublish(session: CuratorEndpoint, entry: EntryId, body: Change, service: Curation) -> Entry:
    return await service.unpublish(entry, body.expected_version, session.staff)


@router.post("/entries/{entry}/review", operation_id="faqAskReview")
async def ask_review(session: CuratorEndpoint, entry: EntryId, body: Noted, service: Curation) -> Entry:
    """Ask others to look at the newest version."""
    return await service.act(entry, "review", body.expected_version, session.staff, body.note)


@router.post("/entries/{entry}/send-back", operation_id="faqSendBack")
async def send_back(session: CuratorEndpoint, entry: EntryId, body: Noted, service: Curation) -> Entry:
    """What was given for review is a draft again; `note` says what is missing."""
    return await service.act(entry, "send-back", body.expected_version, session.staff, body.note)


@router.post("/entries/{entry}/archive", operation_id="faqArchive")
async def archive(session: CuratorEndpoint, entry: EntryId, body: Change, service: Curation) -> Entry:
    """Offline, and out of the lists."""
    return await service.act(entry, "archive", body.expected_version, session.staff)


@router.post("/entries/{entry}/take-up", operation_id="faqTakeUp")
async def take_up(session: CuratorEndpoint, entry: EntryId, body: Change, service: Curation) -> Entry:
    """Out of the archive."""
    return await service.act(entry, "take-up", body.expected_version, session.staff)


@router.post("/entries/{entry}/rollback", operation_id="faqRollBack")
async def roll_back(session: CuratorEndpoint, entry: EntryId, body: RollBack, service: Curation) -> Published:
    """Save an earlier version's content as the newest one and put it live. The way back has no gate."""
    done = await service.roll_back(entry, body.version, body.expected_version, session.staff)
    return Published(entry=done.entry, live_after_ms=done.milliseconds)


@router.get("/try", operation_id="faqTry")
async def try_out(
    service: Curation,
    q: Annotated[str, Query(min_length=1, max_length=1000)],
    language: str | None = None,
    *,
    signed_in: bool = False,
    tier: str = "",
) -> Trial:
    """What customers who write `q` would get from the FAQ as it is live now, and why."""
    return await service.try_out(q, Asker(language=language, signed_in=signed_in, tier=tier))


@router.post("/hints", operation_id="faqHints")
async def hints(body: Draft, service: Curation) -> Hints:
    """What to know while writing an entry; nothing is saved."""
    return await service.hints(body)
