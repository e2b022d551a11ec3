from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import numpy as np
from fastapi import Depends, FastAPI

from common.internal import require_internal_secret
from common.problems import install_problem_handlers
from faq.encoder.batching import BatchingEncoder
from faq.encoder.opening import open_encoder
from faq.encoder.ports import Encoder
from faq.engine import Engine
from faq.index.decision import Thresholds
from faq.index.index import Index
from faq.settings import FaqSettings
from faq.understanding import endpoints as understanding


def create_app(settings: FaqSettings, *, encoder: Encoder | None = None) -> FastAPI:
    """`encoder` replaces the configured one (tests)."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        batching = BatchingEncoder(encoder or open_encoder(settings), cache_size=settings.faq_cache_size)
        empty = Index([], np.zeros((0, batching.dimension), dtype=np.float32), Thresholds())
        app.state.engine = Engine(batching, empty)
        try:
            yield
        finally:
            await batching.close()

    app = FastAPI(title="Aftercare FAQ service", lifespan=lifespan)
    install_problem_handlers(app)
    app.include_router(understanding.router, dependencies=[Depends(require_internal_secret(settings.internal_secret))])

    @app.get("/livez")
    async def livez() -> dict[str, str]:
        return {"status": "alive"}

    @app.get("/readyz")
    async def readyz() -> dict[str, str]:
        return {"status": "ready"}

    return app
