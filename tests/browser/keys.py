from dataclasses import dataclass

from playwright.async_api import Locator, Page, expect

from tests.browser.tab import PATIENCE_MS

MOST = 120  # stops of the tab key on the way to anything
RING = "node => node.matches(':focus-visible') && getComputedStyle(node).outlineStyle !== 'none'"


@dataclass
class Keys:
    """A page used without a mouse: what the tab key does not reach, or where nobody sees that it did, is a failure."""

    page: Page

    async def to(self, target: Locator) -> None:
        node = await target.element_handle()
        for _ in range(MOST):
            if await node.evaluate("node => node === document.activeElement"):
                assert await node.evaluate(RING), f"{target} has the focus, and nothing shows it"
                return
            await self.page.keyboard.press("Tab")
        raise AssertionError(f"{target} is not reached with the tab key")

    async def press(self, target: Locator) -> None:
        await self.to(target)
        await self.page.keyboard.press("Enter")

    async def write(self, target: Locator, text: str) -> None:
        """In place of what stands there."""
        await self.to(target)
        await self.page.keyboard.press("Control+A")
        await self.page.keyboard.type(text)

    async def choose(self, target: Locator, option: str, value: str) -> None:
        """By the first letters of the option."""
        await self.to(target)
        await self.page.keyboard.type(option)
        await expect(target).to_have_value(value)

    async def button(self, name: str) -> None:
        await self.press(self.page.get_by_role("button", name=name, exact=True))

    async def submit(self, name: str) -> None:
        """Press a button and wait for the page that comes of it."""
        async with self.page.expect_navigation(timeout=3 * PATIENCE_MS):  # publications ask every phrasing
            await self.button(name)

    async def link(self, name: str) -> None:
        await self.press(self.page.get_by_role("link", name=name, exact=True).first)

    async def field(self, label: str, text: str) -> None:
        await self.write(self.page.get_by_label(label, exact=True), text)
