from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, ConsoleMessage, Page, Request, async_playwright

from ops.chromium import find_chromium

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PATIENCE_MS = 30_000  # a busy machine is no failure


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        try:
            yield browser
        finally:
            await browser.close()


@dataclass
class Tab:
    """A page that is watched. `complaints`: errors of its console, blocked inline code included; `strangers`: requests
    to other origins."""

    page: Page
    url: str
    complaints: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)

    def watch(self) -> None:
        self.page.set_default_timeout(PATIENCE_MS)
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._note)

    def _hear(self, line: ConsoleMessage) -> None:
        if line.text.startswith(
            "htmx:sendAbort"
        ):  # a page that is left gives up what it was asking for; htmx says so twice
            self.complaints.pop()
        elif line.type == "error":
            self.complaints.append(line.text)

    def _note(self, request: Request) -> None:
        if request.url.startswith("http") and urlsplit(request.url).netloc != urlsplit(self.url).netloc:
            self.strangers.append(request.url)

    async def open(self, path: str) -> None:
        await self.page.goto(f"{self.url}{path}")

    async def log_in(self, name: str, password: str) -> None:
        await self.open("/login")
        await self.page.get_by_label("Name").fill(name)
        await self.page.get_by_label("Password").fill(password)
        await self.page.get_by_role("button", name="Log in").click()
        await self.page.get_by_role("button", name="Log out").wait_for()

    async def violations(self) -> list[str]:
        """What axe finds against WCAG and its best practices."""
        before = len(self.complaints)
        found: dict[str, Any] = (await Axe().run(self.page)).response
        del self.complaints[before:]  # axe tries inline styles in shadow roots, which the page's policy blocks
        return [
            f"{each['id']}: {each['help']}: {[node['target'] for node in each['nodes']]}"
            for each in found["violations"]
        ]


@asynccontextmanager
async def tab(
    browser: Browser,
    url: str,
    *,
    scheme: Literal["light", "dark"] = "light",
    width: int = 1280,
    height: int = 800,
    **options: Any,
) -> AsyncIterator[Tab]:
    """A tab of a browser of its own: no cookies, no storage."""
    context = await browser.new_context(
        color_scheme=scheme, viewport={"width": width, "height": height}, reduced_motion="reduce", **options
    )
    opened = Tab(await context.new_page(), url)
    opened.watch()
    try:
        yield opened
    finally:
        await context.close()
