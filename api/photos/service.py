import asyncio
from collections.abc import Sequence
from uuid import UUID, uuid4

from api.conversations.models import Conversation, State
from api.conversations.service import ConversationService
from api.handoff.service import HandoffService
from api.languages.service import Languages
from api.photos import repository
from api.photos.errors import PhotosNotTaken, TooManyPhotos, UnknownPhoto
from api.photos.models import Photo
from api.photos.pictures import cleaned
from api.texts import text
from common.database import Connection

MOST = 20  # of a conversation
AT_ONCE = 2  # decoded at the same time: each takes a processor, and up to 200 MB


class PhotoService:
    """Photos that customers send, for people: the assistant can't look at them, and nothing it asked is answered."""

    def __init__(
        self, conversations: ConversationService, handoff: HandoffService, languages: Languages, *, taken: bool
    ) -> None:
        """`taken`: whether customers may send any."""
        self._conversations = conversations
        self._handoff = handoff
        self._languages = languages
        self._decoding = asyncio.Semaphore(AT_ONCE)
        self.taken = taken

    async def take(self, conversation_id: UUID, content: bytes, *, key: str) -> Photo:
        """Keep it and show it in the conversation; the same key again is the same photo.

        Raises NotAPhoto, TooManyPhotos, PhotosNotTaken.
        """
        if not self.taken:
            raise PhotosNotTaken
        async with self._conversations.reading() as connection:
            known = await self._known(connection, conversation_id, key)
        if known:
            return known
        async with self._decoding:
            picture = await asyncio.to_thread(cleaned, content)
        async with self._conversations.transaction() as connection:
            conversation = await self._conversations.lock(connection, conversation_id)
            known = await self._known(connection, conversation_id, key)
            if known:
                return known
            photo_id = uuid4()
            shown = {"id": str(photo_id), "width": picture.width, "height": picture.height}
            seq = await self._show(connection, conversation, shown)
            return await repository.insert(connection, photo_id, conversation_id, key=key, seq=seq, picture=picture)

    async def of(self, connection: Connection, conversation_id: UUID) -> Sequence[Photo]:
        """In the order in which they were sent."""
        return await repository.of(connection, conversation_id)

    async def content(self, conversation_id: UUID, photo_id: UUID) -> bytes:
        """Raises UnknownPhoto, also for one of another conversation."""
        async with self._conversations.reading() as connection:
            found = await repository.content(connection, conversation_id, photo_id)
        if found is None:
            raise UnknownPhoto
        return found

    async def _known(self, connection: Connection, conversation_id: UUID, key: str) -> Photo | None:
        """What came with this key. Raises TooManyPhotos for another one where there is no room."""
        known = await repository.by_key(connection, conversation_id, key)
        if known is None and len(await repository.of(connection, conversation_id)) >= MOST:
            raise TooManyPhotos(MOST)
        return known

    async def _show(self, connection: Connection, conversation: Conversation, shown: dict[str, object]) -> int:
        """The number of the event. Whoever has the conversation gets it; a closed one is the assistant's again."""
        if conversation.state is State.RESOLVED:
            await self._handoff.reopen(connection, conversation.id)
        with_people = conversation.state in (State.QUEUED, State.ASSIGNED)
        note = "photo_shown" if with_people else "photo_kept"
        language = self._languages.of(conversation.locale)
        said = {"text": text("photo", language), "note": text(note, language)}
        body = {"message_id": str(uuid4()), "photo": shown, **said}
        event = await self._conversations.append(
            connection, conversation.id, type="message", author="customer", body=body
        )
        if with_people:
            await self._handoff.heard(connection, conversation, event)
        return event.seq
