import psycopg
import structlog
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from psycopg_pool import PoolTimeout

from common.problems import Problem
from faq.errors import EntryExists, EntryNotFound, FaqError, InvalidEntry, NothingPublished, StaleVersion

log = structlog.get_logger(__name__)


def problem_of(error: FaqError) -> Problem:
    match error:
        case EntryNotFound():
            return Problem(404, "not_found", str(error))
        case StaleVersion():
            return Problem(409, "stale_version", str(error), current_version=error.current)
        case EntryExists():
            return Problem(409, "entry_exists", str(error))
        case NothingPublished():
            return Problem(409, "not_published", str(error))
        case InvalidEntry():
            return Problem(422, "invalid_entry", str(error), field_errors=error.fields)
    return Problem(500, "internal_error", "Something went wrong on our side.")


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
