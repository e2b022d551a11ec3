"""A customer sends a photo from the chat."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.api.conftest import Gateway
from tests.browser.chat import Chat
from tests.browser.tab import PATIENCE_MS
from tests.fakes.pictures import picture
from tests.fakes.rasa import message
from tests.waiting import eventually

pytestmark = pytest.mark.browser

IS_RED = "canvas => canvas.getContext('2d').getImageData(5, canvas.height / 2, 1, 1).data[0] > 200"


async def test_a_photo_is_shown_at_once_and_after_a_reload_and_leaves_choices_open(
    gateway: Gateway, chat: Chat, tmp_path: Path
) -> None:
    page = chat.tab.page
    asks = message("What is wrong?", buttons=[{"title": "Broken", "payload": '/inform{"choice": "1"}'}])
    gateway.rasa.then(gateway.rasa.answer(asks))
    await chat.ask("return the mug", "What is wrong?")
    file = tmp_path / "mug.png"
    file.write_bytes(picture("PNG", size=(2400, 1200)))
    await expect(page.get_by_role("button", name="Send a photo")).to_be_visible()
    await page.locator("input[type=file]").set_input_files(file)
    shown = page.get_by_role("img", name="Photo that you sent")
    await expect(shown).to_be_visible(timeout=PATIENCE_MS)
    await expect(chat.log).to_contain_text("Kept for the colleagues who deal with it")
    await expect(chat.panel).to_contain_text("Your photo is sent.")
    assert await eventually(lambda: shown.evaluate(IS_RED)), "the photo itself, not an empty frame"
    await expect(page.get_by_role("button", name="Broken")).to_be_visible()
    sizes = await gateway.sql("SELECT width, height FROM photos ORDER BY sent_at DESC LIMIT 1")
    assert sizes == [(1600, 800)], "made smaller before it left"
    assert await chat.tab.violations() == []
    await page.reload()
    await expect(page.get_by_role("img", name="Photo that you sent")).to_be_visible(timeout=PATIENCE_MS)
    assert chat.tab.complaints == []


async def test_a_file_that_is_no_photo_is_not_sent(chat: Chat, tmp_path: Path) -> None:
    page = chat.tab.page
    await chat.ask("hello", "re: hello")
    file = tmp_path / "mug.jpg"
    file.write_text("not a picture")
    await page.locator("input[type=file]").set_input_files(file)
    await expect(chat.panel).to_contain_text("this file is no photo that we can read", timeout=PATIENCE_MS)
    assert await page.get_by_role("img", name="Photo that you sent").count() == 0
