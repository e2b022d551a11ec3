"""Problem documents (RFC 9457): the one shape of every HTTP error of ours."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

log = structlog.get_logger(__name__)


class Problem(Exception):
    """Raise anywhere below an endpoint; becomes an application/problem+json answer.

    `code` is the machine-readable kind, `detail` one sentence for people, `extra` further members of the document.
    """

    def __init__(
        self,
        status: int,
        code: str,
        detail: str = "",
        *,
        headers: Mapping[str, str] | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(f"{status} {code}: {detail}")
        self.status = status
        self.code = code
        self.detail = detail
        self.headers = dict(headers or {})
        self.extra = extra

    def response(self) -> JSONResponse:
        body = {
            "type": "about:blank",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
            **self.extra,
        }
        return JSONResponse(body, self.status, headers=self.headers, media_type="application/problem+json")


def install_problem_handlers(app: FastAPI) -> None:
    """Answer every error of the app as a problem document; unexpected ones without a word of their text."""

    @app.exception_handler(Problem)
    async def _problem(_request: Request, error: Problem) -> JSONResponse:
        return error.response()

    @app.exception_handler(RequestValidationError)
    async def _invalid(_request: Request, error: RequestValidationError) -> JSONResponse:
        fields = {".".join(str(part) for part in item["loc"][1:]) or "body": item["msg"] for item in error.errors()}
        return Problem(
            422, "invalid_request", "The request is not of the documented form.", field_errors=fields
        ).response()

    @app.exception_handler(HTTPException)
    async def _http(_request: Request, error: HTTPException) -> JSONResponse:
        code = HTTPStatus(error.status_code).name.lower()
        return Problem(error.status_code, code, str(error.detail), headers=error.headers).response()

    @app.exception_handler(Exception)
    async def _unexpected(request: Request, error: Exception) -> JSONResponse:
        log.error("unexpected_error", path=request.url.path, error=type(error).__name__, exc_info=error)
        return Problem(500, "internal_error", "Something went wrong on our side.").response()
