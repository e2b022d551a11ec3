import asyncio
import re
from collections.abc import Callable, Collection

import structlog

from api.conversations.models import Conversation, LocaleBy
from api.conversations.service import ConversationService
from api.languages.choosing import chosen
from api.languages.detection import Detector

log = structlog.get_logger(__name__)

# Events of a conversation in which a message in another language changes it. Later on only the customer's wish does.
FIRST_EVENTS = 20
# Seconds after the start at which the detector is opened, if nobody has written before.
OPEN_AFTER = 15.0
# The assistant's own, in which everything is written.
HOME = "en"
# After these questions of a form a text is an answer: an address in Paris is no change of language. So it is after what
# was said from the shop's data, which forms ask with.
QUESTIONS = ("utter_question_", "utter_rejected_")
FROM_THE_SHOP = "backend"
_PRESSED = re.compile(r'/choose_language\{"language": ?"([a-z]{2,3})"\}')


class Languages:
    def __init__(
        self, conversations: ConversationService, offered: Collection[str], open_detector: Callable[[], Detector]
    ) -> None:
        """`offered`: in which customers are answered. `open_detector` takes a second, in a thread."""
        self.offered = tuple(offered)
        self._conversations = conversations
        self._open = open_detector
        self._detector: asyncio.Task[Detector] | None = None
        self._starting: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Open the detector before somebody waits for it, and after the other processes have started."""
        self._starting = asyncio.create_task(self._open_later())

    async def stop(self) -> None:
        tasks = [task for task in (self._starting, self._detector) if task is not None]
        if self._starting is not None:
            self._starting.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _open_later(self) -> None:
        await asyncio.sleep(OPEN_AFTER)
        await self._opened()

    async def _opened(self) -> Detector | None:
        """None where all customers are answered in one language."""
        if len(self.offered) < 2:  # noqa: PLR2004 - one language is none to tell apart
            return None
        if self._detector is None:
            self._detector = asyncio.create_task(asyncio.to_thread(self._open))
        return await asyncio.shield(self._detector)

    def of(self, locale: str) -> str:
        """The language in which a customer with this locale is answered; empty: in the assistant's own."""
        language = locale.split("-", maxsplit=1)[0].lower()
        return language if language in self.offered else ""

    def spoken(self, locale: str) -> str:
        """The language in which this customer is answered, with the name of the assistant's own."""
        return self.of(locale) or HOME

    async def pressed(self, conversation: Conversation, payload: str) -> Conversation:
        """The conversation after a button, which may be one for another language."""
        wish = _PRESSED.fullmatch(payload)
        if wish is None or wish[1] not in self.offered:
            return conversation
        return await self._set(conversation, wish[1], "chosen")

    async def heard(self, conversation: Conversation, text: str, *, seq: int) -> tuple[Conversation, str | None]:
        """The conversation in the language that it goes on in, and the one that this text asks for, if that is all.

        `seq`: of the text, which is the conversation's event of this number.
        """
        wish = chosen(text)
        if wish is not None and wish in self.offered:
            return await self._set(conversation, wish, "chosen"), wish
        if conversation.locale_by == "chosen" or seq > FIRST_EVENTS:
            return conversation, None
        found = await self._detected(text)
        if found is None or found == self.of(conversation.locale) or await self._is_answer(conversation):
            return conversation, None
        return await self._set(conversation, found, "detected"), None

    async def _detected(self, text: str) -> str | None:
        detector = await self._opened()
        found = detector.language(text) if detector is not None else None
        return found if found in self.offered else None

    async def _is_answer(self, conversation: Conversation) -> bool:
        """Whether the assistant's last message may have been a form's question."""
        async with self._conversations.reading() as connection:
            source = await self._conversations.last_source(connection, conversation.id)
        return source.get("kind") == FROM_THE_SHOP or source.get("name", "").startswith(QUESTIONS)

    async def _set(self, conversation: Conversation, language: str, by: LocaleBy) -> Conversation:
        async with self._conversations.transaction() as connection:
            return await self._conversations.speak(connection, conversation.id, language, by=by)
