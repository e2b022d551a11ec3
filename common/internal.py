"""The secret that our processes show each other, so that another user of the machine is nobody."""

import secrets
from collections.abc import Awaitable, Callable

from fastapi import Request
from pydantic import SecretStr

from common.problems import Problem

INTERNAL_SECRET_HEADER = "X-Aftercare-Secret"  # noqa: S105 - a header's name

# How long a client of ours keeps a connection that nothing runs over: our servers and Rasa's close it after five
# seconds, and one that is closed while a request is on its way fails that request.
KEEPALIVE_SECONDS = 4.0


def require_internal_secret(expected: SecretStr) -> Callable[[Request], Awaitable[None]]:
    """A FastAPI dependency that answers 401 unless the caller shows the secret. An empty secret lets nobody in."""

    async def check(request: Request) -> None:
        shown = request.headers.get(INTERNAL_SECRET_HEADER, "")
        wanted = expected.get_secret_value()
        if not wanted or not secrets.compare_digest(shown.encode(), wanted.encode()):
            raise Problem(401, "unauthorized", "This endpoint is for the product's own processes.")

    return check
