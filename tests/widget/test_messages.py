"""What a customer sees of each message."""

import pytest
from playwright.async_api import expect

from tests.api.conftest import Gateway
from tests.browser.chat import Chat
from tests.fakes.rasa import message

pytestmark = pytest.mark.browser

MARKUP = '<img src=x onerror="document.title=1"><script>document.title=2</script> & <b>bold</b>'
BUTTONS = [{"title": "This order", "payload": '/inform{"order": "1"}'}, {"title": "Other", "payload": "/other"}]


async def test_markup_is_shown_as_text_from_whomever_it_comes(gateway: Gateway, chat: Chat) -> None:
    link = {"title": MARKUP, "url": "javascript:alert(1)"}
    card = {"kind": "order", "title": MARKUP, "fields": [{"label": MARKUP, "value": MARKUP}], "link": link}
    gateway.rasa.then(gateway.rasa.answer(message(MARKUP, cards=[card], buttons=[{"title": MARKUP, "payload": "/a"}])))
    await chat.say(MARKUP)
    await chat.answered("onerror")
    assert (await chat.transcript())[1:] == [MARKUP, MARKUP]
    await expect(chat.replies).to_have_text([MARKUP])
    assert await chat.log.locator("img, script, b:text-is('bold'), a").count() == 0
    assert await chat.tab.page.title() not in {"1", "2"}
    assert chat.tab.complaints == []


async def test_addresses_become_links_that_open_elsewhere_and_hold_no_punctuation(gateway: Gateway, chat: Chat) -> None:
    text = "See https://shop.example/a?b=1&c=2. Or (http://x.example/y), not javascript:alert(1) or https://"
    gateway.rasa.then(gateway.rasa.answer(message(text)))
    await chat.ask("where?", "See https")
    links = chat.said_by("bot").last.get_by_role("link")
    assert [await link.get_attribute("href") for link in await links.all()] == [
        "https://shop.example/a?b=1&c=2",
        "http://x.example/y",
    ]
    for link in await links.all():
        assert await link.get_attribute("target") == "_blank"
        assert "noopener" in (await link.get_attribute("rel") or "")


async def test_an_answers_markdown_is_shown_as_paragraphs_lists_and_links_and_nothing_more(
    gateway: Gateway, chat: Chat
) -> None:
    lines = (
        "You have **30 days**.",
        "- keep the *label*",
        "- see [the shop](https://shop.example/r)",
        "<b>x</b> [y](javascript:1)",
    )
    answer = "\n\n".join(lines)
    source = {"kind": "faq", "entry": "return-window", "version": 1}
    gateway.rasa.then(gateway.rasa.answer(message(answer, source=source)))
    await chat.ask("how long?", "30 days")
    bubble = chat.said_by("bot").last.locator(".bubble")
    await expect(bubble.locator("strong")).to_have_text("30 days")
    await expect(bubble.locator("em")).to_have_text("label")
    await expect(bubble.get_by_role("listitem")).to_have_count(2)
    await expect(bubble.get_by_role("link")).to_have_attribute("href", "https://shop.example/r")
    await expect(bubble.locator("p").last).to_have_text("<b>x</b> [y](javascript:1)")
    assert await chat.tab.violations() == []
    assert chat.tab.complaints == []


async def test_a_card_shows_its_fields_and_its_link_and_an_answer_says_where_it_comes_from(
    gateway: Gateway, chat: Chat
) -> None:
    card = {
        "kind": "return",
        "title": "RT-200031",
        "fields": [{"label": "Send by", "value": "7 December"}],
        "link": {"title": "Open the label", "url": "https://shop.example/label"},
    }
    gateway.rasa.then(
        gateway.rasa.answer(message("Registered.", cards=[card], source={"kind": "backend", "call": "POST /returns"})),
        gateway.rasa.answer(message("30 days.", source={"kind": "faq", "entry": "return-window", "version": 1})),
        gateway.rasa.answer(message("By rule.", source={"kind": "backend", "call": "GET /policies"})),
        gateway.rasa.answer(message("You're welcome.")),
    )
    await chat.ask("yes", "Registered")
    shown = chat.log.get_by_role("group", name="RT-200031")
    await expect(shown).to_contain_text("7 December")
    await expect(shown.get_by_role("link", name="Open the label")).to_have_attribute(
        "href", "https://shop.example/label"
    )
    await chat.ask("how long?", "30 days")
    await chat.ask("why?", "By rule")
    await chat.ask("thanks", "welcome")
    sources = [await each.all_inner_texts() for each in [chat.log.locator(".source")]]
    assert sources == [["From your account", "From our FAQ", "From our shop's rules"]]


async def test_a_button_sends_its_payload_and_is_gone_once_something_else_was_said(
    gateway: Gateway, chat: Chat
) -> None:
    ask = gateway.rasa.answer(message("Which order?", buttons=BUTTONS), message("You can also type its number."))
    gateway.rasa.then(ask, gateway.rasa.answer(message("Thank you.")), ask)
    await chat.ask("return", "also type")
    await expect(chat.replies).to_have_text(["This order", "Other"])
    await chat.replies.first.click()
    await chat.answered("Thank you")
    assert gateway.rasa.texts()[-1] == BUTTONS[0]["payload"]
    assert (await chat.transcript())[-2:] == ["This order", "Thank you."]
    await expect(chat.replies).to_have_count(0)
    await chat.ask("return", "also type")
    await expect(chat.replies).to_have_count(2)
    await chat.say("never mind")
    await expect(chat.replies).to_have_count(0)


async def test_a_text_over_the_limit_is_not_sent_and_said_so(gateway: Gateway, chat: Chat) -> None:
    await chat.input.fill("😀" * 4001)
    await chat.input.press("Enter")
    await expect(chat.panel).to_contain_text("4000 characters; this one has 4001")
    await expect(chat.input).to_have_attribute("aria-invalid", "true")
    await chat.input.fill("😀" * 4000)
    await chat.input.press("Enter")
    await chat.answered("re: 😀")
    assert gateway.rasa.texts() == ["😀" * 4000]


async def test_an_answer_that_takes_its_time_is_announced(gateway: Gateway, chat: Chat) -> None:
    gateway.rasa.then(gateway.rasa.slow(1.5))
    await chat.say("hello")
    await expect(chat.log.get_by_text("The assistant is writing")).to_be_attached()
    await chat.answered("re: hello")
    await expect(chat.log.locator(".writing")).to_be_hidden()
