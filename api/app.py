from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from zoneinfo import ZoneInfo

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.middleware.cors import CORSMiddleware

from api.audit import endpoints as audit
from api.channels.web import endpoints as web
from api.channels.web import stream
from api.consent import endpoints as consent
from api.conversations.errors import AnotherCustomer, StateChanged, UnknownConversation
from api.curation.release_schemas import RELEASE_LIMIT
from api.database_trouble import install_database_problems
from api.health import endpoints as health
from api.outbox import endpoints as outbox
from api.photos import endpoints as photos
from api.privacy import endpoints as privacy
from api.security.bodies import BodyLimit
from api.security.headers import SecurityHeaders
from api.security.requests import RequestLog
from api.services import Services, running
from api.settings import ApiSettings
from api.shop.endpoints import shop_page_router, shop_router
from api.staff.passwords import Passwords
from api.staff_area import install_staff_area
from api.surveys import endpoints as surveys
from api.tickets.endpoints import WEBHOOK, WEBHOOK_LIMIT
from api.web.assets import mount_assets
from api.web.pages import Pages
from api.wiring import wire
from api.writes.endpoints import writes_router
from backends.http import create_commerce
from backends.ports import Commerce
from common.problems import Problem, install_problem_handlers
from common.routes import add_router


def create_app(
    settings: ApiSettings,
    *,
    commerce: Commerce | None = None,
    passwords: Passwords | None = None,
    pages: Pages | None = None,
) -> FastAPI:
    """The gateway.

    `commerce` is the retailer's backend; by default the one that the settings name, over HTTP. `pages` may serve many
    gateways of one process: a template is compiled when it is first rendered.
    """
    services = wire(settings, commerce or create_commerce(settings), passwords=passwords)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with running(services):
            yield

    app = FastAPI(
        title="Aftercare",
        version="1",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    app.state.services = services
    app.state.pages = pages or Pages(ZoneInfo(settings.timezone))
    install_problem_handlers(app)
    install_conversation_problems(app)
    install_database_problems(app, services.metrics)
    install_staff_area(app, services)
    add_routes(app, settings)
    add_middleware(app, services)
    return app


def add_routes(app: FastAPI, settings: ApiSettings) -> None:
    add_router(app, web.router)
    add_router(app, stream.router)
    add_router(app, surveys.router)
    add_router(app, consent.router)
    add_router(app, consent.staff_router)
    add_router(app, photos.router)
    add_router(app, health.router)
    add_router(app, outbox.router)
    add_router(app, audit.router)
    add_router(app, privacy.router)
    add_router(app, writes_router(settings))
    if settings.sandbox:
        add_router(app, shop_router(settings))
        add_router(app, shop_page_router())
    mount_assets(app)


def add_middleware(app: FastAPI, services: Services) -> None:
    """Last added is outermost."""
    settings = services.settings
    larger = {WEBHOOK: WEBHOOK_LIMIT} | dict.fromkeys(("/faq/import", "/v1/faq/import"), settings.faq_import_limit)
    larger |= dict.fromkeys(("/faq/releases", "/v1/faq/releases"), RELEASE_LIMIT)
    larger[photos.PATH] = photos.LIMIT
    app.add_middleware(BodyLimit, limit=settings.body_limit, larger=larger)
    if settings.allowed_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.allowed_origins,
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=["Authorization", "Content-Type", "Idempotency-Key"],
            expose_headers=["Retry-After", "X-Request-ID"],
            max_age=3600,
        )
    app.add_middleware(SecurityHeaders)
    app.add_middleware(RequestLog, metrics=services.metrics)


def install_conversation_problems(app: FastAPI) -> None:
    """What the conversation domain refuses, as problem documents."""
    documents: dict[type[Exception], Problem] = {
        UnknownConversation: Problem(404, "not_found", "There is no such conversation."),
        StateChanged: Problem(409, "conflict", "The conversation has moved on in the meantime."),
        AnotherCustomer: Problem(409, "another_customer", "The conversation belongs to another customer already."),
    }
    for kind, problem in documents.items():
        app.add_exception_handler(kind, answer_with(problem))


def answer_with(problem: Problem) -> Callable[[Request, Exception], Awaitable[JSONResponse]]:
    async def handle(_request: Request, _error: Exception) -> JSONResponse:
        return problem.response()

    return handle
