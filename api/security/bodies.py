import re
from collections.abc import Mapping

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from common.problems import Problem


class BodyTooLarge(Problem):
    def __init__(self, limit: int) -> None:
        super().__init__(413, "body_too_large", f"A request's body may have {limit} bytes.", limit=limit)


class BodyLimit:
    """Refuses bodies over the limit. The server holds a body to its announced length; others are read here first."""

    def __init__(self, app: ASGIApp, *, limit: int, larger: Mapping[str, int] | None = None) -> None:
        """`larger`: by a pattern for the beginning of a path, the limit where more is sent than texts."""
        self._app = app
        self._limit = limit
        self._larger = [(re.compile(start), own) for start, own in (larger or {}).items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        own = (limit for start, limit in self._larger if start.match(scope["path"]))
        limit = next(own, self._limit)
        if b"transfer-encoding" in headers:
            body = await self._read(receive, limit)
            if body is not None:
                receive = replay(body, receive)
        else:
            announced = headers.get(b"content-length", b"0")
            body = b"" if announced.isdigit() and int(announced) <= limit else None
        if body is None:
            await BodyTooLarge(limit).response()(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    @staticmethod
    async def _read(receive: Receive, limit: int) -> bytes | None:
        """None when it is over the limit."""
        body = b""
        while True:
            message = await receive()
            body += bytes(message.get("body", b""))
            if len(body) > limit:
                return None
            if not message.get("more_body"):
                return body


def replay(body: bytes, receive: Receive) -> Receive:
    pending: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        return pending.pop() if pending else await receive()

    return replayed
