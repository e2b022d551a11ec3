from typing import Annotated

from fastapi import APIRouter, Query, Request

from faq.entries.endpoints import curation_of, part_of
from faq.entries.schemas import Change, EntryOut, PublishChange, RollBack
from faq.gate.schemas import ReportOut
from faq.releases.models import Wish
from faq.releases.schemas import (
    Check,
    DeedList,
    DeedOut,
    GoBack,
    NewRelease,
    Published,
    ReleaseList,
    ReleaseOut,
)
from faq.releases.service import Releases

router = APIRouter(prefix="/v1", tags=["releases"])

Limit = Annotated[int, Query(ge=1, le=200)]


def releases_of(request: Request) -> Releases:
    return part_of(request, Releases)


@router.post("/entries/{entry}/publish", operation_id="publish_entry")
async def publish(entry: str, request: Request, body: PublishChange | None = None) -> EntryOut:
    change = body or PublishChange()
    wish = Wish(entry, change.expected_version)
    await releases_of(request).publish([wish], author=change.author, override=change.override)
    return EntryOut.shown(await curation_of(request).live(entry))


@router.post("/entries/{entry}/unpublish", operation_id="unpublish_entry")
async def unpublish(entry: str, request: Request, body: Change | None = None) -> EntryOut:
    change = body or Change()
    await releases_of(request).unpublish(entry, expected_version=change.expected_version, author=change.author)
    return EntryOut.shown(await curation_of(request).newest(entry))


@router.post("/entries/{entry}/archive", operation_id="archive_entry")
async def archive(entry: str, request: Request, body: Change | None = None) -> EntryOut:
    change = body or Change()
    await releases_of(request).archive(entry, expected_version=change.expected_version, author=change.author)
    return EntryOut.shown(await curation_of(request).newest(entry))


@router.post("/entries/{entry}/rollback", operation_id="roll_back_entry")
async def roll_back(entry: str, body: RollBack, request: Request) -> EntryOut:
    await releases_of(request).roll_back(
        entry, body.version, expected_version=body.expected_version, author=body.author
    )
    return EntryOut.shown(await curation_of(request).live(entry))


@router.get("/releases", operation_id="list_releases")
async def releases(request: Request, before: int | None = None, limit: Limit = 50) -> ReleaseList:
    """Newest first."""
    found = await releases_of(request).history(before=before, limit=limit)
    return ReleaseList(releases=[ReleaseOut.of(each) for each in found])


@router.post("/releases/check", operation_id="check_release")
async def check(body: Check, request: Request) -> ReportOut:
    """What publishing would change; nothing is published."""
    return ReportOut.of(await releases_of(request).check(body.wishes()))


@router.post("/releases", status_code=201, operation_id="publish_release")
async def release(body: NewRelease, request: Request) -> Published:
    """409 `gate_closed` with the report where golden questions would break and no `override` says why they may."""
    made, report = await releases_of(request).publish(body.wishes(), author=body.author, override=body.override)
    return Published(release=made, report=ReportOut.of(report))


@router.post("/releases/{release}/restore", operation_id="restore_release")
async def restore(release: int, request: Request, body: GoBack | None = None) -> dict[str, int]:
    """Make live what was live right after a release; that is a release, too."""
    return {"release": await releases_of(request).go_back_to(release, author=body.author if body else None)}


@router.get("/audit", operation_id="audit")
async def audit(request: Request, entry: str | None = None, before: int | None = None, limit: Limit = 100) -> DeedList:
    """Newest first."""
    found = await releases_of(request).audit(entry=entry, before=before, limit=limit)
    return DeedList(deeds=[DeedOut.of(each) for each in found])
