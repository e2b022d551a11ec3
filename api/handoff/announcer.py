from collections.abc import Callable
from datetime import datetime
from typing import Any

from api.conversations.models import Event, State
from api.conversations.service import ConversationService
from api.handoff.line import Outlook
from api.handoff.models import Handoff
from api.handoff.opening_hours import DeskHours
from api.handoff.texts import Texts
from api.languages.days import date_of, weekday
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
        texts = await self._texts_of(connection, handoff)
        if not outlook.advisors:
            asks = {"asks": missing} if missing else {}
            body = self._recorded(handoff, texts)
            text = texts.joined(body["text"], missing) if missing else body["text"]
            told = {"position": outlook.position} | body | asks | {"text": text}
            return await self._say(connection, handoff, State.QUEUED, texts, told)
        first, about = outlook.position == 1, outlook.minutes is not None
        name = "handoff_left" if left_by else f"handoff_queued{'_first' if first else ''}{'_about' if about else ''}"
        known = {"position": outlook.position, "minutes": outlook.minutes}
        message = texts.message(
            name, reference=handoff.reference, advisor=left_by, plural="" if outlook.minutes == 1 else "s", **known
        )
        return await self._say(connection, handoff, State.QUEUED, texts, known | message)

    def _recorded(self, handoff: Handoff, texts: Texts) -> dict[str, Any]:
        expected = self._hours.of(handoff.skill).next_opening(self._clock())
        if expected is None:
            return texts.message(self._recorded_name, reference=handoff.reference)
        when = {"day": weekday(expected, texts.language), "date": date_of(expected, texts.language)}
        clock = {"time": expected.strftime("%H:%M"), "zone": expected.tzname()}
        soon = (expected - self._clock()).days < 6  # noqa: PLR2004 - then the day of the week says it all
        name = f"{self._recorded_name}_until{'' if soon else '_date'}"
        message = texts.message(name, reference=handoff.reference, **when, **clock)
        return {"expected_at": expected.isoformat()} | message

    async def full(self, connection: Connection, handoff: Handoff, *, missing: str) -> Event:
        """Recorded because too many are in line; `missing` as in `queued`."""
        texts = await self._texts_of(connection, handoff)
        message = texts.message("handoff_full", reference=handoff.reference)
        asks = {"asks": missing, "text": texts.joined(message["text"], missing)} if missing else {}
        return await self._say(connection, handoff, State.BOT, texts, message | asks)

    async def position(self, connection: Connection, handoff: Handoff, outlook: Outlook) -> None:
        """The place in line has changed: nothing is said, the status line shows it."""
        known = {"position": outlook.position, "minutes": outlook.minutes}
        await self._say(connection, handoff, State.QUEUED, await self._texts_of(connection, handoff), known)

    async def step(
        self, connection: Connection, handoff: Handoff, state: State, template: str, **values: object
    ) -> Event:
        """Said by a template; `advisor`, where given, becomes a member of the event."""
        texts = await self._texts_of(connection, handoff)
        message = texts.message(template, reference=handoff.reference, **values)
        known = {"advisor": values["advisor"]} if "advisor" in values else {}
        return await self._say(connection, handoff, state, texts, known | message)

    async def _say(
        self, connection: Connection, handoff: Handoff, state: State, texts: Texts, body: dict[str, Any]
    ) -> Event:
        told = {key: value for key, value in body.items() if value is not None}
        known = {"state": state, "reference": handoff.reference, "language": texts.language}
        return await self._conversations.append(
            connection,
            handoff.conversation_id,
            type="handoff",
            author="system",
            body=known | {"actions": self._actions(state, texts)} | told,
        )

    async def _texts_of(self, connection: Connection, handoff: Handoff) -> Texts:
        """In the conversation's language."""
        return self._texts.of((await self._conversations.get(connection, handoff.conversation_id)).locale)

    def _actions(self, state: State, texts: Texts) -> list[dict[str, str]]:
        if state is not State.QUEUED:
            return []
        offered = ["continue", "write_later"] if self.writes_later else ["continue"]
        return [{"action": action, "title": texts.text(f"button_{action}")} for action in offered]
