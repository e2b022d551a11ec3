"""Advisors as programs over the desk's interface: take, greet, listen, hand back."""

import asyncio
import random
from typing import Any

import httpx

GREETING = "Hello, this is a colleague. I am looking into it."
LISTEN = (0.5, 3.0)  # seconds before an advisor hands back
RESOLVES = 0.2  # of the conversations; the others go back to the bot


class Advisor:
    def __init__(self, url: str, name: str, password: str, rng: random.Random) -> None:
        self._http = httpx.AsyncClient(base_url=url, timeout=8.0, trust_env=False)
        self._login = {"name": name, "password": password}
        self._rng = rng
        self._csrf = ""

    async def work(self) -> None:
        """Until cancelled, whatever breaks in between."""
        async with self._http:
            while True:
                try:
                    await self._round()
                except (httpx.HTTPError, KeyError, ValueError):
                    await asyncio.sleep(0.5)
                await asyncio.sleep(0.3)

    async def _round(self) -> None:
        if not self._csrf:
            answer = await self._http.post("/v1/staff/login", json=self._login)
            self._csrf = answer.raise_for_status().json()["csrf_token"]
        board = await self._get("/v1/desk/board")
        for line in board["mine"]:
            await self._serve(line["conversation_id"])
        for verb, lines in (("claim", board["waiting"]), ("take-over", board["left_alone"])):
            for line in lines[:2]:
                if await self._post(line["conversation_id"], verb):
                    await self._serve(line["conversation_id"])

    async def _serve(self, conversation: str) -> None:
        view = await self._get(f"/v1/desk/conversations/{conversation}")
        since = max((event["seq"] for event in view["events"] if joined(event)), default=0)
        greeted = any(event["author"] == "advisor" and event["seq"] > since for event in view["events"])
        if not greeted and not await self._post(conversation, "messages", {"text": GREETING}):
            return
        await asyncio.sleep(self._rng.uniform(*LISTEN))
        await self._post(conversation, "resolve" if self._rng.random() < RESOLVES else "hand-back")

    async def _get(self, path: str) -> Any:
        answer = await self._http.get(path)
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            self._csrf = ""
        return answer.raise_for_status().json()

    async def _post(self, conversation: str, verb: str, body: dict[str, str] | None = None) -> bool:
        """False where the desk refuses it: another advisor was quicker."""
        answer = await self._http.post(
            f"/v1/desk/conversations/{conversation}/{verb}", json=body, headers={"X-CSRF-Token": self._csrf}
        )
        if answer.is_client_error:
            return False
        answer.raise_for_status()
        return True


def joined(event: dict[str, Any]) -> bool:
    return event["type"] == "handoff" and event.get("state") == "assigned"
