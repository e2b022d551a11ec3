from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel

from api.services import services_of

router = APIRouter(tags=["health"])


class Ready(BaseModel):
    """`checks`: dependency → "ok" or what is wrong."""

    ready: bool
    checks: dict[str, str]


@router.get("/livez", operation_id="livez", response_class=PlainTextResponse)
async def livez() -> str:
    """The process runs. No I/O."""
    return "ok"


@router.get("/readyz", operation_id="readyz", responses={503: {"model": Ready}})
async def readyz(request: Request) -> Ready:
    """Everything that a conversation needs answers."""
    checks = await services_of(request).readiness.report()
    ready = Ready(ready=all(state == "ok" for state in checks.values()), checks=checks)
    return ready if ready.ready else JSONResponse(ready.model_dump(), 503)  # type: ignore[return-value] # same model


@router.get("/metrics", operation_id="metrics", response_class=PlainTextResponse)
async def metrics(request: Request) -> Response:
    """Prometheus."""
    return Response(generate_latest(services_of(request).metrics.registry), media_type=CONTENT_TYPE_LATEST)
