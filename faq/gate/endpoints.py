from fastapi import APIRouter, Request

from faq.entries.endpoints import part_of
from faq.gate.goldens import Goldens
from faq.gate.schemas import GoldenList, GoldenOut, NewGolden

router = APIRouter(prefix="/v1/goldens", tags=["goldens"])


def goldens_of(request: Request) -> Goldens:
    return part_of(request, Goldens)


@router.get("", operation_id="list_goldens")
async def goldens(request: Request) -> GoldenList:
    return GoldenList(goldens=[GoldenOut.of(each) for each in await goldens_of(request).all()])


@router.post("", status_code=201, operation_id="add_golden")
async def add(body: NewGolden, request: Request) -> GoldenOut:
    goldens = goldens_of(request)
    return GoldenOut.of(await goldens.add(body.text, body.expected, body.language, author=body.author))


@router.delete("/{golden}", status_code=204, operation_id="remove_golden")
async def remove(golden: int, request: Request, author: str | None = None) -> None:
    await goldens_of(request).remove(golden, author=author)
