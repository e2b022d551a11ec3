"""A conversation with the action server as Rasa holds it: RulePolicy's order of things, without its classifier.

A message goes to the running form first; if the form does not take it for an answer the intent's action runs, and the
form asks again. A form that closed is followed by its submit action. tests/functional has the same through real Rasa.
"""

import uuid
from dataclasses import dataclass, field
from typing import Any

from rasa_sdk.executor import ActionExecutor


@dataclass(frozen=True)
class Message:
    template: str | None
    text: str | None
    custom: dict[str, Any]
    payloads: list[str]
    values: dict[str, Any]

    @property
    def source(self) -> Any:
        return self.custom.get("source")

    def card(self, index: int = 0) -> dict[str, str]:
        return {each["label"]: each["value"] for each in self.custom["cards"][index]["fields"]}


_KNOWN = {"text", "buttons", "elements", "custom", "template", "response", "image", "attachment"}


@dataclass
class Conversation:
    executor: ActionExecutor
    assertion: str = "emma"
    auth_level: str = "customer"
    first_name: str = "Emma"
    tier: str = ""
    photos: bool = False
    language: str = "en"
    languages: tuple[str, ...] = ("en",)
    sender: str = "conversation-1"
    slots: dict[str, Any] = field(default_factory=dict)
    domain: dict[str, Any] = field(default_factory=dict)
    form: str | None = None
    events: list[dict[str, Any]] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    _latest: dict[str, Any] = field(default_factory=dict)

    async def says(
        self,
        text: str,
        intent: str = "inform",
        *,
        faq: dict[str, Any] | None = None,
        message_id: str = "",
        also: list[dict[str, Any]] | None = None,
        **entities: str,
    ):
        """Send a message; returns the templates (or texts) of the answers. A button: its payload as text."""
        metadata: dict[str, Any] = {
            "assertion": self.assertion,
            "auth_level": self.auth_level,
            "first_name": self.first_name,
            "tier": self.tier,
            "photos": self.photos,
            "also": also or [],
            "language": self.language,
            "languages": self.languages,
        }
        self._latest = {
            "text": text,
            "intent": {"name": intent},
            "entities": [{"entity": name, "value": value} for name, value in entities.items()],
            "message_id": message_id or uuid.uuid4().hex,
            "metadata": metadata,
            "faq": faq or {"available": True, "decision": "abstain", "candidates": []},
        }
        self.messages = []
        self.events += [{"event": "action", "name": "action_listen"}, {"event": "user", "text": text}]
        answered = await self._run_form() if self.form else False
        if not answered:
            await self._run(f"action_{intent}" if intent != "nlu_fallback" else "action_fallback")
            if self.form:
                await self._run_form()
        return [message.template or message.text for message in self.messages]

    async def presses(self, intent: str, **entities: str):
        return await self.says(f"/{intent}", intent, **entities)

    @property
    def directive(self) -> dict[str, Any]:
        """Every custom member of the last turn's messages."""
        return {name: value for message in self.messages for name, value in message.custom.items()}

    async def _run_form(self) -> bool:
        form = self.form
        assert form is not None
        events = await self._call(f"validate_{form}", [{"event": "action", "name": form}])
        after_listen = [each["name"] for each in self.events if each["event"] == "action"][-1] == "action_listen"
        if after_listen and not any(each["event"] == "slot" and each["name"] != "requested_slot" for each in events):
            return False
        self.events.append({"event": "action", "name": form})
        self._apply(events)
        if self.slots.get("requested_slot") is None:
            self.form = None
            await self._run(f"action_{form.removesuffix('_form')}_submit")
            if self.form:
                await self._run_form()
        return True

    async def _run(self, action: str) -> None:
        events = await self._call(action, [])
        self.events.append({"event": "action", "name": action})
        self._apply(events)

    async def _call(self, action: str, extra: list[dict[str, Any]]) -> list[dict[str, Any]]:
        tracker = {
            "sender_id": self.sender,
            "slots": dict(self.slots),
            "latest_message": self._latest,
            "events": self.events + extra,
            "active_loop": {"name": self.form} if self.form else {},
            "paused": False,
            "followup_action": None,
            "latest_action_name": None,
        }
        result = await self.executor.run({"next_action": action, "tracker": tracker, "domain": self.domain})
        assert result is not None
        for response in result.responses:
            values = {name: value for name, value in response.items() if name not in _KNOWN}
            payloads = [each["payload"] for each in response["buttons"]]
            message = Message(response["response"], response["text"], response["custom"], payloads, values)
            self.messages.append(message)
            self.events.append({"event": "bot", "text": response["text"] or response["response"], "data": {}})
        return result.events

    def _apply(self, events: list[dict[str, Any]]) -> None:
        for event in events:
            if event["event"] == "slot":
                self.slots[event["name"]] = event["value"]
            elif event["event"] == "active_loop":
                self.form = event["name"]
