import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, tzinfo

import structlog

from faq.encoder.batching import BatchingEncoder
from faq.encoder.ports import Encoder, Views
from faq.entries.models import Content, Published
from faq.entries.visibility import Visibility
from faq.errors import EncoderError
from faq.index.decision import Thresholds
from faq.index.index import Index
from faq.index.locales import Fallbacks, primary
from faq.metrics import Metrics
from faq.space import Space, VectorsOf

log = structlog.get_logger(__name__)


async def _computed(encoder: BatchingEncoder, texts: Sequence[str]) -> Mapping[str, Views]:
    return dict(zip(texts, await encoder.many(texts), strict=True))


class Engine:
    """What is live, in the space of the home language's encoder and, once it is needed, in that of all others.

    `home` holds the entries of its language, `abroad` all of them: there a question finds what its language falls back
    on. Without an encoder for other languages `home` holds everything.
    """

    def __init__(
        self,
        encoder: BatchingEncoder,
        thresholds: Thresholds,
        metrics: Metrics,
        zone: tzinfo = UTC,
        *,
        language: str = "en",
        fallbacks: Fallbacks | None = None,
        open_other: Callable[[], Encoder] | None = None,
        ahead: float | None = None,
    ) -> None:
        """`zone` says when a day begins, for entries that are valid for some days only.

        `open_other` opens the encoder of other languages than `language`; it blocks for seconds. That happens `ahead`
        seconds after the first index, where entries or questions don't need it sooner; None: not before they do.
        """
        self.language = language
        self.metrics = metrics
        self.revision = 0  # of what the index shows
        self.ready = False
        self.live: Sequence[Published] = ()
        self.visibility = Visibility(())
        self._thresholds = thresholds
        self._fallbacks = fallbacks or Fallbacks({})
        self._zone = zone
        self._open_other = open_other
        self._ahead = ahead
        self._vectors_of: VectorsOf = _computed
        self.home = Space(encoder, thresholds, self._fallbacks, self._at_home)
        self.abroad: Space | None = None
        self._one_at_a_time = asyncio.Lock()
        self._abroad_alone = asyncio.Lock()
        self._needed = False  # an entry in another language is live
        self._behind: list[asyncio.Task[None]] = []

    @property
    def encoder(self) -> BatchingEncoder:
        """The home language's, in whose space the bot's intents are."""
        return self.home.encoder

    @property
    def index(self) -> Index:
        return self.home.index

    def keeps_vectors(self, vectors_of: VectorsOf) -> None:
        """Where vectors come from, instead of being computed anew."""
        self._vectors_of = vectors_of

    async def replace(self, live: Sequence[Published], *, revision: int) -> None:
        """What is live from now on. At the first entry in another language its encoder is opened, behind this.

        Where all that changed is in the home language, `catch_up` brings it to questions in others.
        """
        async with self._one_at_a_time:
            await self.home.replace(live, self._vectors_of)
            foreign, before = ([each for each in some if self.is_foreign(each.content)] for some in (live, self.live))
            self.live, self.visibility = live, Visibility(live)
        if foreign != before:
            await self.catch_up()
        self.revision = revision
        self.ready = True
        self.metrics.entries.set(len(live))
        self.metrics.revision.set(revision)
        if self._open_other is not None and self.abroad is None:
            self._go_abroad_behind(needed=not all(self._at_home(entry.content) for entry in live))

    async def catch_up(self) -> None:
        """Abroad shows what is live."""
        async with self._abroad_alone:
            if self.abroad is not None:
                await self.abroad.replace(self.live, self._vectors_of)

    async def space(self, language: str | None) -> Space:
        """Where a question in this language is looked up. The first one in another language waits for its encoder.

        Where that can't be opened, home has to do.
        """
        if self._open_other is None or language is None or primary(language) == self.language:
            return self.home
        if self.abroad is None:
            await self._go_abroad()
        return self.abroad or self.home

    async def spaces(self, languages: Sequence[str | None]) -> list[Space]:
        """Home, and abroad where it is in use or one of the languages needs it; both show what is live."""
        for language in languages:
            await self.space(language)
        await self.catch_up()
        return [self.home] if self.abroad is None else [self.home, self.abroad]

    def is_foreign(self, content: Content) -> bool:
        """Whether the entry is in another language than home's, which has an encoder of its own."""
        return not self._at_home(content)

    def _go_abroad_behind(self, *, needed: bool) -> None:
        """At once where it is needed, else a while after the first index: until then others start."""
        if needed and not self._needed:
            self._needed = True
            self._behind.append(asyncio.create_task(self._go_abroad()))
        elif self._ahead is not None and not self._behind:
            self._behind.append(asyncio.create_task(self._go_abroad(after=self._ahead)))

    async def _go_abroad(self, *, after: float = 0.0) -> None:
        await asyncio.sleep(after)
        async with self._one_at_a_time:
            if self.abroad is not None or self._open_other is None:
                return
            try:
                encoder = BatchingEncoder(await asyncio.to_thread(self._open_other))
                space = Space(encoder, self._thresholds, self._fallbacks, lambda _: True)
                await space.replace(self.live, self._vectors_of)
            except EncoderError as error:
                log.error("other_encoder_failed", reason=str(error))  # noqa: TRY400 - the reason says it
                self._open_other = None
                return
            self.abroad = space

    def _at_home(self, content: Content) -> bool:
        return self._open_other is None or primary(content.language) == self.language

    def today(self) -> date:
        return datetime.now(self._zone).date()

    async def close(self) -> None:
        for task in self._behind:
            task.cancel()
        await asyncio.gather(*self._behind, return_exceptions=True)
        for space in (self.home, self.abroad):
            if space is not None:
                await space.close()
