"""A shop that misbehaves on command, over a real socket: what a framework would refuse to send is sent here."""

import asyncio
import json
from collections import deque
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self


@dataclass(frozen=True)
class Answer:
    """`cut` sends only that many bytes of the body and closes; `wait` seconds pass before the first byte."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    wait: float = 0
    cut: int | None = None

    def encoded(self) -> bytes:
        body = self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()
        lines = [f"HTTP/1.1 {self.status} X", f"content-type: {self.content_type}", f"content-length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + (body if self.cut is None else body[: self.cut])


class Drop:
    """Read the request and close without a word."""


def problem(status: int, code: str, *, retryable: bool = False, retry_after: int | None = None, **facts: Any) -> Answer:
    body = {"type": "about:blank", "title": "x", "status": status, "code": code, "retryable": retryable}
    headers = {} if retry_after is None else {"retry-after": str(retry_after)}
    body |= {"trace_id": "trace-1", **facts}
    return Answer(status, body, headers, content_type="application/problem+json")


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class BrokenShop:
    """Answers with the scripted steps in order, the last one again and again. Tokens it issues itself: t1, t2, …

    `requests` are those for anything but tokens (`token_requests`); `revoked` tokens are answered 401.
    """

    def __init__(self, port: int = 0) -> None:
        self.requests: list[Request] = []
        self.token_requests: list[Request] = []
        self.tokens_issued = 0
        self.token_lifetime = 3600
        self.token_steps: deque[Answer | Drop] = deque()
        self.revoked: set[str] = set()
        self.connections = 0
        self._steps: deque[Answer | Drop] = deque()
        self._server: asyncio.Server | None = None
        self._port = port
        self._writers: set[asyncio.StreamWriter] = set()
        self._handlers: set[asyncio.Task[None]] = set()

    def script(self, *steps: Answer | Drop) -> None:
        self._steps = deque(steps)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """The port refuses connections until the next `start`."""
        assert self._server is not None
        self._server.close()
        for writer in list(self._writers):
            writer.close()
        for handler in list(self._handlers):
            handler.cancel()
        await asyncio.gather(*self._handlers, return_exceptions=True)
        await self._server.wait_closed()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        handler = asyncio.current_task()
        assert handler is not None
        self._handlers.add(handler)
        self._writers.add(writer)
        try:
            while (request := await _read(reader)) is not None:
                step = self._next(request)
                if isinstance(step, Drop):
                    return
                await asyncio.sleep(step.wait)
                writer.write(step.encoded())
                await writer.drain()
                if step.cut is not None:
                    return
        except (ConnectionError, asyncio.CancelledError):
            pass  # the client gave up, which some tests are about, or the test is over
        finally:
            self._handlers.discard(handler)
            self._writers.discard(writer)
            writer.close()

    def _next(self, request: Request) -> Answer | Drop:
        if request.path == "/oauth/token":
            self.token_requests.append(request)
            return self._issue()
        self.requests.append(request)
        if request.headers.get("authorization", "").removeprefix("Bearer ") in self.revoked:
            return problem(401, "unauthorized")
        return self._steps[0] if len(self._steps) == 1 else self._steps.popleft()

    def _issue(self) -> Answer | Drop:
        if self.token_steps:
            return self.token_steps.popleft()
        self.tokens_issued += 1
        token = {"access_token": f"t{self.tokens_issued}", "token_type": "Bearer", "expires_in": self.token_lifetime}
        return Answer(body=token | {"scope": "orders:read"})


async def _read(reader: asyncio.StreamReader) -> Request | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    first, *lines = head.strip().split("\r\n")
    method, path, _version = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Request(method, path, headers, body)
