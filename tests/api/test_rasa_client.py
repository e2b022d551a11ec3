"""What the gateway makes of a Rasa that dies in the middle of a turn."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from api.assistant import rasa
from api.assistant.rasa import Rasa, TooSlow, Unreachable
from ops.ports import free_ports
from tests.fakes.rasa import body, message


class DyingRasa:
    """Breaks every connection in the middle of the turn until it is `well`."""

    def __init__(self) -> None:
        self.well = False
        self.retries: list[bool] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            int(line.split(b":")[1]) for line in head.splitlines() if line.lower().startswith(b"content-length")
        )
        self.retries.append(json.loads(await reader.readexactly(length))["retry"])
        if self.well:
            answer = json.dumps(body(message("done"))).encode()
            writer.write(
                b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%b" % (len(answer), answer)
            )
            await writer.drain()
        writer.close()
        await writer.wait_closed()


@asynccontextmanager
async def client(port: int, *, turn_timeout: float) -> AsyncIterator[Rasa]:
    async with Rasa(f"http://127.0.0.1:{port}", "secret", turn_timeout=turn_timeout) as assistant:
        yield assistant


async def turn(assistant: Rasa, *, retry: bool = False) -> rasa.Answer:
    return await assistant.turn(sender="c", message_id="m", kind="text", text="yes", retry=retry, metadata={})


@pytest.mark.slow
async def test_a_rasa_that_dies_at_a_turn_is_asked_again_when_it_is_back_however_long_a_restart_takes() -> None:
    dying, port = DyingRasa(), free_ports(1)[0]

    async def come_back() -> None:
        await asyncio.sleep(rasa.CONNECT_ATTEMPT_SECONDS + 0.5)
        dying.well = True

    server = await asyncio.start_server(dying.serve, "127.0.0.1", port)
    async with server, client(port, turn_timeout=20) as assistant:
        healing = asyncio.create_task(come_back())
        answer = await turn(assistant)
        await healing
    assert [each.text for each in answer.messages] == ["done"]
    assert dying.retries[0] is False
    assert set(dying.retries[1:]) == {True}


async def test_where_it_does_not_come_back_the_outcome_is_open() -> None:
    port = free_ports(1)[0]
    server = await asyncio.start_server(DyingRasa().serve, "127.0.0.1", port)
    async with server, client(port, turn_timeout=1.0) as assistant:
        with pytest.raises(TooSlow):
            await turn(assistant)


@pytest.mark.slow
@pytest.mark.parametrize(("retry", "error", "turn_timeout"), [(False, Unreachable, 30.0), (True, TooSlow, 5.0)])
async def test_a_turn_that_never_reached_rasa_is_given_up_soon_and_one_that_may_have_is_not(
    retry: bool, error: type[Exception], turn_timeout: float
) -> None:
    started = time.monotonic()
    async with client(free_ports(1)[0], turn_timeout=turn_timeout) as assistant:
        with pytest.raises(error):
            await turn(assistant, retry=retry)
    waited_to_the_end = time.monotonic() - started > turn_timeout - 0.5
    assert waited_to_the_end is retry
