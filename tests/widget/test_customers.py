"""Whose conversation it is."""

import asyncio

import pytest
from playwright.async_api import expect

from tests.api.conftest import Gateway
from tests.browser.chat import Chat
from tests.widget.conftest import NewChat, customer_token

pytestmark = pytest.mark.browser

GREETING = "Hello! How can I help you today?"


async def test_each_customer_of_a_browser_has_a_conversation_of_their_own(gateway: Gateway, new_chat: NewChat) -> None:
    chat = await new_chat("liam")
    await chat.ask("I am Liam", "re: I am Liam")
    await chat.become("emma")
    await chat.loaded()
    await expect(chat.messages).to_have_count(1)
    await chat.ask("I am Emma", "re: I am Emma")
    await chat.become("liam")
    await chat.answered("re: I am Liam")
    assert await chat.transcript() == [GREETING, "I am Liam", "re: I am Liam"]
    query = "SELECT customer_id, auth_level FROM conversations WHERE customer_id IS NOT NULL ORDER BY customer_id"
    assert [tuple(row.values()) if isinstance(row, dict) else row for row in await gateway.sql(query)] == [
        ("cus_emma", "customer"),
        ("cus_liam", "customer"),
    ]


async def test_what_a_visitor_began_goes_on_after_the_login(gateway: Gateway, chat: Chat) -> None:
    await chat.ask("hello", "re: hello")
    await chat.become("liam")
    await chat.ask("logged in", "re: logged in")
    assert await chat.transcript() == [GREETING, "hello", "re: hello", "logged in", "re: logged in"]
    assert gateway.rasa.calls[-1]["metadata"]["auth_level"] == "customer"
    assert len({call["sender"] for call in gateway.rasa.calls}) == 1
    await chat.become("")
    await expect(chat.messages).to_have_count(1)


async def test_who_logs_out_is_not_known_in_their_conversation_until_they_come_back(
    gateway: Gateway, new_chat: NewChat
) -> None:
    chat = await new_chat("liam")
    await chat.ask("I am Liam", "re: I am Liam")
    conversation = gateway.rasa.calls[-1]["sender"]
    known = "SELECT identified_until > now() FROM conversations WHERE id = %s"
    await chat.become("")
    async with asyncio.timeout(30):
        while (await gateway.sql(known, conversation))[0][0]:  # noqa: ASYNC110 - what is waited for is in the database
            await asyncio.sleep(0.05)
    await chat.become("liam")
    await chat.ask("here again", "re: here again")
    assert gateway.rasa.calls[-1]["sender"] == conversation
    assert gateway.rasa.calls[-1]["metadata"]["auth_level"] == "customer"


async def test_a_customer_token_that_is_refused_leaves_an_anonymous_conversation(gateway: Gateway, chat: Chat) -> None:
    await chat.tab.page.evaluate(
        """() => {
            const chat = document.querySelector("aftercare-chat");
            window.refused = new Promise((resolve) =>
                chat.addEventListener("aftercare-token-refused", (event) => resolve(event.detail.code)));
            return chat.identify("not.a.token");
        }"""
    )
    assert "token" in await chat.tab.page.evaluate("window.refused")
    await chat.ask("hello", "re: hello")
    assert gateway.rasa.calls[-1]["metadata"]["auth_level"] == "anonymous"


async def test_a_token_that_is_accepted_later_identifies_the_conversation_that_was_begun_without(
    gateway: Gateway, new_chat: NewChat
) -> None:
    chat = await new_chat()
    refuse, accept = (
        f"document.querySelector('aftercare-chat').identify({token!r})"
        for token in (customer_token("liam", expires_in=-7200), customer_token("liam"))
    )
    await chat.tab.page.evaluate(refuse)
    await chat.ask("who am I?", "re: who am I")
    assert gateway.rasa.calls[-1]["metadata"]["auth_level"] == "anonymous"
    await chat.tab.page.evaluate(accept)
    await chat.ask("and now?", "re: and now")
    assert gateway.rasa.calls[-1]["metadata"]["auth_level"] == "customer"
    assert len({call["sender"] for call in gateway.rasa.calls}) == 1


async def test_what_is_written_while_a_refused_token_is_dealt_with_is_answered_once(
    gateway: Gateway, new_chat: NewChat
) -> None:
    """The page answers a refusal with no token, when the first words are on their way already."""
    chat = await new_chat()
    refused = customer_token("liam", expires_in=-7200)
    await chat.tab.page.evaluate(
        f"""async () => {{
            const chat = document.querySelector("aftercare-chat");
            const input = chat.shadowRoot.getElementById("input");
            chat.addEventListener("aftercare-token-refused", () => {{
                input.value = "are you there?";
                input.form.requestSubmit();
            }}, {{ capture: true }});
            await chat.identify({refused!r});
        }}"""
    )
    await chat.answered("re: are you there", since=1)
    assert [text for text in await chat.transcript() if text != GREETING] == ["are you there?", "re: are you there?"]
    assert gateway.rasa.texts() == ["are you there?"]


async def test_a_customer_who_logs_out_leaves_nothing_to_who_comes_after(gateway: Gateway, new_chat: NewChat) -> None:
    chat = await new_chat("emma")
    await chat.ask("my order", "re: my order")
    gone = customer_token("emma", expires_in=-7200)
    await chat.tab.page.evaluate(f"document.querySelector('aftercare-chat').identify({gone!r})")
    await chat.tab.page.evaluate("document.querySelector('aftercare-chat').identify(null)")
    await chat.loaded()
    assert "my order" not in await chat.transcript()
    await chat.ask("hello", "re: hello")
    assert len({call["sender"] for call in gateway.rasa.calls}) == 2


async def test_nothing_but_the_key_to_the_conversation_is_kept_in_the_browser(chat: Chat) -> None:
    await chat.ask("my secret", "re: my secret")
    kept: dict[str, str] = await chat.tab.page.evaluate("({...localStorage})")
    assert len(kept) == 1
    assert "secret" not in "".join(kept.values())
    await chat.tab.page.evaluate("document.querySelector('aftercare-chat').forget()")
    await expect(chat.messages).to_have_count(1)
    await chat.loaded()
    assert await chat.transcript() == [GREETING]
