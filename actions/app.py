import json
import zlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from rasa_sdk.interfaces import ActionMissingDomainException, ActionNotFoundException

from actions.bootstrap import create_executor, open_faq, open_journal, open_shop
from actions.context import FaqEntries
from actions.journal import Journal
from actions.metrics import Metrics
from actions.settings import ActionSettings
from backends.ports import Commerce
from common.internal import require_internal_secret
from common.problems import Problem, install_problem_handlers


def create_app(
    settings: ActionSettings,
    *,
    shop: Commerce | None = None,
    faq: FaqEntries | None = None,
    journal: Journal | None = None,
) -> FastAPI:
    """The action server as Rasa calls it (`POST /webhook`). `shop`, `faq` and `journal` replace the configured ones."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            used_shop = shop if shop is not None else await stack.enter_async_context(open_shop(settings))
            used_faq = faq if faq is not None else await stack.enter_async_context(open_faq(settings))
            used_journal = journal if journal is not None else await stack.enter_async_context(open_journal(settings))
            app.state.executor = create_executor(
                settings, app.state.metrics, shop=used_shop, faq=used_faq, journal=used_journal
            )
            yield
            app.state.executor = None

    app = FastAPI(title="Aftercare action server", lifespan=lifespan)
    app.state.metrics = Metrics()
    app.state.executor = None
    install_problem_handlers(app)
    internal = Depends(require_internal_secret(settings.internal_secret))
    app.add_api_route("/webhook", _webhook, methods=["POST"], dependencies=[internal], operation_id="runAction")
    app.add_api_route("/livez", _livez, operation_id="livez")
    app.add_api_route("/readyz", _readyz, operation_id="readyz")
    app.add_api_route("/metrics", _metrics, operation_id="metrics")
    return app


async def _webhook(request: Request) -> Response:
    """One action; the forms of request and answer are Rasa's."""
    try:
        result = await request.app.state.executor.run(await _action_call(request))
    except ActionNotFoundException as error:
        return JSONResponse({"error": "unknown action", "action_name": error.action_name}, 404)
    except ActionMissingDomainException as error:  # the digest is of a domain that this process has not seen yet
        return JSONResponse({"error": error.message, "action_name": error.action_name}, 449)
    return JSONResponse(result.model_dump() if result else None)


async def _action_call(request: Request) -> dict[str, Any]:
    body = await request.body()
    try:
        if request.headers.get("content-encoding") == "deflate":
            body = zlib.decompress(body)
        call = json.loads(body)
    except (ValueError, zlib.error) as error:
        raise Problem(400, "invalid_request", "The body is not an action call.") from error
    if not isinstance(call, dict) or not isinstance(call.get("tracker"), dict) or not _names_domain(call):
        raise Problem(400, "invalid_request", "The body is not an action call.")
    return call


def _names_domain(call: dict[str, Any]) -> bool:
    """Rasa sends the domain, or the digest of one that it has sent before."""
    return "domain" in call or isinstance(call.get("domain_digest"), str)


async def _livez() -> dict[str, str]:
    return {"status": "alive"}


async def _readyz(request: Request) -> dict[str, object]:
    """Ready once the actions are registered. A shop that is away makes replies kinder, not the server unready."""
    executor = request.app.state.executor
    if executor is None:
        raise Problem(503, "not_ready", "The actions are being registered.", headers={"Retry-After": "1"})
    return {"status": "ready", "actions": len(executor.actions)}


async def _metrics(request: Request) -> Response:
    return Response(generate_latest(request.app.state.metrics.registry), media_type=CONTENT_TYPE_LATEST)
