import asyncio
from collections import defaultdict
from typing import Protocol

import numpy as np
import psycopg
import structlog
from psycopg_pool import PoolTimeout

from api.conversations.service import ConversationService
from api.curation.schemas import Embedding
from api.insight.questions import repository
from api.insight.questions.grouping import Groups, Vector, read, write
from api.insight.questions.models import Asked
from common.database import Connection
from common.problems import Problem

log = structlog.get_logger(__name__)

AT_ONCE = 16  # texts that the encoder is given, so that customers' questions do not wait behind them
EVERY_SECONDS = 60.0
MEMBERS = 64  # questions that a gap's meaning is made of anew


class Embedder(Protocol):
    async def embed(self, texts: list[str]) -> Embedding:
        """Raises a 503 Problem while the FAQ service is away."""


class Sorter:
    """Puts unanswered questions into gaps, one process at a time; from time to time and whenever a curator looks."""

    def __init__(self, conversations: ConversationService, faq: Embedder) -> None:
        self._conversations = conversations
        self._faq = faq

    async def run(self) -> None:
        while True:
            more = False
            try:
                more = await self.sort()
            except (Problem, psycopg.Error, PoolTimeout, OSError) as error:
                log.warning("questions_not_sorted", error=type(error).__name__)
            if not more:
                await asyncio.sleep(EVERY_SECONDS)

    async def sort(self) -> bool:
        """Sort some of what waits; whether there may be more. Raises a 503 Problem, and then nothing has changed."""
        async with self._conversations.transaction() as connection:
            if not await repository.try_sorting(connection):
                return False
            waiting = await repository.unsorted(connection, AT_ONCE)
            if not waiting:
                return False
            embedding = await self._faq.embed([question.text for question in waiting])
            await self._renew(connection, embedding.model)
            vectors = [read(raw) for raw in embedding.vectors]
            by_language: dict[str, list[tuple[Asked, Vector]]] = defaultdict(list)
            for question, vector in zip(waiting, vectors, strict=True):
                by_language[question.language].append((question, vector))
            for language, asked in by_language.items():
                await self._place(connection, language, embedding.model, asked)
        return len(waiting) == AT_ONCE

    async def like(self, texts: list[str], language: str, gaps: list[int]) -> set[int]:
        """Those of the gaps that mean the same as one of the texts. Raises a 503 Problem."""
        embedding = await self._faq.embed(texts[:AT_ONCE])
        async with self._conversations.reading() as connection:
            known = await repository.meanings(connection, embedding.model, language, gaps)
        groups = Groups((gap.id, read(gap.vectors)) for gap in known)
        return {gap for raw in embedding.vectors for gap in groups.like(read(raw))}

    async def _place(
        self, connection: Connection, language: str, model: str, asked: list[tuple[Asked, Vector]]
    ) -> None:
        known = await repository.meanings(connection, model, language)
        groups = Groups((gap.id, read(gap.vectors)) for gap in known)
        for question, vector in asked:
            gap_id = groups.nearest(vector)
            if gap_id is None:
                gap_id = await repository.insert_gap(connection, language, model, write(vector))
                groups.put(gap_id, vector)
            else:
                await repository.set_meaning(connection, gap_id, model, write(groups.put(gap_id, vector)))
            await repository.put_into(connection, question, gap_id)

    async def _renew(self, connection: Connection, model: str) -> None:
        """Gaps of another encoder get their meaning from this one; what nobody asks any more goes."""
        while stale := await repository.of_other_models(connection, model, AT_ONCE):
            for gap_id in stale:
                texts = await repository.texts_of(connection, gap_id, MEMBERS)
                if not texts:
                    await repository.delete_gap(connection, gap_id)
                    continue
                vectors = [read(raw) for raw in (await self._faq.embed(texts)).vectors]
                await repository.set_meaning(connection, gap_id, model, write(np.sum(vectors, axis=0)))
