"""What a database that cannot serve means to who asked, and to the operator."""

import psycopg
import structlog
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from psycopg import errors
from psycopg_pool import PoolTimeout

from api.metrics import Metrics
from common.problems import Problem

log = structlog.get_logger(__name__)

RETRY_SECONDS = {"disk_full": 10, "no_connection": 5, "unavailable": 2}


def kind_of(error: Exception) -> str:
    """A key of RETRY_SECONDS."""
    if isinstance(error, errors.DiskFull):
        return "disk_full"
    if isinstance(error, PoolTimeout | errors.TooManyConnections):
        return "no_connection"
    return "unavailable"


def install_database_problems(app: FastAPI, metrics: Metrics) -> None:
    """503 with Retry-After: nothing was stored, and the same request again is safe."""

    async def refuse(request: Request, error: Exception) -> JSONResponse:
        kind = kind_of(error)
        metrics.database_troubles.labels(kind).inc()
        route = getattr(request.scope.get("route"), "path", None)
        log.error("database_failed", kind=kind, error=type(error).__name__, route=route)
        seconds = RETRY_SECONDS[kind]
        return Problem(
            503,
            "database_unavailable",
            "Nothing was stored. Try again in a moment.",
            headers={"Retry-After": str(seconds)},
            retry_after=seconds,
        ).response()

    for error in (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout):
        app.add_exception_handler(error, refuse)
