"""The studio in a browser: every action is a plain form post; only the try-out box uses htmx."""

from contextlib import suppress
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from api.curation.client import FaqUnavailable
from api.curation.diffing import changes
from api.curation.forms import ContentForm, ContentQuery, Curation
from api.curation.release_pages import refused
from api.curation.release_schemas import Wish
from api.curation.schemas import Asker, Content, Draft, EntryId, SavedEntry
from api.curation.service import Action, CurationService, is_stale
from api.staff.guards import CuratorPage, curator_page
from api.staff.models import Staff
from api.web.pages import pages_of
from common.problems import Problem

router = APIRouter(prefix="/faq", include_in_schema=False, dependencies=[Depends(curator_page)])

NOTICES = {
    "saved": "Saved as a draft. Customers do not see it yet.",
    "unpublished": "The assistant no longer answers with this entry.",
    "review": "Others are asked to look at it.",
    "send-back": "It is a draft again. Your note stands in the log.",
    "archive": "The entry is in the archive. The assistant does not answer with it.",
    "take-up": "The entry is out of the archive. Customers do not see it yet.",
    "stale": "Somebody else changed this entry in the meantime. Please look at it again.",
}
HELD_BACK = ("unknown_placeholder", "placeholder_not_checked", "review_needed")  # saved, but it may not go live so
Milliseconds = Annotated[int | None, Query(ge=0, le=600_000)]


@router.get("")
async def studio(
    request: Request,
    service: Curation,
    *,
    q: str = "",
    category: str = "",
    status: str = "",
    tag: str = "",
    language: str = "",
) -> Response:
    entries = await service.entries(query=q, category=category, status=status, tag=tag, language=language)
    categories, tags, languages = await service.labels()
    return pages_of(request).render(
        request,
        "curation/list.html",
        entries=entries,
        categories=categories,
        tags=tags,
        tag=tag,
        languages=languages,
        language=language,
        q=q,
        category=category,
        status_filter=status,
    )


@router.get("/try")
async def try_out(
    request: Request,
    service: Curation,
    q: Annotated[str, Query(max_length=1000)] = "",
    language: Annotated[str, Query(max_length=35)] = "",
    *,
    signed_in: bool = False,
    tier: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    asker = Asker(language=language or None, signed_in=signed_in or bool(tier), tier=tier)
    trial = await service.try_out(q, asker) if q.strip() else None
    template = "curation/_trial.html" if "hx-request" in request.headers else "curation/try.html"
    return pages_of(request).render(request, template, trial=trial, q=q, asker=asker)


@router.post("/hints")
async def hints(
    request: Request, service: Curation, content: ContentForm, entry: Annotated[str, Form(max_length=80)] = ""
) -> Response:
    """What to know about what is in the form. Writing goes on where nobody can tell."""
    found = None
    with suppress(FaqUnavailable):
        found = await service.hints(Draft(**content.model_dump(), entry=entry or None))
    return pages_of(request).render(request, "curation/_hints.html", hints=found)


@router.post("/preview")
async def preview(request: Request, service: Curation, answer: Annotated[str, Form(max_length=8000)] = "") -> Response:
    """How customers will read what is in the field."""
    return pages_of(request).render(request, "curation/_preview.html", reading=await service.read(answer))


@router.get("/new")
async def new(request: Request, service: Curation, begun: ContentQuery) -> Response:
    """Empty, or with what is known already (such as what customers asked in vain)."""
    return await _form(request, service, begun)


@router.post("/new")
async def create(
    request: Request,
    session: CuratorPage,
    service: Curation,
    content: ContentForm,
    *,
    id: Annotated[str, Form()] = "",  # noqa: A002 - the entry's member is called so
    action: Annotated[str, Form()] = "draft",
) -> Response:
    try:
        saved = await service.create(id.strip() or None, content, session.staff)
    except Problem as problem:
        return await _refused(request, service, content, problem, new_id=id)
    return await _after_save(request, service, saved, action, session.staff)


@router.get("/entries/{entry}")
async def edit(
    request: Request, service: Curation, entry: EntryId, notice: str = "", live_after_ms: Milliseconds = None
) -> Response:
    return await _form(
        request,
        service,
        await service.entry(entry),
        entry=entry,
        notice=NOTICES.get(notice, ""),
        live_after_ms=live_after_ms,
    )


@router.post("/entries/{entry}")
async def save(
    request: Request,
    session: CuratorPage,
    service: Curation,
    entry: EntryId,
    content: ContentForm,
    *,
    expected_version: Annotated[int, Form()],
    action: Annotated[str, Form()] = "draft",
) -> Response:
    try:
        saved = await service.save(entry, content, expected_version, session.staff)
    except Problem as problem:
        return await _refused(request, service, content, problem, entry=entry, expected_version=expected_version)
    return await _after_save(request, service, saved, action, session.staff)


@router.post("/entries/{entry}/unpublish")
async def unpublish(
    session: CuratorPage, service: Curation, entry: EntryId, expected_version: Annotated[int, Form()]
) -> Response:
    try:
        await service.unpublish(entry, expected_version, session.staff)
    except Problem as problem:
        return _back(entry, problem)
    return RedirectResponse(f"/faq/entries/{entry}?notice=unpublished", 303)


@router.post("/entries/{entry}/do/{action}")
async def act(
    session: CuratorPage,
    service: Curation,
    entry: EntryId,
    action: Action,
    *,
    expected_version: Annotated[int, Form()],
    note: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Give for review, send back, archive, take up again."""
    try:
        await service.act(entry, action, expected_version, session.staff, note)
    except Problem as problem:
        return _back(entry, problem)
    return RedirectResponse(f"/faq/entries/{entry}?notice={action}", 303)


@router.post("/entries/{entry}/rollback")
async def roll_back(
    session: CuratorPage,
    service: Curation,
    entry: EntryId,
    version: Annotated[int, Form()],
    expected_version: Annotated[int, Form()],
) -> Response:
    try:
        live = await service.roll_back(entry, version, expected_version, session.staff)
    except Problem as problem:
        return _back(entry, problem)
    return RedirectResponse(f"/faq/entries/{entry}?live_after_ms={live.milliseconds}", 303)


async def _after_save(
    request: Request, service: CurationService, saved: SavedEntry, action: str, curator: Staff
) -> Response:
    """Publish if asked for; near-duplicates are shown at once, since only the save knows them."""
    live_after_ms: int | None = None
    wishes = [Wish(entry=saved.id, expected_version=saved.version)]
    if action == "check":
        return RedirectResponse(f"/faq/check?entry={saved.id}", 303)
    if action == "review":
        await service.act(saved.id, "review", saved.version, curator)
    if action == "publish":
        try:
            live_after_ms = (await service.publish(wishes, curator)).milliseconds
        except Problem as problem:
            if problem.code == "gate_closed":
                return await refused(request, service, wishes, problem)
            if problem.code not in HELD_BACK:
                return _back(saved.id, problem)
            current = await service.entry(saved.id)
            return await _form(request, service, current, entry=saved.id, status=problem.status, error=problem.detail)
    if saved.warnings:
        return await _form(
            request,
            service,
            await service.entry(saved.id),
            entry=saved.id,
            notice="" if live_after_ms is not None else NOTICES["saved"],
            live_after_ms=live_after_ms,
            warnings=saved.warnings,
        )
    saved_as = "review" if action == "review" else "saved"
    told = f"notice={saved_as}" if live_after_ms is None else f"live_after_ms={live_after_ms}"
    return RedirectResponse(f"/faq/entries/{saved.id}?{told}", 303)


async def _refused(
    request: Request, service: CurationService, content: Content, problem: Problem, **form: Any
) -> Response:
    """The form again with what was written, and beside it what is wrong or what the other curator saved."""
    if is_stale(problem):
        versions = {each.version: each for each in await service.versions(form["entry"])}
        theirs = versions[max(versions)]
        opened = versions.get(form["expected_version"], theirs)
        form |= {"theirs": theirs, "their_changes": changes(opened, theirs), "expected_version": theirs.version}
    elif problem.code not in ("invalid_entry", "entry_exists"):
        raise problem
    errors = problem.extra.get("field_errors") or {}
    error = "" if is_stale(problem) or errors else problem.detail
    return await _form(request, service, content, status=problem.status, errors=errors, error=error, **form)


async def _form(
    request: Request, service: CurationService, content: Content, *, status: int = 200, entry: str = "", **more: Any
) -> Response:
    """`content` is what stands in the fields: an entry as it is, or what the curator had written."""
    versions = await service.versions(entry) if entry else []
    facts = await service.facts()
    shown: dict[str, Any] = {
        "notice": "",
        "error": "",
        "errors": {},
        "warnings": [],
        "theirs": None,
        "their_changes": [],
        "live_after_ms": None,
        "new_id": "",
        "expected_version": versions[0].version if versions else 0,
    }
    return pages_of(request).render(
        request,
        "curation/entry.html",
        status=status,
        entry=versions[0] if versions else None,
        content=content,
        versions=[
            (each, changes(versions[at + 1], each) if at + 1 < len(versions) else [])
            for at, each in enumerate(versions)
        ],
        deeds=await service.audit(entry, limit=8) if entry else [],
        categories=(await service.labels())[0],
        skills=await service.skills(),
        facts=facts,
        reading=await service.read(content.answer),
        **(shown | more),
    )


def _back(entry: str, problem: Problem) -> Response:
    if problem.status != 409:  # noqa: PLR2004 - the service's conflict
        raise problem
    return RedirectResponse(f"/faq/entries/{entry}?notice=stale", 303)
