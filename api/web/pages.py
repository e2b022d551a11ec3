"""Server-rendered pages for the people who work with the product: templates, headers, errors as pages."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException

from backends.money import format_money
from common import markdown
from common.problems import Problem

FOLDER = Path(__file__).parent / "templates"
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
        " form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
}
TITLES = {
    403: "Not for you",
    404: "Not found",
    409: "Somebody was faster",
    422: "Not understood",
    503: "Not available right now",
}


class Pages:
    """Renders templates; everything is escaped unless a template says otherwise, and none does."""

    def __init__(self, zone: ZoneInfo, folder: Path = FOLDER) -> None:
        self._zone = zone
        self._environment = Environment(
            loader=FileSystemLoader(folder),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters |= {
            "clock": self.clock,
            "day": self.day,
            "markdown": lambda text: markdown.as_json(markdown.read(text)),
            "money": format_money,
            "waited": waited,
            "weekday": weekday,
            "words": words,
        }

    def text(self, template: str, **context: Any) -> str:
        return self._environment.get_template(template).render(context)

    def render(self, request: Request, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
        session = getattr(request.state, "session", None)
        html = self.text(template, session=session, path=request.url.path, **context)
        return HTMLResponse(html, status, headers=HEADERS)

    def error(self, request: Request, status: int, detail: str) -> HTMLResponse:
        title = TITLES.get(status, "Something went wrong")
        return self.render(request, "base/error.html", status=status, title=title, detail=detail)

    def clock(self, moment: datetime) -> str:
        return moment.astimezone(self._zone).strftime("%H:%M")

    def day(self, moment: datetime) -> str:
        return moment.astimezone(self._zone).strftime("%-d %B %Y")


def waited(since: datetime) -> str:
    """How long ago, in the coarsest unit that still says something."""
    minutes = int((datetime.now(UTC) - since).total_seconds() // 60)
    if minutes < 1:
        return "just now"
    if minutes < 60:  # noqa: PLR2004 - minutes of an hour
        return f"{minutes} min"
    hours, days = minutes // 60, minutes // (24 * 60)
    return f"{hours} h" if not days else f"{days} day{'s' if days > 1 else ''}"


def weekday(day: date) -> str:
    """`Fri 12 Dec 2026`."""
    return f"{day:%a} {day.day} {day:%b} {day.year}"


def words(name: str) -> str:
    """`customer_request` → `Customer request`."""
    return name.replace("_", " ").capitalize()


def pages_of(request: Request) -> Pages:
    pages: Pages = request.app.state.pages
    return pages


Handler = Callable[[Request, Any], Response | Awaitable[Response]]


def install_page_errors(app: FastAPI) -> None:
    """Answer errors as pages where a browser asks for a page. Call it after install_problem_handlers."""
    for kind in (Problem, HTTPException, RequestValidationError):
        app.add_exception_handler(kind, _as_page(app.exception_handlers[kind]))


def _as_page(plain: Handler) -> Handler:
    async def handle(request: Request, error: Problem | HTTPException | RequestValidationError) -> Response:
        wants_page = "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/v1/")
        if not wants_page:
            answer = plain(request, error)
            return answer if isinstance(answer, Response) else await answer
        match error:
            case Problem():
                return pages_of(request).error(request, error.status, error.detail)
            case HTTPException():
                return pages_of(request).error(request, error.status_code, error.detail)
            case RequestValidationError():
                return pages_of(request).error(request, 422, "This address or form is not complete.")

    return handle
