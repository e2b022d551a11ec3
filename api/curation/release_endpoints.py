from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.curation.forms import Curation
from api.curation.release_schemas import (
    DeedList,
    Golden,
    GoldenList,
    NewGolden,
    NewRelease,
    ReleaseList,
    Report,
    Restored,
    Wishes,
)
from api.curation.schemas import EntryId
from api.staff.guards import CuratorEndpoint, curator_endpoint

router = APIRouter(prefix="/v1/faq", tags=["faq"], dependencies=[Depends(curator_endpoint)])

Limit = Annotated[int, Query(ge=1, le=200)]


class Released(Restored):
    """`live_after_ms`: from this call until customers get the answers."""

    live_after_ms: int
    report: Report


@router.get("/releases", operation_id="faqReleases")
async def releases(service: Curation, before: int | None = None, limit: Limit = 50) -> ReleaseList:
    """What went live when, newest first; `before` a release's number for the next page."""
    return ReleaseList(releases=await service.releases(before, limit))


@router.post("/releases/check", operation_id="faqCheck")
async def check(body: Wishes, service: Curation) -> Report:
    """What publishing would change; nothing is published. Without entries: how golden questions fare now."""
    return await service.check(body.entries)


@router.post("/releases", operation_id="faqRelease", status_code=201)
async def release(session: CuratorEndpoint, body: NewRelease, service: Curation) -> Released:
    """Several entries go live together. 409 `gate_closed` with `report` where golden questions would break."""
    done = await service.publish(body.entries, session.staff, body.override)
    return Released(release=done.release, live_after_ms=done.milliseconds, report=done.report)


@router.post("/releases/{release}/restore", operation_id="faqRestore")
async def restore(session: CuratorEndpoint, release: int, service: Curation) -> Restored:
    """Make live what was live right after a release."""
    return Restored(release=await service.restore(release, session.staff))


@router.get("/audit", operation_id="faqAudit")
async def audit(
    service: Curation, entry: EntryId | None = None, before: int | None = None, limit: Limit = 100
) -> DeedList:
    """Who did what, newest first."""
    return DeedList(deeds=await service.audit(entry, before, limit))


@router.get("/goldens", operation_id="faqGoldens")
async def goldens(service: Curation) -> GoldenList:
    return GoldenList(goldens=await service.goldens())


@router.post("/goldens", operation_id="faqAddGolden", status_code=201)
async def add_golden(session: CuratorEndpoint, body: NewGolden, service: Curation) -> Golden:
    return await service.add_golden(body, session.staff)


@router.delete("/goldens/{golden}", operation_id="faqRemoveGolden", status_code=204)
async def remove_golden(session: CuratorEndpoint, golden: int, service: Curation) -> None:
    await service.remove_golden(golden, session.staff)
