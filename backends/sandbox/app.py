import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import psycopg
from fastapi import Depends, FastAPI
from psycopg_pool import PoolTimeout
from starlette.middleware.base import BaseHTTPMiddleware

from backends.sandbox.auth import endpoints as auth
from backends.sandbox.context import Clock, Shop, ShopDep, system_clock
from backends.sandbox.customers import endpoints as customers
from backends.sandbox.events import delivery
from backends.sandbox.loyalty import endpoints as loyalty
from backends.sandbox.orders import endpoints as orders
from backends.sandbox.policies import endpoints as policies
from backends.sandbox.policies.rules import load_policy
from backends.sandbox.problems import add_trace
from backends.sandbox.refunds import endpoints as refunds
from backends.sandbox.returns import endpoints as returns
from backends.sandbox.seed.apply import seed_if_empty
from backends.sandbox.settings import SandboxSettings
from backends.sandbox.shop import endpoints as shop_endpoints
from backends.sandbox.shop.faults import Faults
from common.database import create_pool
from common.internal import require_internal_secret
from common.problems import Problem, install_problem_handlers
from common.routes import add_router

PUBLIC = (auth, customers, orders, returns, refunds, loyalty, policies)


def create_app(settings: SandboxSettings, *, clock: Clock = system_clock) -> FastAPI:
    """The sample shop; its contract is backends/contract.yaml. It is seeded at start if it has no customers."""
    pool = create_pool(settings.shop_database_url, schema="shop")
    shop = Shop(pool, load_policy(), settings, clock)
    faults = Faults()

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with pool:
            await seed_if_empty(shop)
            delivering = asyncio.create_task(delivery.run(shop))
            yield
            delivering.cancel()
            with suppress(asyncio.CancelledError):
                await delivering

    app = FastAPI(title="Juniper & Lane, the sample shop", lifespan=lifespan, openapi_url=None)
    app.state.shop, app.state.faults = shop, faults
    install_problem_handlers(app)
    for module in PUBLIC:
        add_router(app, module.router)
    app.include_router(shop_endpoints.router, dependencies=[Depends(require_internal_secret(settings.internal_secret))])
    _add_health(app)
    app.add_middleware(BaseHTTPMiddleware, dispatch=faults.middleware)
    app.add_middleware(BaseHTTPMiddleware, dispatch=add_trace)
    return app


def _add_health(app: FastAPI) -> None:
    @app.get("/livez")
    async def livez() -> dict[str, str]:
        return {"status": "alive"}

    @app.get("/readyz")
    async def readyz(shop: ShopDep) -> dict[str, str]:
        try:
            async with shop.pool.connection(timeout=2) as connection:
                await connection.execute("SELECT 1 FROM customers LIMIT 1")
        except (psycopg.Error, PoolTimeout) as error:
            raise Problem(503, "upstream_unavailable", "The database does not answer.") from error
        return {"status": "ready"}
