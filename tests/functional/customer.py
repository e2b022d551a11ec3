"""A customer who writes over the public interface, as the chat on the shop's page does."""

import asyncio
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

import httpx

WAIT = 20.0  # seconds of one long poll
PATIENCE = 60.0
SHOWN = 0.3


@dataclass
class Customer:
    http: httpx.AsyncClient
    id: str
    token: str
    after: int = 0
    seen: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    async def arrive(cls, http: httpx.AsyncClient, customer_token: str | None) -> "Customer":
        body = {"customer_token": customer_token} if customer_token else {}
        created = (await http.post("/v1/conversations", json=body)).raise_for_status().json()
        return cls(http, created["id"], created["token"])

    async def says(self, text: str) -> list[dict[str, Any]]:
        return await self._send({"text": text})

    async def presses(self, title: str) -> list[dict[str, Any]]:
        """The latest button with this title."""
        for event in reversed(self.seen):
            for button in event.get("buttons") or ():
                if button["title"] == title:
                    return await self._send({"payload": button["payload"]})
        raise AssertionError(f"no button {title!r} was offered")

    async def asks_for_people(self) -> None:
        """With the chat's own button: the assistant doesn't hear of it."""
        headers = {"Authorization": f"Bearer {self.token}"}
        (await self.http.post(f"/v1/conversations/{self.id}/handoff", headers=headers)).raise_for_status()

    async def waits_no_longer(self) -> None:
        """Goes on with the assistant instead of waiting for a person."""
        headers = {"Authorization": f"Bearer {self.token}"}
        (await self.http.delete(f"/v1/conversations/{self.id}/handoff", headers=headers)).raise_for_status()

    async def _send(self, body: dict[str, str]) -> list[dict[str, Any]]:
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": uuid.uuid4().hex}
        path = f"/v1/conversations/{self.id}"
        sent = (await self.http.post(f"{path}/messages", json=body, headers=headers)).raise_for_status().json()
        answers: list[dict[str, Any]] = []
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            page = await self.http.get(f"{path}/events", params={"after": self.after, "wait": WAIT}, headers=headers)
            events = page.raise_for_status().json()["events"]
            self.after = max([self.after, *(event["seq"] for event in events)])
            self.seen += events
            answers += [event for event in events if sent["message_id"] in (event.get("answers") or ())]
            if answers:
                return answers
            if all(event["type"] == "typing" for event in events):
                await asyncio.sleep(SHOWN)  # it is told at once for as long as it lasts
        raise AssertionError(f"no answer to {body} within {PATIENCE:.0f} seconds")
