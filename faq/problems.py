from http import HTTPStatus
from typing import Any

import psycopg
import structlog
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from psycopg_pool import PoolTimeout

from common.problems import Problem
from faq.errors import (
    Busy,
    EntryExists,
    EntryNotFound,
    FaqError,
    GateClosed,
    InvalidEntry,
    NothingPublished,
    ReviewNeeded,
    StaleVersion,
)
from faq.gate.schemas import ReportOut

_KINDS: dict[type[FaqError], tuple[int, str]] = {
    EntryNotFound: (404, "not_found"),
    StaleVersion: (409, "stale_version"),
    EntryExists: (409, "entry_exists"),
    NothingPublished: (409, "not_published"),
    ReviewNeeded: (409, "review_needed"),
    GateClosed: (409, "gate_closed"),
    Busy: (503, "busy"),
    InvalidEntry: (422, "invalid_entry"),
}

log = structlog.get_logger(__name__)


def problem_of(error: FaqError) -> Problem:
    status, code = next(
        ((status, code) for kind, (status, code) in _KINDS.items() if isinstance(error, kind)), (500, "")
    )
    extra: dict[str, Any] = {}
    match error:
        case StaleVersion():
            extra["current_version"] = error.current
        case GateClosed():
            extra["report"] = ReportOut.of(error.report).model_dump(mode="json")
        case InvalidEntry():
            extra["field_errors"] = error.fields
    if not code:
        return Problem(500, "internal_error", "Something went wrong on our side.")
    headers = {"Retry-After": "1"} if status == HTTPStatus.SERVICE_UNAVAILABLE else None
    return Problem(status, code, str(error), headers=headers, **extra)


NO_DATABASE = Problem(
    503, "database_unavailable", "The database can't be reached. Try again.", headers={"Retry-After": "1"}
)


def install_faq_problems(app: FastAPI) -> None:
    @app.exception_handler(FaqError)
    async def _faq(_request: Request, error: FaqError) -> JSONResponse:
        return problem_of(error).response()

    @app.exception_handler(psycopg.OperationalError)
    @app.exception_handler(PoolTimeout)
    async def _database(_request: Request, error: Exception) -> JSONResponse:
        log.warning("database_unavailable", error=type(error).__name__)
        return NO_DATABASE.response()
