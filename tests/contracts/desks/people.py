"""The people at a desk, as the contract suite needs them: at the built-in desk and in django-helpdesk."""

from dataclasses import dataclass, field
from typing import Any, Protocol

from api.staff.guards import COOKIE, CSRF_HEADER
from api.staff.models import Role
from tests.api.conftest import Gateway
from tests.helpdesk.running import RunningHelpdesk
from tests.waiting import eventually

PASSWORD = "correct horse battery"


class People(Protocol):
    """`nora` and `sam` answer. Each method waits for what it is about."""

    async def wish(self, reference: str) -> str:
        """Everything that can be read there about a wish."""

    async def heard(self, reference: str, count: int) -> list[str]:
        """What the customer has said to people since the wish, once it is as much."""

    async def answer(self, reference: str, text: str, *, name: str = "nora") -> None: ...

    async def leave(self, name: str) -> None:
        """They go home with their conversations open."""

    async def close(self, reference: str) -> None: ...


@dataclass
class BuiltInPeople:
    gateway: Gateway
    sessions: dict[str, dict[str, str]] = field(default_factory=dict)

    async def call(self, method: str, path: str, *, name: str = "nora", **options: Any) -> Any:
        answer = await self.gateway.http.request(
            method, f"/v1/desk{path}", headers=await self._session(name), **options
        )
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    async def wish(self, reference: str) -> str:
        view = await self._view(reference)
        said = [event.get("text", "") for event in view["events"]]
        return "\n".join([view["customer"], view["handoff"]["reason"], view["handoff"]["summary"], *said])

    async def heard(self, reference: str, count: int) -> list[str]:
        async def ask() -> list[str]:
            events = (await self._view(reference))["events"]
            since = max(event["seq"] for event in events if event.get("position") and event.get("text"))
            said = [each for each in events if each["author"] == "customer" and each["seq"] > since]
            return [each["text"] for each in said] if len(said) >= count else []

        return await eventually(ask)

    async def answer(self, reference: str, text: str, *, name: str = "nora") -> None:
        view = await self._view(reference, name)
        path = f"/conversations/{view['id']}"
        if not view["mine"]:
            move = "take-over" if view["owner"] else "claim"
            headers = await self._session(name)
            answer = await self.gateway.http.post(f"/v1/desk{path}/{move}", headers=headers)
            # Whoever knows the customer may have been given the conversation in the same moment.
            assert answer.is_success or (await self._view(reference, name))["mine"]
        await self.call("POST", f"{path}/messages", name=name, json={"text": text})

    async def leave(self, name: str) -> None:
        await self.gateway.http.post("/v1/staff/logout", headers=self.sessions.pop(name))

    async def close(self, reference: str) -> None:
        view = await self._view(reference)
        await self.call("POST", f"/conversations/{view['id']}/resolve")

    async def _view(self, reference: str, name: str = "nora") -> dict[str, Any]:
        board = await self.call("GET", "/board", name=name)
        lines = [line for part in board.values() for line in part]
        found = [line["conversation_id"] for line in lines if line["handoff"]["reference"] == reference]
        if not found:  # somebody else has it
            rows = await self.gateway.sql(
                "SELECT conversation_id FROM handoffs WHERE id = %s", int(reference[3:]) - 100_000
            )
            found = [str(rows[0][0])]
        view: dict[str, Any] = await self.call("GET", f"/conversations/{found[0]}", name=name)
        return view

    async def _session(self, name: str) -> dict[str, str]:
        if name not in self.sessions:
            staff = self.gateway.services.staff
            if name not in {each.name for each, _ in await staff.everyone()}:
                await staff.add(name, name.capitalize(), [Role.ADVISOR], PASSWORD)
            session = await staff.log_in(name, PASSWORD, address="127.0.0.1")
            self.sessions[name] = {"Cookie": f"{COOKIE}={session.token}", CSRF_HEADER: session.csrf_token}
        return self.sessions[name]


@dataclass
class HelpdeskPeople:
    helpdesk: RunningHelpdesk

    async def wish(self, reference: str) -> str:
        ticket = await self.helpdesk.ticket(reference)
        return f"{ticket['title']}\n{ticket['description']}"

    async def heard(self, reference: str, count: int) -> list[str]:
        async def ask() -> list[str]:
            follow_ups = (await self.helpdesk.ticket(reference))["followup_set"]
            ours = [each for each in follow_ups if each["user"] == self.helpdesk.accounts["aftercare"]["id"]]
            said = [each["comment"].rpartition("\n\n—")[0] for each in sorted(ours, key=lambda each: each["id"])[1:]]
            words = [each for each in said if each]  # the rest are notes
            return words if len(words) >= count else []

        return await eventually(ask)

    async def answer(self, reference: str, text: str, *, name: str = "nora") -> None:
        ticket = await self.helpdesk.ticket(reference)
        await self.helpdesk.follow_up(ticket["id"], text, name=name)

    async def leave(self, name: str) -> None:
        """Nobody sees who is there."""

    async def close(self, reference: str) -> None:
        await self.helpdesk.resolve((await self.helpdesk.ticket(reference))["id"])
