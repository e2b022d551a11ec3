"""Puts routes into a service."""

from fastapi import APIRouter, FastAPI


def add_router(app: FastAPI, router: APIRouter) -> None:
    """The router's own routes.

    `include_router` works out each of them anew for this application when it is first looked at: the first request of
    a gateway waited 0.3 s for that. It is for routers that get something on top, such as a prefix.
    """
    app.router.routes.extend(router.routes)
