"""A second gateway on the product's database, and an HTTP client whose every request goes to the other one."""

import dataclasses
import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import httpx

from common.internal import KEEPALIVE_SECONDS
from ops.ports import free_ports
from ops.stack import Stack

START = 120.0  # seconds


@contextmanager
def second_gateway(stack: Stack) -> Iterator[str]:
    """Its address."""
    first = stack.processes["api"]
    [port] = free_ports(1)
    url = f"http://127.0.0.1:{port}"
    second = dataclasses.replace(
        first,
        name="api-2",
        environment={**first.environment, "AFTERCARE_API_PORT": str(port)},
        ready_url=first.ready_url.replace(stack.url("api"), url),
        log=first.log.with_name("api-2.log"),
        _child=None,
    )
    second.start()
    try:
        second.wait_ready(START)
        yield url
    finally:
        second.stop()


class Alternating(httpx.AsyncBaseTransport):
    """What is written to one gateway is read from the next."""

    def __init__(self, gateways: Sequence[str]) -> None:
        self._gateways = itertools.cycle([httpx.URL(url) for url in gateways])
        self._transport = httpx.AsyncHTTPTransport(
            verify=False, limits=httpx.Limits(keepalive_expiry=KEEPALIVE_SECONDS)
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        gateway = next(self._gateways)
        request.url = request.url.copy_with(host=gateway.host, port=gateway.port)
        return await self._transport.handle_async_request(request)

    async def aclose(self) -> None:
        await self._transport.aclose()


def client(gateways: Sequence[str]) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=gateways[0], transport=Alternating(gateways), timeout=30, trust_env=False)


def turns_of(gateway: str) -> float:
    """How many turns the gateway has answered."""
    page = httpx.get(f"{gateway}/metrics", timeout=30, trust_env=False).text
    lines = [line for line in page.splitlines() if line.startswith('aftercare_turns_total{outcome="answered"}')]
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines)
