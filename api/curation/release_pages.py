"""The studio's pages around releases: what publishing would change, what went live when, golden questions, the log."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from api.curation.forms import Curation
from api.curation.release_schemas import NewGolden, Report, Wish
from api.curation.schemas import EntryId
from api.curation.service import CurationService
from api.staff.guards import CuratorPage, curator_page
from api.web.pages import pages_of
from common.problems import Problem

router = APIRouter(prefix="/faq", include_in_schema=False, dependencies=[Depends(curator_page)])

PAGE = 30
Milliseconds = Annotated[int | None, Query(ge=0, le=600_000)]
Chosen = Annotated[list[str] | None, Query(max_length=2000)]


@router.get("/check")
async def check(request: Request, service: Curation, entry: Chosen = None) -> Response:
    """What publishing the newest versions of these entries would change, with a button that does it."""
    found = await service.chosen(list(dict.fromkeys(entry or [])))
    wishes = [Wish(entry=each.id, expected_version=each.version) for each in found]
    return _gate(request, wishes, await service.check(wishes))


@router.post("/releases")
async def publish(
    request: Request,
    session: CuratorPage,
    service: Curation,
    *,
    entry: Annotated[list[str], Form()],
    version: Annotated[list[int], Form()],
    override: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    pairs = zip(entry, version, strict=False)
    wishes = [Wish(entry=name, expected_version=number) for name, number in pairs]
    try:
        done = await service.publish(wishes, session.staff, override.strip() or None)
    except Problem as problem:
        return await refused(request, service, wishes, problem)
    where = f"/faq/entries/{wishes[0].entry}" if len(wishes) == 1 else "/faq/releases"
    return RedirectResponse(f"{where}?live_after_ms={done.milliseconds}", 303)


async def refused(request: Request, service: CurationService, wishes: list[Wish], problem: Problem) -> Response:
    """The gate's report with a way to say why; or what else stands in the way."""
    if problem.code == "gate_closed":
        return _gate(request, wishes, Report.model_validate(problem.extra["report"]), status=409)
    if problem.status not in (404, 409, 422):
        raise problem
    return _gate(request, wishes, await service.check([]), status=problem.status, error=problem.detail)


def _gate(request: Request, wishes: list[Wish], report: Report, *, status: int = 200, error: str = "") -> Response:
    return pages_of(request).render(
        request, "curation/gate.html", status=status, wishes=wishes, report=report, error=error
    )


@router.get("/releases")
async def releases(
    request: Request, service: Curation, before: int | None = None, live_after_ms: Milliseconds = None, notice: str = ""
) -> Response:
    found = await service.releases(before, PAGE + 1)
    return pages_of(request).render(
        request,
        "curation/releases.html",
        releases=found[:PAGE],
        more=found[PAGE - 1].id if len(found) > PAGE else None,
        first_page=before is None,
        live_after_ms=live_after_ms,
        notice="Customers get what was live then." if notice == "restored" else "",
    )


@router.post("/releases/{release}/restore")
async def restore(session: CuratorPage, service: Curation, release: int) -> Response:
    await service.restore(release, session.staff)
    return RedirectResponse("/faq/releases?notice=restored", 303)


@router.get("/audit")
async def audit(
    request: Request, service: Curation, entry: EntryId | None = None, before: int | None = None
) -> Response:
    found = await service.audit(entry, before, PAGE + 1)
    return pages_of(request).render(
        request,
        "curation/audit.html",
        deeds=found[:PAGE],
        more=found[PAGE - 1].id if len(found) > PAGE else None,
        entry=entry,
    )


@router.get("/goldens")
async def goldens(request: Request, service: Curation) -> Response:
    return await _goldens(request, service)


@router.post("/goldens")
async def add_golden(
    request: Request,
    session: CuratorPage,
    service: Curation,
    *,
    text: Annotated[str, Form(max_length=300)] = "",
    expected: Annotated[str, Form(max_length=80)] = "",
    language: Annotated[str, Form(max_length=35)] = "",
) -> Response:
    """Without an expected entry the question is one that nothing may answer."""
    golden = NewGolden(text=text, expected=expected.strip() or None, language=language.strip() or None)
    try:
        await service.add_golden(golden, session.staff)
    except Problem as problem:
        if problem.code not in ("invalid_entry", "entry_exists"):
            raise
        wrong = problem.extra.get("field_errors") or {}
        error = "; ".join(f"{name.capitalize()} {what}." for name, what in wrong.items()) or problem.detail
        return await _goldens(request, service, status=problem.status, error=error, tried=golden)
    return RedirectResponse("/faq/goldens", 303)


@router.post("/goldens/{golden}/remove")
async def remove_golden(session: CuratorPage, service: Curation, golden: int) -> Response:
    await service.remove_golden(golden, session.staff)
    return RedirectResponse("/faq/goldens", 303)


async def _goldens(
    request: Request,
    service: CurationService,
    *,
    status: int = 200,
    error: str = "",
    tried: NewGolden | None = None,
) -> Response:
    """`tried`: what could not be added, so that it need not be written again."""
    report = await service.check([])
    return pages_of(request).render(
        request,
        "curation/goldens.html",
        status=status,
        goldens=await service.goldens(),
        fares={each.golden: each for each in report.goldens},
        entries=await service.entries(),
        error=error,
        tried=tried,
    )
