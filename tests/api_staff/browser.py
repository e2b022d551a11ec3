import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, async_playwright

from tests.api_staff.site import PASSWORD

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """The system's Chromium, or Playwright's own where there is none."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        try:
            yield browser
        finally:
            await browser.close()


@dataclass
class Tab:
    """A page whose console is listened to: `complaints` holds errors, blocked inline code included."""

    page: Page
    url: str
    complaints: list[str] = field(default_factory=list)

    async def open(self, path: str) -> None:
        await self.page.goto(f"{self.url}{path}")

    async def log_in(self, name: str) -> None:
        await self.open("/login")
        await self.page.get_by_label("Name").fill(name)
        await self.page.get_by_label("Password").fill(PASSWORD)
        await self.page.get_by_role("button", name="Log in").click()
        await self.page.get_by_role("button", name="Log out").wait_for()

    async def violations(self) -> list[str]:
        """What axe finds against WCAG and its best practices."""
        found: dict[str, Any] = (await Axe().run(self.page)).response
        return [
            f"{each['id']}: {each['help']}: {[node['target'] for node in each['nodes']]}"
            for each in found["violations"]
        ]


@asynccontextmanager
async def tab(
    browser: Browser, url: str, *, scheme: Literal["light", "dark"] = "light", width: int = 1280, **options: Any
) -> AsyncIterator[Tab]:
    # Without motion: axe would measure the contrast of a message that is still fading in.
    context = await browser.new_context(
        color_scheme=scheme, viewport={"width": width, "height": 900}, reduced_motion="reduce", **options
    )
    page = await context.new_page()
    opened = Tab(page, url)
    page.on("console", lambda line: opened.complaints.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda error: opened.complaints.append(str(error)))
    try:
        yield opened
    finally:
        await context.close()
