import contextlib
import socket

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.exceptions import InvalidState

from api.settings import ApiSettings

SHUTDOWN_SECONDS = 3  # for requests that are being answered; long polls are let go at once
START_FAILED = 3  # uvicorn's own exit code for it


class GatewayWebSocket(WebSocketsSansIOProtocol):
    """Uvicorn's own raises when it stops while the other side is leaving, and whoever comes after that is not told."""

    def shutdown(self) -> None:
        try:
            super().shutdown()
        except InvalidState:
            self.transport.close()


class GatewayServer(uvicorn.Server):
    """Stops without making anybody wait: the readers' next request goes to another process, or to the next one."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self.config.app.state.services.hub.let_go()  # type: ignore[union-attr] # ours is a FastAPI
        await super().shutdown(sockets)


def serve(app: FastAPI, settings: ApiSettings) -> None:
    """Until a signal comes."""
    config = uvicorn.Config(
        app,
        host=settings.api_host,
        port=settings.api_port,
        loop="uvloop",
        http="httptools",
        ws=GatewayWebSocket,
        ws_max_size=16 * 1024,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
    )
    server = GatewayServer(config)
    with contextlib.suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        raise SystemExit(START_FAILED)
