"""What customers asked in vain, in a browser: every action is a plain form post."""

from contextlib import suppress
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from api.curation.client import FaqUnavailable
from api.curation.forms import ContentForm, Curation
from api.curation.schemas import EntryId
from api.curation.service import CurationService
from api.insight.masking import as_phrasing
from api.insight.questions import tables
from api.insight.questions.access import Questions, Statistics
from api.insight.questions.schemas import GapId, Which
from api.insight.questions.service import QuestionService
from api.staff.guards import CuratorPage, curator_page
from api.web.pages import pages_of
from common.problems import Problem

router = APIRouter(prefix="/faq", include_in_schema=False, dependencies=[Depends(curator_page)])

NOTICES = {
    "dismissed": "Dismissed. What else is asked like this stays out of this list.",
    "reopened": "It is in the list again.",
    "suggestion": "Dismissed.",
}
Line = Annotated[str, Form(max_length=2000)]


@router.get("/unanswered")
async def unanswered(
    request: Request,
    service: Questions,
    curation: Curation,
    *,
    state: Which = "open",
    notice: str = "",
    added: str = "",
) -> Response:
    return await _page(request, service, curation, state=state, notice=NOTICES.get(notice, ""), added=added)


@router.get("/unanswered.csv")
async def unanswered_table(service: Questions, state: Which = "open") -> Response:
    return _file(tables.gaps((await service.overview(state)).gaps), f"unanswered-{state}.csv")


@router.get("/figures")
async def figures(request: Request, service: Statistics, curation: Curation) -> Response:
    """How each entry does that customers were shown, and which live ones they never were."""
    entries = {entry.id: entry for entry in await curation.entries()}
    uses = [use for use in await service.of_all() if use.entry in entries]
    shown = {use.entry for use in uses}
    never = [entry for entry in entries.values() if entry.live and entry.id not in shown]
    return pages_of(request).render(request, "insight/figures.html", uses=uses, entries=entries, never=never)


@router.get("/figures.csv")
async def figures_table(service: Statistics, curation: Curation) -> Response:
    return _file(tables.figures(await curation.entries(), await service.of_all_versions()), "faq-figures.csv")


@router.post("/unanswered/{gap_id}/phrasing")
async def add_phrasing(
    request: Request,
    session: CuratorPage,
    gap_id: GapId,
    service: Questions,
    *,
    curation: Curation,
    entry: Annotated[EntryId, Form()],
    phrasing: Line = "",
) -> Response:
    try:
        await service.add_phrasing(gap_id, entry, [_written(phrasing)], session.staff)
    except Problem as problem:
        return await _refused(request, service, curation, problem)
    return _added(entry)


@router.post("/unanswered/{gap_id}/draft")
async def start_draft(session: CuratorPage, gap_id: GapId, service: Questions) -> Response:
    """To the form of a new entry, with what customers wrote in it."""
    gap = await service.start_draft(gap_id, session.staff)
    texts = [text for text in (as_phrasing(text) for text, _ in gap.texts) if text]
    fields = {"question": texts[0] if texts else "", "phrasings": "\n".join(texts), "language": gap.language}
    return RedirectResponse(f"/faq/new?{urlencode(fields)}", 303)


@router.post("/unanswered/{gap_id}/dismiss")
async def dismiss(session: CuratorPage, gap_id: GapId, service: Questions) -> Response:
    await service.dismiss(gap_id, session.staff)
    return RedirectResponse("/faq/unanswered?notice=dismissed", 303)


@router.post("/unanswered/{gap_id}/reopen")
async def reopen(session: CuratorPage, gap_id: GapId, service: Questions) -> Response:
    await service.reopen(gap_id, session.staff)
    return RedirectResponse("/faq/unanswered?notice=reopened", 303)


@router.post("/suggestions")
async def suggestion(
    request: Request,
    session: CuratorPage,
    service: Questions,
    curation: Curation,
    *,
    entry: Annotated[EntryId, Form()],
    text: Line,
    phrasing: Line = "",
    action: Annotated[str, Form()] = "accept",
) -> Response:
    if action == "dismiss":
        await service.dismiss_suggestion(entry, text, session.staff)
        return RedirectResponse("/faq/unanswered?notice=suggestion", 303)
    try:
        await service.accept_suggestion(entry, text, _written(phrasing), session.staff)
    except Problem as problem:
        return await _refused(request, service, curation, problem)
    return _added(entry)


@router.get("/conversations/{conversation_id}")
async def transcript(request: Request, conversation_id: UUID, service: Questions) -> Response:
    lines = await service.transcript(conversation_id)
    return pages_of(request).render(request, "insight/transcript.html", lines=lines)


@router.post("/missing")
async def missing(
    request: Request, service: Questions, content: ContentForm, entry: Annotated[str, Form(max_length=80)] = ""
) -> Response:
    """What customers asked in vain that could be phrasings of what is in the form."""
    texts: list[str] = []
    with suppress(FaqUnavailable):
        texts = await service.missing(entry or None, content)
    return pages_of(request).render(request, "insight/_missing.html", texts=texts)


@router.get("/entries/{entry}/statistics")
async def statistics(request: Request, entry: EntryId, service: Statistics) -> Response:
    """The whole page, or what the entry's page shows of it."""
    template = "insight/_statistics.html" if "hx-request" in request.headers else "insight/statistics.html"
    found = await service.of_entry(entry)
    return pages_of(request).render(request, template, entry_id=entry, statistics=found)


def _file(text: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)


def _written(phrasing: str) -> str:
    """On one line. Raises a 422 Problem where nothing is written."""
    text = " ".join(phrasing.split())
    if not text:
        raise Problem(422, "invalid_entry", "Write the phrasing first.")
    return text


def _added(entry: str) -> Response:
    """Back to the list, which says that the entry is to be published now."""
    return RedirectResponse(f"/faq/unanswered?{urlencode({'added': entry})}", 303)


async def _refused(request: Request, service: QuestionService, curation: CurationService, problem: Problem) -> Response:
    """The list, and what the FAQ service has against the phrasing."""
    if problem.code not in ("invalid_entry", "stale_version"):
        raise problem
    wrong: dict[str, str] = problem.extra.get("field_errors") or {}
    why = ", ".join(f"{field} {what}" for field, what in wrong.items()).capitalize() or problem.detail
    return await _page(request, service, curation, problem=why, status=problem.status)


async def _page(
    request: Request,
    service: QuestionService,
    curation: CurationService,
    *,
    state: Which = "open",
    notice: str = "",
    added: str = "",
    problem: str = "",
    status: int = 200,
) -> Response:
    overview = await service.overview(state)
    entries = sorted(await curation.entries(), key=lambda entry: entry.question.lower())
    questions = {entry.id: entry.question for entry in entries}
    return pages_of(request).render(
        request,
        "insight/unanswered.html",
        status=status,
        overview=overview,
        entries=entries,
        questions=questions,
        state=state,
        notice=notice,
        added=added if added in questions else "",
        problem=problem,
        as_phrasing=as_phrasing,
    )
