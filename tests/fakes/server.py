import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
import uvicorn

App = Callable[[MutableMapping[str, Any], Any, Any], Awaitable[None]]


@asynccontextmanager
async def served(app: App, *, port: int = 0) -> AsyncIterator[str]:
    """The app behind a real server on loopback, in this event loop; yields its address."""
    config = uvicorn.Config(
        app, host="127.0.0.1", port=port, log_config=None, ws="websockets-sansio", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined,method-assign,unused-ignore] # pytest keeps them
    task = asyncio.create_task(server._serve())  # `serve` would take the signals of the test run
    while not server.started:
        if task.done():
            task.result()
        await asyncio.sleep(0.01)
    bound = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{bound}"
    finally:
        server.should_exit = True
        await task


def loopback_client(url: str = "") -> httpx.AsyncClient:
    """For plain HTTP on loopback: to load certificates that verify nothing would take longer than many a test."""
    return httpx.AsyncClient(base_url=url, timeout=30, verify=False, trust_env=False)
