from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, ConfigDict, Field

from faq.entries.endpoints import part_of
from faq.entries.schemas import Author
from faq.exchange.service import Exchange, Format

router = APIRouter(prefix="/v1", tags=["exchange"])


class ImportBody(BaseModel):
    """`dry_run`: only say what would happen."""

    format: Format
    text: Annotated[str, Field(max_length=16 * 1024 * 1024)]
    dry_run: bool = True
    author: Author = None


class ArrivalOut(BaseModel):
    """What one record does: a new entry, members of an existing one that change, or nothing."""

    model_config = ConfigDict(from_attributes=True)

    line: int
    entry: str
    question: str
    new: bool
    changed: tuple[str, ...]


class GoldenArrivalOut(BaseModel):
    """What a golden question of the file does: it is new, expects another entry than `before`, or nothing."""

    model_config = ConfigDict(from_attributes=True)

    line: int
    text: str
    expected: str | None
    language: str | None
    new: bool
    changed: bool
    before: str | None


class TroubleOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    line: int
    problem: str


class ImportReport(BaseModel):
    """With troubles nothing is saved. Entries are saved as drafts; golden questions hold at once."""

    model_config = ConfigDict(from_attributes=True)

    arrivals: tuple[ArrivalOut, ...]
    goldens: tuple[GoldenArrivalOut, ...]
    troubles: tuple[TroubleOut, ...]
    saved: bool


@router.post("/import", operation_id="import_entries")
async def take_in(body: ImportBody, request: Request) -> ImportReport:
    exchange = part_of(request, Exchange)
    report = await exchange.take_in(body.format, body.text, dry_run=body.dry_run, author=body.author)
    return ImportReport.model_validate(report, from_attributes=True)


@router.get("/export", operation_id="export_entries", response_class=PlainTextResponse)
async def export(
    request: Request, form: Annotated[Literal["csv", "jsonl", "markdown"], Query(alias="format")]
) -> PlainTextResponse:
    """The newest versions of all entries but archived ones, and the golden questions."""
    return PlainTextResponse(await part_of(request, Exchange).export(Format(form)))
