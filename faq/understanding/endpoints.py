from fastapi import APIRouter, Request

from common.problems import Problem
from faq.engine import Engine
from faq.understanding.schemas import (
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
        vector = await engine.encoder.one(body.text)
        match = engine.index.match(body.text, vector, language=body.language)
    engine.metrics.decisions.labels(match.decision).inc()
    return Understood(
        vector=as_base64(vector),
        decision=match.decision,
        probability=match.probability,
        candidates=[
            CandidateAnswer(
                entry=candidate.entry.id,
                version=candidate.entry.version,
                question=candidate.entry.question,
                probability=candidate.probability,
                answer=candidate.entry.answer,
                category=candidate.entry.category,
            )
            for candidate in match.candidates
        ],
        model=engine.encoder.model,
    )


@router.post("/embed", operation_id="embed")
async def embed(body: EmbedRequest, request: Request) -> Embedded:
    engine = engine_of(request)
    vectors = await engine.encoder.many(body.texts)
    return Embedded(
        vectors=[as_base64(vector) for vector in vectors],
        dimension=engine.encoder.dimension,
        model=engine.encoder.model,
    )


@router.get("/encoder", operation_id="encoder")
async def encoder(request: Request) -> EncoderIdentity:
    engine = engine_of(request)
    return EncoderIdentity(model=engine.encoder.model, dimension=engine.encoder.dimension)
