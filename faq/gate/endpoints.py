from fastapi import APIRouter, Request

from faq.engine import Engine
from faq.entries.endpoints import part_of
from faq.gate.console import tried
from faq.gate.goldens import Goldens
from faq.gate.hints import Advice
from faq.gate.schemas import DraftBody, GoldenList, GoldenOut, HintsOut, NewGolden
from faq.gate.trials import Trial, TryBody

router = APIRouter(prefix="/v1", tags=["gate"])


def goldens_of(request: Request) -> Goldens:
    return part_of(request, Goldens)


@router.get("/goldens", operation_id="list_goldens")
async def goldens(request: Request) -> GoldenList:
    return GoldenList(goldens=[GoldenOut.of(each) for each in await goldens_of(request).all()])


@router.post("/goldens", status_code=201, operation_id="add_golden")
async def add(body: NewGolden, request: Request) -> GoldenOut:
    goldens = goldens_of(request)
    return GoldenOut.of(await goldens.add(body.text, body.expected, body.language, author=body.author))


@router.delete("/goldens/{golden}", status_code=204, operation_id="remove_golden")
async def remove(golden: int, request: Request, author: str | None = None) -> None:
    await goldens_of(request).remove(golden, author=author)


@router.post("/hints", operation_id="hints")
async def hints(body: DraftBody, request: Request) -> HintsOut:
    """What a curator should know while writing; nothing is saved."""
    return HintsOut.of(await part_of(request, Advice).on(body.entry, body.content()))


@router.post("/try", operation_id="try")
async def try_out(body: TryBody, request: Request) -> Trial:
    """What somebody who asks this gets now, and why."""
    engine: Engine = request.app.state.engine
    space = await engine.space(body.language)
    view = await space.encoder.one(body.text)
    return Trial.of(tried(space.index, body.text, view, body.reader(), today=engine.today(), language=body.language))
