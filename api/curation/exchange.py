"""Import and export of entries: the page, and the same as JSON."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, UploadFile
from fastapi.responses import Response

from api.curation.exchange_schemas import ExportFormat, ImportFile, ImportFormat, ImportReport
from api.curation.forms import Curation
from api.staff.guards import CuratorEndpoint, CuratorPage, curator_endpoint, curator_page
from api.web.pages import pages_of
from common.problems import Problem

MEDIA = {"csv": ("text/csv", "csv"), "jsonl": ("application/jsonl", "jsonl"), "markdown": ("text/markdown", "md")}
ENDINGS: dict[str, ImportFormat] = {
    "csv": "csv",
    "tsv": "csv",
    "jsonl": "jsonl",
    "ndjson": "jsonl",
    "md": "markdown",
    "markdown": "markdown",
    "json": "faqpage",
    "jsonld": "faqpage",
    "html": "faqpage",
}

router = APIRouter()
pages = APIRouter(prefix="/faq", include_in_schema=False, dependencies=[Depends(curator_page)])
endpoints = APIRouter(prefix="/v1/faq", tags=["faq"], dependencies=[Depends(curator_endpoint)])


@pages.get("/import")
async def form(request: Request) -> Response:
    return _page(request)


@pages.post("/import")
async def take_in(
    request: Request,
    session: CuratorPage,
    service: Curation,
    *,
    file: UploadFile | None = None,
    text: Annotated[str, Form()] = "",
    format: Annotated[ImportFormat | None, Form()] = None,  # noqa: A002 - the field is called so
    action: Annotated[str, Form()] = "check",
) -> Response:
    """First what would happen; then, with the same text, the drafts."""
    try:
        if file is not None and file.filename:
            text = _decoded(await file.read())
            format = format or ENDINGS.get(file.filename.rsplit(".", 1)[-1].lower())  # noqa: A001 - as above
        chosen = format or _guess(text)
        report = await service.take_in(chosen, text, session.staff, dry_run=action != "save")
    except Problem as problem:
        if problem.status != 422:  # noqa: PLR2004 - the file's own fault
            raise
        return _page(request, status=422, error=problem.detail, text=text)
    status = 422 if report.troubles else 200
    return _page(request, status=status, text=text, chosen=chosen, report=report)


@pages.get("/export")
@endpoints.get("/export", operation_id="faqExport", response_class=Response)
async def export(service: Curation, format: ExportFormat) -> Response:  # noqa: A002 - the parameter is called so
    """The newest versions of all entries but archived ones and the golden questions, as a file."""
    media, ending = MEDIA[format]
    headers = {"Content-Disposition": f'attachment; filename="faq.{ending}"'}
    return Response(await service.export(format), media_type=f"{media}; charset=utf-8", headers=headers)


@endpoints.post("/import", operation_id="faqImport")
async def import_file(session: CuratorEndpoint, body: ImportFile, service: Curation) -> ImportReport:
    """What a file would change; with `dry_run` false it is saved, entries as drafts. With troubles nothing is."""
    return await service.take_in(body.format, body.text, session.staff, dry_run=body.dry_run)


router.include_router(pages)
router.include_router(endpoints)


def _page(
    request: Request,
    *,
    status: int = 200,
    error: str = "",
    text: str = "",
    chosen: ImportFormat | None = None,
    report: ImportReport | None = None,
) -> Response:
    return pages_of(request).render(
        request, "curation/import.html", status=status, error=error, text=text, chosen=chosen, report=report
    )


def _decoded(content: bytes) -> str:
    """Raises Problem with the line of the first byte that is not UTF-8."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise Problem(422, "not_utf8", f"Line {line} is not UTF-8. Save the file as UTF-8 and try again.") from None


def _guess(text: str) -> ImportFormat:
    """Of a text that was pasted."""
    start = text.lstrip("\ufeff \n\r\t")
    if start.startswith("---"):
        return "markdown"
    if start.startswith("<") or "FAQPage" in start[:5000]:
        return "faqpage"
    return "jsonl" if start.startswith("{") else "csv"
