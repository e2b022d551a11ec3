"""No message is lost, and none comes twice."""

import asyncio
from typing import Any

import pytest
from playwright.async_api import Route, WebSocketRoute, expect

from tests.api.conftest import Gateway
from tests.browser.chat import Chat
from tests.browser.tab import PATIENCE_MS
from tests.widget.conftest import NewChat

pytestmark = pytest.mark.browser

GREETING = "Hello! How can I help you today?"


async def test_a_reload_keeps_the_transcript_and_shows_nothing_twice(gateway: Gateway, chat: Chat) -> None:
    gate = asyncio.Event()
    gateway.rasa.then(gateway.rasa.slow(0), gateway.rasa.held(gate))
    await chat.ask("first", "re: first")
    await chat.say("second")
    await chat.settled()
    await chat.tab.page.reload()
    await chat.loaded()
    await expect(chat.panel).to_be_visible()
    gate.set()
    await chat.answered("re: second")
    assert await chat.transcript() == [GREETING, "first", "re: first", "second", "re: second"]
    assert gateway.rasa.texts() == ["first", "second"]


async def test_what_is_said_offline_is_sent_in_order_once_the_line_is_back(gateway: Gateway, chat: Chat) -> None:
    await chat.ask("before", "re: before")
    await chat.tab.page.context.set_offline(True)
    await expect(chat.panel).to_contain_text("You are offline")
    for text in ("one", "two", "three"):
        await chat.say(text)
    await expect(chat.log.locator(".pending")).to_have_count(3)
    await chat.tab.page.context.set_offline(False)
    await chat.answered("re: three")
    assert await chat.transcript() == [
        *[GREETING, "before", "re: before"],
        *await spoken(chat, after=3),
    ]
    assert gateway.rasa.texts() == ["before", "one", "two", "three"]
    await expect(chat.panel).not_to_contain_text("You are offline")


async def spoken(chat: Chat, *, after: int) -> list[str]:
    """The rest of the transcript, after a check that it holds everything once, whatever came in between."""
    rest = (await chat.transcript())[after:]
    assert sorted(rest) == sorted(["one", "two", "three", "re: one", "re: two", "re: three"])
    assert [text for text in rest if not text.startswith("re: ")] == ["one", "two", "three"]
    return rest


async def test_what_was_said_offline_survives_a_reload(chat: Chat) -> None:
    await chat.ask("before", "re: before")
    await chat.tab.page.context.route("**/messages", lambda route: route.abort())
    await chat.say("kept")
    await expect(chat.log.locator(".pending")).to_have_count(1)
    await chat.tab.page.context.unroute("**/messages")
    await chat.tab.page.reload()
    await chat.answered("re: kept")
    assert await chat.transcript() == [GREETING, "before", "re: before", "kept", "re: kept"]


async def test_an_acknowledgement_that_gets_lost_doubles_nothing(gateway: Gateway, chat: Chat) -> None:
    lost = 0

    async def lose(route: Route) -> None:
        nonlocal lost
        lost += 1
        await route.fetch()  # it arrives, but nobody hears of it
        await route.abort()

    await chat.ask("before", "re: before")
    await chat.tab.page.route("**/messages", lose, times=2)
    await chat.say("once")
    await chat.answered("re: once")
    await asyncio.sleep(2.5)  # the repetitions
    await chat.settled()
    assert lost == 2
    assert await chat.transcript() == [GREETING, "before", "re: before", "once", "re: once"]
    assert gateway.rasa.texts() == ["before", "once"]


async def test_events_come_by_polling_where_no_socket_opens(new_chat: NewChat) -> None:
    chat = await new_chat()
    sockets = 0

    async def refuse(socket: WebSocketRoute) -> None:
        nonlocal sockets
        sockets += 1
        await socket.close(code=1011)

    await chat.tab.page.context.route_web_socket("**/stream", refuse)
    await chat.tab.page.reload()
    await chat.loaded()
    await chat.ask("by post", "re: by post")
    await chat.ask("again", "re: again")
    assert sockets >= 1
    assert await chat.transcript() == [GREETING, "by post", "re: by post", "again", "re: again"]


async def test_two_tabs_show_the_same_conversation(chat: Chat) -> None:
    await chat.ask("from the first", "re: from the first")
    page = await chat.tab.page.context.new_page()
    other = Chat(type(chat.tab)(page, chat.tab.url))
    await other.visit()
    await other.open()
    await other.ask("from the second", "re: from the second")
    await chat.answered("re: from the second")
    assert await chat.transcript() == await other.transcript()


async def test_a_conversation_whose_token_is_refused_makes_place_for_a_new_one(gateway: Gateway, chat: Chat) -> None:
    await chat.ask("before", "re: before")
    await gateway.sql("UPDATE conversations SET token_expires_at = now() - interval '1 day'")
    await chat.say("after")
    await chat.answered("re: after")
    await expect(chat.panel).to_contain_text("Your earlier conversation has expired")
    assert await chat.transcript() == [GREETING, "after", "re: after"]


async def test_what_is_written_before_the_new_conversation_is_there_is_sent_in_it(gateway: Gateway, chat: Chat) -> None:
    await chat.ask("before", "re: before")
    gate = asyncio.Event()

    async def hold(route: Route) -> None:
        await gate.wait()
        await route.continue_()

    await chat.tab.page.route("**/v1/conversations", hold)
    await gateway.sql("UPDATE conversations SET token_expires_at = now() - interval '1 day'")
    await chat.say("one")
    await expect(chat.panel).to_contain_text("Your earlier conversation has expired", timeout=PATIENCE_MS)
    await chat.say("two")
    gate.set()
    await chat.answered("re: .*two")
    own = [text for text in await chat.transcript() if not text.startswith("re: ")]
    assert own == [GREETING, "one", "two"]
    assert "\n".join(gateway.rasa.texts()).split() == ["before", "one", "two"]


class TestBusy:
    @pytest.fixture
    def limits(self) -> dict[str, Any]:
        return {"limit_messages_per_conversation": "2/4second"}

    async def test_a_busy_gateway_is_given_the_time_it_asks_for(self, gateway: Gateway, chat: Chat) -> None:
        for text in ("one", "two", "three"):
            await chat.say(text)
        await expect(chat.panel).to_contain_text("We try again in", timeout=PATIENCE_MS)
        await chat.answered("re: three")
        assert gateway.rasa.texts() == ["one", "two", "three"]
        assert sorted((await chat.transcript())[1:]) == ["one", "re: one", "re: three", "re: two", "three", "two"]
