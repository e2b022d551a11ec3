from collections.abc import Callable
from datetime import datetime
from typing import Any

from api.conversations.models import Event, State
from api.conversations.service import ConversationService
from api.handoff.line import Outlook
from api.handoff.models import Handoff
from api.handoff.opening_hours import DeskHours
from api.handoff.texts import Texts
from common.database import Connection


class Announcer:
    """Tells the customer what happens to the conversation: one `handoff` event each time."""

    def __init__(
        self,
        conversations: ConversationService,
        texts: Texts,
        hours: DeskHours,
        clock: Callable[[], datetime],
        *,
        writes_later: bool,
        live: bool = True,
    ) -> None:
        """`writes_later`: there is a way to bring an answer to a customer who does not wait for it.

        `live`: it is known who is at the desk; else nothing is said about it.
        """
        self._conversations = conversations
        self._texts = texts
        self._hours = hours
        self._clock = clock
        self.writes_later = writes_later
        self._recorded_name = "handoff_recorded" if live else "handoff_recorded_there"

    async def queued(
        self, connection: Connection, handoff: Handoff, outlook: Outlook, *, left_by: str = "", missing: str = ""
    ) -> Event:
        """In line, or recorded where nobody who could help is there; `left_by`: the advisor who disappeared.

        `missing` names the template that asks for what the recorded wish lacks; the event has it as `asks`.
        """
        if not outlook.advisors:
            asks = {"asks": missing} if missing else {}
            body = self._recorded(handoff)
            text = f"{body['text']} {self._texts.text(missing)}" if missing else body["text"]
            return await self.say(
                connection, handoff, State.QUEUED, {"position": outlook.position} | body | asks | {"text": text}
            )
        first, about = outlook.position == 1, outlook.minutes is not None
        name = "handoff_left" if left_by else f"handoff_queued{'_first' if first else ''}{'_about' if about else ''}"
        known = {"position": outlook.position, "minutes": outlook.minutes}
        message = self._texts.message(
            name, reference=handoff.reference, advisor=left_by, plural="" if outlook.minutes == 1 else "s", **known
        )
        return await self.say(connection, handoff, State.QUEUED, known | message)

    def _recorded(self, handoff: Handoff) -> dict[str, Any]:
        expected = self._hours.of(handoff.skill).next_opening(self._clock())
        if expected is None:
            return self._texts.message(self._recorded_name, reference=handoff.reference)
        when = {"day": expected.strftime("%A"), "date": f"{expected.day} {expected:%B}"}
        clock = {"time": expected.strftime("%H:%M"), "zone": expected.tzname()}
        soon = (expected - self._clock()).days < 6  # noqa: PLR2004 - then the day of the week says it all
        name = f"{self._recorded_name}_until{'' if soon else '_date'}"
        message = self._texts.message(name, reference=handoff.reference, **when, **clock)
        return {"expected_at": expected.isoformat()} | message

    async def full(self, connection: Connection, handoff: Handoff, *, missing: str) -> Event:
        """Recorded because too many are in line; `missing` as in `queued`."""
        message = self._texts.message("handoff_full", reference=handoff.reference)
        asks = {"asks": missing, "text": f"{message['text']} {self._texts.text(missing)}"} if missing else {}
        return await self.say(connection, handoff, State.BOT, message | asks)

    async def position(self, connection: Connection, handoff: Handoff, outlook: Outlook) -> None:
        """The place in line has changed: nothing is said, the status line shows it."""
        known = {"position": outlook.position, "minutes": outlook.minutes}
        await self.say(connection, handoff, State.QUEUED, known)

    async def step(
        self, connection: Connection, handoff: Handoff, state: State, template: str, **values: object
    ) -> Event:
        """Said by a template; `advisor`, where given, becomes a member of the event."""
        message = self._texts.message(template, reference=handoff.reference, **values)
        known = {"advisor": values["advisor"]} if "advisor" in values else {}
        return await self.say(connection, handoff, state, known | message)

    async def say(self, connection: Connection, handoff: Handoff, state: State, body: dict[str, Any]) -> Event:
        told = {key: value for key, value in body.items() if value is not None}
        return await self._conversations.append(
            connection,
            handoff.conversation_id,
            type="handoff",
            author="system",
            body={"state": state, "reference": handoff.reference, "actions": self._actions(state)} | told,
        )

    def _actions(self, state: State) -> list[dict[str, str]]:
        if state is not State.QUEUED:
            return []
        offered = ["continue", "write_later"] if self.writes_later else ["continue"]
        return [{"action": action, "title": self._texts.text(f"button_{action}")} for action in offered]
