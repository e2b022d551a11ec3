"""How the client shows the shop who is calling: an API key, or an OAuth2 token that is fetched and remembered."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import quote_plus

import httpx
from pydantic import SecretStr

from backends.errors import BadAnswer, InvalidRequest
from backends.http.decode import decode


class Authentication(Protocol):
    async def headers(self) -> dict[str, str]:
        """Raises httpx.TransportError, httpx.HTTPStatusError (5xx, 429), InvalidRequest (refused) or BadAnswer."""

    def renew(self, refused: dict[str, str]) -> bool:
        """After a 401: whether other headers than the `refused` ones are to be had."""


class ApiKey:
    def __init__(self, key: SecretStr) -> None:
        self._headers = {"X-Api-Key": key.get_secret_value()}

    async def headers(self) -> dict[str, str]:
        return self._headers

    def renew(self, refused: dict[str, str]) -> bool:
        del refused
        return False


@dataclass(frozen=True, slots=True)
class TokenAnswer:
    access_token: str
    token_type: str
    expires_in: int
    scope: str = ""


class ClientCredentials:
    """RFC 6749 section 4.4. One fetch at a time; a token is renewed before it expires, and once when it is refused."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        *,
        client_id: str,
        client_secret: SecretStr,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._http = http
        # RFC 6749 section 2.3.1: both are form-encoded before HTTP Basic joins them.
        self._basic = httpx.BasicAuth(quote_plus(client_id), quote_plus(client_secret.get_secret_value()))
        self._clock = clock
        self._lock = asyncio.Lock()
        self._headers: dict[str, str] = {}
        self._good_until = 0.0

    async def headers(self) -> dict[str, str]:
        async with self._lock:
            if not self._headers or self._clock() >= self._good_until:
                await self._fetch()
            return self._headers

    def renew(self, refused: dict[str, str]) -> bool:
        if self._headers is refused:  # else another call has renewed it already
            self._headers = {}
        return True

    async def _fetch(self) -> None:
        asked_at = self._clock()
        response = await self._http.post(
            "oauth/token",
            data={"grant_type": "client_credentials"},
            auth=self._basic,
            headers={"Accept": "application/json"},
        )
        if response.status_code in {400, 401, 403}:
            raise InvalidRequest("the shop does not accept the client id and secret")
        response.raise_for_status()
        token = decode(TokenAnswer, response.content)
        if token.token_type.lower() != "bearer" or token.expires_in <= 0:
            raise BadAnswer("a token that can't be used")
        self._headers = {"Authorization": f"Bearer {token.access_token}"}
        # Half a minute early, so that it does not expire on its way; a short one at half its life.
        self._good_until = asked_at + max(token.expires_in / 2, token.expires_in - 30)
