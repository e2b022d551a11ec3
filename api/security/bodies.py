from starlette.types import ASGIApp, Message, Receive, Scope, Send

from common.problems import Problem


class BodyTooLarge(Problem):
    def __init__(self, limit: int) -> None:
        super().__init__(413, "body_too_large", f"A request's body may have {limit} bytes.", limit=limit)


class BodyLimit:
    """Refuses bodies over the limit. The server holds a body to its announced length; others are read here first."""

    def __init__(self, app: ASGIApp, *, limit: int) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        if b"transfer-encoding" in headers:
            body = await self._read(receive)
            if body is not None:
                receive = replay(body, receive)
        else:
            announced = headers.get(b"content-length", b"0")
            body = b"" if announced.isdigit() and int(announced) <= self._limit else None
        if body is None:
            await BodyTooLarge(self._limit).response()(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _read(self, receive: Receive) -> bytes | None:
        """None when it is over the limit."""
        body = b""
        while True:
            message = await receive()
            body += bytes(message.get("body", b""))
            if len(body) > self._limit:
                return None
            if not message.get("more_body"):
                return body


def replay(body: bytes, receive: Receive) -> Receive:
    pending: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        return pending.pop() if pending else await receive()

    return replayed
