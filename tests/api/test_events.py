import asyncio
import json
import time
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Origin

from tests.api.conftest import Customer, Gateway, Start


def stream_url(gateway: Gateway, customer: Customer) -> str:
    return f"{gateway.url.replace('http', 'ws', 1)}{customer.path}/stream"


async def frames(socket: ClientConnection, count: int) -> list[dict[str, Any]]:
    async with asyncio.timeout(30):
        return [json.loads(await socket.recv()) for _ in range(count)]


async def test_a_long_poll_waits_and_wakes_at_once(gateway: Gateway) -> None:
    customer = await gateway.customer()
    waiting = asyncio.create_task(customer.events(wait=25))
    await asyncio.sleep(0.1)
    started = time.perf_counter()
    await customer.say("hello")
    assert (await waiting)[0]["text"] == "hello"
    assert time.perf_counter() - started < 15  # far below the end of the long poll


async def test_a_long_poll_without_news_ends_empty(gateway: Gateway) -> None:
    customer = await gateway.customer()
    answer = await gateway.http.get(
        f"{customer.path}/events", params={"after": 0, "wait": 0.2}, headers=customer.headers
    )
    assert answer.json() == {"events": [], "next": 0}


async def test_reading_on_from_any_point_misses_and_repeats_nothing(gateway: Gateway) -> None:
    customer = await gateway.customer()
    for number in range(5):
        await customer.say(f"m{number}")
        await customer.reply()
    everything = await customer.events()
    for after in range(11):
        assert await customer.events(after=after) == everything[after:]


async def test_readers_that_come_and_go_while_messages_flow_see_each_event_once(gateway: Gateway) -> None:
    customer = await gateway.customer()
    seen: list[dict[str, Any]] = []

    async def read() -> None:
        answered = 0
        while answered < 20:
            news = [event for event in await customer.events(after=len(seen), wait=5) if event["type"] != "typing"]
            seen.extend(news)
            answered += sum(len(event.get("answers", ())) for event in news)

    reading = asyncio.create_task(read())
    for number in range(20):
        await customer.say(f"m{number}")
    async with asyncio.timeout(60):
        await reading
    assert [event["seq"] for event in seen] == list(range(1, len(seen) + 1))


async def test_another_process_wakes_the_reader(start_gateway: Start) -> None:
    async with start_gateway() as one, start_gateway() as other:
        customer = await one.customer()
        async with asyncio.timeout(30):
            await one.services.hub.listening.wait()
        waiting = asyncio.create_task(customer.events(wait=25))
        await asyncio.sleep(0.1)
        elsewhere = Customer(other.http, customer.id, customer.token)
        started = time.perf_counter()
        await elsewhere.say("from there")
        assert (await waiting)[0]["text"] == "from there"
        assert time.perf_counter() - started < 15  # far below the end of the long poll


async def test_a_reader_survives_the_loss_of_the_listening_connection(gateway: Gateway) -> None:
    customer = await gateway.customer()
    await gateway.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE query LIKE 'LISTEN %%' AND datname = current_database()"
    )
    await customer.say("hello")
    assert (await customer.reply())["text"] == "re: hello"
    async with asyncio.timeout(30):
        await gateway.services.hub.listening.wait()


@pytest.mark.parametrize("query", ["after=-1", "wait=-1", "wait=1000", "after=x"])
async def test_a_query_out_of_range_is_refused(gateway: Gateway, query: str) -> None:
    customer = await gateway.customer()
    answer = await gateway.http.get(f"{customer.path}/events?{query}", headers=customer.headers)
    assert answer.status_code == 422


async def test_the_stream_pushes_what_was_and_what_comes(gateway: Gateway) -> None:
    customer = await gateway.customer()
    await customer.say("one")
    await customer.reply()
    async with connect(stream_url(gateway, customer)) as socket:
        await socket.send(json.dumps({"token": customer.token, "after": 0}))
        assert [frame["text"] for frame in await frames(socket, 2)] == ["one", "re: one"]
        await customer.say("two")
        assert [frame["text"] for frame in await frames(socket, 2)] == ["two", "re: two"]


async def test_the_stream_resumes_without_gap_or_repetition(gateway: Gateway) -> None:
    customer = await gateway.customer()
    seen: list[int] = []
    for number in range(4):
        await customer.say(f"m{number}")
        async with connect(stream_url(gateway, customer)) as socket:
            await socket.send(json.dumps({"token": customer.token, "after": len(seen)}))
            wanted = 2 * (number + 1) - len(seen) - number % 2  # now and then the answer comes after the socket closed
            seen += [frame["seq"] for frame in await frames(socket, wanted) if frame["type"] != "typing"]
    async with connect(stream_url(gateway, customer)) as socket:
        await socket.send(json.dumps({"token": customer.token, "after": len(seen)}))
        seen += [frame["seq"] for frame in await frames(socket, 8 - len(seen))]
    assert seen == list(range(1, 9))


@pytest.mark.parametrize(
    ("first", "code"),
    [
        ('{"token": "wrong"}', 4401),
        ('{"token": ""}', 4401),
        ("{}", 4400),
        ("hello", 4400),
        ('{"token": "t", "after": -1}', 4400),
    ],
)
async def test_the_stream_opens_only_for_the_conversations_token(gateway: Gateway, first: str, code: int) -> None:
    customer = await gateway.customer()
    await customer.say("secret")
    async with connect(stream_url(gateway, customer)) as socket:
        await socket.send(first)
        with pytest.raises(ConnectionClosed) as closed:
            async with asyncio.timeout(30):
                await socket.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == code


async def test_a_page_of_a_foreign_origin_gets_no_stream(start_gateway: Start) -> None:
    async with start_gateway(allowed_origins=("https://shop.example",)) as gateway:
        customer = await gateway.customer()
        with pytest.raises(InvalidStatus):
            async with connect(stream_url(gateway, customer), origin=Origin("https://evil.example")):
                pass
        async with connect(stream_url(gateway, customer), origin=Origin("https://shop.example")) as socket:
            await socket.send(json.dumps({"token": customer.token}))
            await customer.say("hi")
            assert (await frames(socket, 1))[0]["text"] == "hi"


async def test_a_customer_who_types_is_seen_by_the_other_readers(gateway: Gateway) -> None:
    customer = await gateway.customer()
    await customer.say("hi")
    await customer.reply()
    async with connect(stream_url(gateway, customer)) as socket:
        await socket.send(json.dumps({"token": customer.token, "after": 2}))
        waiting = asyncio.create_task(customer.events(after=2, wait=5))
        await asyncio.sleep(0.2)
        await socket.send('{"type": "typing"}')
        [typing] = await waiting
    assert (typing["type"], typing["author"]) == ("typing", "customer")
