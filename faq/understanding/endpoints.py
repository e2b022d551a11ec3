from functools import partial

from fastapi import APIRouter, Request

from common.problems import Problem
from faq.engine import Engine
from faq.entries.visibility import Reader
from faq.understanding.schemas import (
    Answer,
    CandidateAnswer,
    Embedded,
    EmbedRequest,
    EncoderIdentity,
    UnderstandRequest,
    Understood,
    as_base64,
)

router = APIRouter(prefix="/v1", tags=["understanding"])


def engine_of(request: Request) -> Engine:
    engine: Engine = request.app.state.engine
    return engine


@router.post("/understand", operation_id="understand")
async def understand(body: UnderstandRequest, request: Request) -> Understood:
    engine = engine_of(request)
    if not engine.ready:
        raise Problem(503, "not_ready", "The first index is being built.", headers={"Retry-After": "1"})
    with engine.metrics.understand_seconds.time():
        space = await engine.space(body.language)
        view = await space.encoder.one(body.text)
        index = space.index
        hidden = index.visibility.hidden(Reader(body.signed_in, body.tier), engine.today())
        match = index.match(body.text, view, language=body.language, hidden=hidden)
    engine.metrics.decisions.labels(match.decision).inc()
    seen = partial(index.visibility.entry, hidden=hidden)
    return Understood(
        vector=as_base64(view[: space.encoder.dimension]),
        decision=match.decision,
        probability=match.probability,
        candidates=[
            CandidateAnswer(**dict(Answer.of(candidate.entry, seen)), probability=candidate.probability)
            for candidate in match.candidates
        ],
        model=space.encoder.model,
        foreign=space is not engine.home,
    )


@router.get("/answers/{entry}", operation_id="answer")
async def answer(entry: str, request: Request, *, signed_in: bool = False, tier: str = "") -> Answer:
    """What is live of one entry, for who asks; 404 where that is nothing."""
    engine = engine_of(request)
    visibility = engine.visibility
    hidden = visibility.hidden(Reader(signed_in, tier), engine.today())
    found = visibility.entry(entry, hidden)
    if found is None:
        raise Problem(404, "not_found", f"There is no entry {entry} for who asks.")
    return Answer.of(found, partial(visibility.entry, hidden=hidden))


@router.post("/embed", operation_id="embed")
async def embed(body: EmbedRequest, request: Request) -> Embedded:
    engine = engine_of(request)
    views = await engine.encoder.many(body.texts)
    return Embedded(
        vectors=[as_base64(view) for view in views[:, : engine.encoder.dimension]],
        dimension=engine.encoder.dimension,
        model=engine.encoder.model,
    )


@router.get("/encoder", operation_id="encoder")
async def encoder(request: Request) -> EncoderIdentity:
    engine = engine_of(request)
    return EncoderIdentity(model=engine.encoder.model, dimension=engine.encoder.dimension)
