"""A helpdesk that answers what it is told: for what a real one can't be made to do on demand."""

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

Behaviour = Callable[[Request], Response]


class ScriptedHelpdesk:
    """`then` scripts the next answers, one each; afterwards it lists `tickets`, page by page."""

    def __init__(self) -> None:
        self.tickets: list[dict[str, Any]] = []
        self.asked: list[str] = []
        self._script: list[Behaviour] = []
        self.app = FastAPI()
        self.app.api_route("/api/{path:path}", methods=["GET", "POST"])(self._answer)

    def then(self, *behaviours: Behaviour) -> None:
        self._script += behaviours

    async def _answer(self, path: str, request: Request) -> Response:
        self.asked.append(f"{request.method} {path} {request.url.query}".strip())
        if self._script:
            return self._script.pop(0)(request)
        return JSONResponse(self._page(request))

    def _page(self, request: Request) -> dict[str, Any]:
        size = int(request.query_params.get("page_size", 25))
        pages = max(1, -(-len(self.tickets) // size))
        asked = request.query_params.get("page", "1")
        number = pages if asked == "last" else int(asked)
        earlier = (
            request.url.include_query_params(page=number - 1) if number > 2 else request.url.remove_query_params("page")
        )
        return {
            "count": len(self.tickets),
            "next": None,
            "previous": str(earlier) if number > 1 else None,
            "results": self.tickets[(number - 1) * size : number * size],
        }


def answer(status: int, content: object = None, **headers: str) -> Behaviour:
    return lambda _request: JSONResponse(
        content, status, headers={key.replace("_", "-"): headers[key] for key in headers}
    )


def ticket(number: int, description: str = "", **members: Any) -> dict[str, Any]:
    """As the API shows it."""
    return {"id": number, "description": description, "status": 1, "followup_set": []} | members


def follow_up(number: int, **members: Any) -> dict[str, Any]:
    known = {"user": 7, "comment": "Hello", "public": True, "date": "2026-11-26T10:00:00Z", "message_id": None}
    return {"id": number, "new_status": None} | known | members
