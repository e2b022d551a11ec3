import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import asynccontextmanager, suppress
from socket import socket
from typing import Any

import httpx
import uvicorn

from api.server import GatewayWebSocket
from common.internal import KEEPALIVE_SECONDS

App = Callable[[MutableMapping[str, Any], Any, Any], Awaitable[None]]
# Of what is open when a server is told to stop, such as a long poll.
GRACE = 1.0  # seconds
LOOK = 0.002  # seconds


class PromptServer(uvicorn.Server):
    """Stops when it is told to. Uvicorn's own looks ten times a second, and waits as long for those who listen:
    with three servers a test that was longer than what most tests do.
    """

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._told = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def stop(self) -> None:
        """From any thread."""
        if self._loop is None or self._loop.is_closed():
            self._told.set()
        else:
            self._loop.call_soon_threadsafe(self._told.set)

    async def startup(self, sockets: list[socket] | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)

    async def main_loop(self) -> None:
        while not self._told.is_set():
            await self.on_tick(0)  # the date of the answers
            with suppress(TimeoutError):
                async with asyncio.timeout(1):
                    await self._told.wait()

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        """As uvicorn's: nobody new, those who are there are told, what they asked for is given up after a while."""
        for listener in [*self.servers, *(sockets or [])]:
            listener.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        with suppress(TimeoutError):
            async with asyncio.timeout(GRACE):
                while self.server_state.connections or self.server_state.tasks:  # noqa: ASYNC110 - no event tells
                    await asyncio.sleep(LOOK)
        for task in self.server_state.tasks:
            task.cancel()
        await self.lifespan.shutdown()


@asynccontextmanager
async def served(app: App, *, port: int = 0) -> AsyncIterator[str]:
    """The app behind a real server on loopback, in this event loop; yields its address."""
    config = uvicorn.Config(app, host="127.0.0.1", port=port, log_config=None, ws=GatewayWebSocket)
    server = PromptServer(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined,method-assign,unused-ignore] # pytest keeps them
    task = asyncio.create_task(server._serve())  # `serve` would take the signals of the test run
    while not server.started:
        if task.done():
            task.result()
        await asyncio.sleep(LOOK)
    bound = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{bound}"
    finally:
        server.stop()
        await task


def loopback_client(url: str = "") -> httpx.AsyncClient:
    """For plain HTTP on loopback: to load certificates that verify nothing would take longer than many a test."""
    limits = httpx.Limits(keepalive_expiry=KEEPALIVE_SECONDS)
    return httpx.AsyncClient(base_url=url, timeout=30, limits=limits, verify=False, trust_env=False)
