import re
from dataclasses import dataclass

from playwright.async_api import Locator, expect

from tests.browser.labels import labels
from tests.browser.tab import PATIENCE_MS, Tab

# The sample shop's page, as if it were written in another language.
IN_LANGUAGE = """new MutationObserver((_, observer) => {
    document.documentElement.lang = %r;
    observer.disconnect();
}).observe(document, { childList: true })"""


@dataclass
class Chat:
    """The widget on the sample shop's page, as a visitor uses it. `language`: in which it speaks by now."""

    tab: Tab
    language: str = "en"

    async def visit(self, customer: str = "", *, lang: str = "") -> None:
        """Open the shop, and be one of its customers; empty: an anonymous visitor. `lang`: of the page."""
        if lang:
            await self.tab.page.add_init_script(IN_LANGUAGE % lang)
        await self.tab.open("/")
        await self.launcher.wait_for()
        if customer:
            await self.become(customer)

    async def become(self, customer: str) -> None:
        """Log in at the shop, or log out."""
        if not customer:
            await self.tab.page.get_by_label("You are").select_option("")
            return
        async with self.tab.page.expect_response(lambda answer: answer.url.endswith("/shop/token")):
            await self.tab.page.get_by_label("You are").select_option(customer)

    async def open(self) -> None:
        await self.launcher.click()
        await self.loaded()

    async def loaded(self) -> None:
        await expect(self.log).to_have_attribute("aria-busy", "false", timeout=PATIENCE_MS)

    def label(self, name: str) -> str:
        return labels(self.language)[name]

    def button(self, name: str) -> Locator:
        """By the name of its label."""
        return self.tab.page.get_by_role("button", name=self.label(name), exact=True)

    @property
    def launcher(self) -> Locator:
        return self.tab.page.get_by_role("button", name=self.label("launch"))

    @property
    def panel(self) -> Locator:
        return self.tab.page.get_by_role("dialog", name="Juniper & Lane")

    @property
    def log(self) -> Locator:
        return self.tab.page.get_by_role("log", name=self.label("log"))

    @property
    def input(self) -> Locator:
        return self.tab.page.get_by_role("textbox", name=self.label("input"))

    @property
    def messages(self) -> Locator:
        return self.log.locator(".message")

    @property
    def replies(self) -> Locator:
        return self.log.get_by_role("group", name=self.label("replies")).get_by_role("button")

    async def say(self, text: str) -> None:
        await self.input.fill(text)
        await self.input.press("Enter")

    async def ask(self, text: str, answer: str) -> None:
        """Say something and wait for a new answer of the assistant that the pattern finds."""
        before = await self.said_by("bot").count()
        await self.say(text)
        await self.answered(answer, since=before)

    async def answered(self, answer: str, *, since: int = 0) -> None:
        fitting = self.said_by("bot").filter(has_text=re.compile(answer, re.IGNORECASE | re.DOTALL))
        new = self.log.locator(f":nth-match(.message.bot, {since + 1})")
        await expect(new).to_be_visible(timeout=PATIENCE_MS)
        await expect(fitting.last).to_be_visible(timeout=PATIENCE_MS)

    def said_by(self, author: str) -> Locator:
        return self.log.locator(f".message.{author}")

    async def transcript(self) -> list[str]:
        """What everybody said, without names and times."""
        return await self.log.locator(".bubble").all_inner_texts()

    async def settled(self) -> None:
        """Everything that was said is acknowledged."""
        await expect(self.log.locator(".pending")).to_have_count(0, timeout=PATIENCE_MS)
