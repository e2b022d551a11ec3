import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from zoneinfo import ZoneInfo

from fastapi import Depends, FastAPI, Request
from fastapi.responses import Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from common.database import create_pool
from common.internal import require_internal_secret
from common.problems import Problem, install_problem_handlers
from faq.encoder.batching import BatchingEncoder
from faq.encoder.opening import open_encoder
from faq.encoder.ports import Encoder
from faq.engine import Engine
from faq.entries import endpoints as entries
from faq.entries.service import Curation
from faq.exchange import endpoints as exchange
from faq.exchange.service import Exchange
from faq.gate import endpoints as goldens
from faq.gate.goldens import Goldens
from faq.gate.hints import Advice
from faq.live.follower import Follower
from faq.metrics import Metrics
from faq.problems import install_faq_problems
from faq.releases import endpoints as releases
from faq.releases.service import Releases
from faq.settings import FaqSettings
from faq.understanding import endpoints as understanding

# Seconds after the first index at which the encoder of other languages is opened where customers are answered in one:
# Rasa loads its model in the first half of them.
OTHER_AFTER = 20.0


def create_app(settings: FaqSettings, *, encoder: Encoder | None = None) -> FastAPI:
    """`encoder` replaces the configured one. Without a database the service embeds and has no entries."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        chosen: Encoder = encoder if encoder is not None else await asyncio.to_thread(open_encoder, settings)
        async with AsyncExitStack() as stack:
            app.state.engine = create_engine(settings, chosen, app.state.metrics)
            stack.push_async_callback(app.state.engine.close)
            if settings.database_url:
                await stack.enter_async_context(_following(app, settings))
            else:
                app.state.engine.ready = True
            yield

    app = FastAPI(title="Aftercare FAQ service", lifespan=lifespan)
    app.state.metrics = Metrics()
    app.state.parts = {}
    install_problem_handlers(app)
    install_faq_problems(app)
    internal = [Depends(require_internal_secret(settings.internal_secret))]
    for part in (understanding, entries, releases, goldens, exchange):
        app.include_router(part.router, dependencies=internal)
    _add_health(app)
    return app


def create_engine(settings: FaqSettings, encoder: Encoder, metrics: Metrics) -> Engine:
    other = None if settings.one_encoder else partial(open_encoder, settings, settings.faq_other_model)
    return Engine(
        BatchingEncoder(encoder, cache_size=settings.faq_cache_size),
        settings.thresholds(),
        metrics,
        ZoneInfo(settings.timezone),
        language=settings.faq_language,
        fallbacks=settings.fallbacks(),
        open_other=other,
        ahead=OTHER_AFTER if settings.asked_abroad else None,
    )


@asynccontextmanager
async def _following(app: FastAPI, settings: FaqSettings) -> AsyncIterator[None]:
    """The database pool, curation, and the task that keeps the index equal to what is published."""
    pool = create_pool(settings.database_url, schema="faq")
    await pool.open(wait=False)
    engine: Engine = app.state.engine
    follower = Follower(pool, settings.database_url, engine, poll_seconds=settings.faq_poll_seconds)
    app.state.parts = {
        Curation: Curation(pool, engine),
        Releases: Releases(pool, engine, follower.refresh, four_eyes=settings.faq_four_eyes),
        Goldens: Goldens(pool),
        Advice: Advice(pool, engine),
        Exchange: Exchange(pool),
    }
    task = asyncio.create_task(follower.follow())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await pool.close()


def _add_health(app: FastAPI) -> None:
    @app.get("/livez", operation_id="livez")
    async def livez() -> dict[str, str]:
        return {"status": "alive"}

    @app.get("/readyz", operation_id="readyz")
    async def readyz(request: Request) -> dict[str, object]:
        """Ready from the first index on. A database that goes away later doesn't stop answers from memory."""
        engine: Engine = request.app.state.engine
        if not engine.ready:
            raise Problem(503, "not_ready", "The first index is being built.", headers={"Retry-After": "1"})
        return {"status": "ready", "entries": len(engine.live), "model": engine.encoder.model}

    @app.get("/metrics", operation_id="metrics")
    async def metrics(request: Request) -> Response:
        return Response(generate_latest(request.app.state.metrics.registry), media_type=CONTENT_TYPE_LATEST)
