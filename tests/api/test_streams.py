"""Streams that are slow, old, refused or too many."""

import asyncio
import json
import socket

import pytest
from websockets.asyncio.client import ClientConnection, connect

from tests.api.conftest import Customer, Gateway, Start
from tests.api.test_events import stream_url
from tests.api.test_load import shown, until_shown


async def closed_with(stream: ClientConnection) -> int:
    async with asyncio.timeout(30):
        await stream.wait_closed()
    assert stream.close_code is not None
    return stream.close_code


async def opened(stream: ClientConnection, customer: Customer, after: int = 0) -> None:
    await stream.send(json.dumps({"token": customer.token, "after": after}))


async def test_an_old_stream_is_closed_and_the_next_one_goes_on(start_gateway: Start) -> None:
    async with start_gateway(stream_age=0.3) as gateway:
        customer = await gateway.customer()
        await customer.say("hello")
        await customer.reply()
        async with connect(stream_url(gateway, customer)) as stream:
            await opened(stream, customer)
            assert await closed_with(stream) == 4409
        async with connect(stream_url(gateway, customer)) as stream:
            await opened(stream, customer, after=1)
            assert json.loads(await stream.recv())["text"] == "re: hello"


async def test_a_token_that_no_longer_opens_the_conversation_ends_its_stream(start_gateway: Start) -> None:
    async with start_gateway(stream_reauthorise=0.2) as gateway:
        customer = await gateway.customer()
        async with connect(stream_url(gateway, customer)) as stream:
            await opened(stream, customer)
            await asyncio.sleep(0.5)
            assert await shown(gateway, "aftercare_open_streams") == 1
            await gateway.sql("UPDATE conversations SET token_expires_at = now() WHERE id = %s", customer.id)
            assert await closed_with(stream) == 4401
        assert await shown(gateway, 'aftercare_streams_closed_total{reason="unauthorized"}') == 1


async def test_one_stream_too_many_is_refused(start_gateway: Start) -> None:
    async with start_gateway(streams=1) as gateway:
        customer = await gateway.customer()
        await customer.say("hello")
        async with connect(stream_url(gateway, customer)) as first, connect(stream_url(gateway, customer)) as second:
            await opened(first, customer)
            await first.recv()
            await opened(second, customer)
            assert await closed_with(second) == 1013


async def fill(gateway: Gateway, customer: Customer, events: int) -> None:
    """A long conversation of 8 KiB a message, no two alike."""
    await gateway.sql(
        "INSERT INTO events (conversation_id, seq, type, author, body) "
        "SELECT %s, n, 'message', 'bot', json_build_object('text', repeat(md5(n::text), 250)) "
        "FROM generate_series(1, %s) AS n",
        customer.id,
        events,
    )
    await gateway.sql("UPDATE conversations SET last_seq = %s WHERE id = %s", events, customer.id)


@pytest.mark.slow
async def test_a_reader_that_does_not_read_is_cut_off_and_holds_up_nobody(start_gateway: Start) -> None:
    async with start_gateway(stream_patience=3) as gateway:
        customer, other = await gateway.customer(), await gateway.customer()
        await fill(gateway, customer, 1500)
        deaf = socket.socket()
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.setblocking(False)  # noqa: FBT003 - the standard library's way
        host, port = gateway.url.removeprefix("http://").split(":")
        await asyncio.get_running_loop().sock_connect(deaf, (host, int(port)))
        async with connect(
            stream_url(gateway, customer), sock=deaf, compression=None, max_queue=1, close_timeout=0.1
        ) as stream:
            await opened(stream, customer)
            await asyncio.sleep(0.1)
            await other.say("hello")
            assert (await other.reply())["text"] == "re: hello"
            assert await shown(gateway, "aftercare_open_streams") == 1, "the other one did not wait for it"
            await until_shown(gateway, "aftercare_open_streams", 0)
            assert await shown(gateway, 'aftercare_streams_closed_total{reason="slow"}') == 1
            stream.transport.abort()


async def test_a_reader_in_time_gets_a_long_conversation_whole(start_gateway: Start) -> None:
    async with start_gateway(stream_patience=15) as gateway:
        customer = await gateway.customer()
        await fill(gateway, customer, 500)
        async with connect(stream_url(gateway, customer)) as stream:
            await opened(stream, customer)
            async with asyncio.timeout(90):
                assert [json.loads(await stream.recv())["seq"] for _ in range(500)] == list(range(1, 501))


async def test_a_stream_has_no_gap_and_no_repetition_while_much_is_said(start_gateway: Start) -> None:
    async with start_gateway() as gateway, start_gateway() as other:
        customer = await gateway.customer()
        async with connect(stream_url(gateway, customer)) as stream:
            await opened(stream, customer)
            nodes = (gateway, other) * 10
            await asyncio.gather(*(Customer(node.http, customer.id, customer.token).say("hi") for node in nodes))
            seen: list[int] = []
            said = 0
            async with asyncio.timeout(30):
                while said < 20:
                    event = json.loads(await stream.recv())
                    if event["type"] == "message":
                        seen.append(event["seq"])
                        said += len(event.get("answers", ()))
        assert seen == list(range(1, len(seen) + 1))
