import asyncio
import time

import httpx
import structlog
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt import PyJWKSet
from jwt.exceptions import PyJWTError

from api.identity.errors import KeysUnavailable, UnknownKey

log = structlog.get_logger(__name__)

KEEP_SECONDS = 600.0
RETRY_SECONDS = 15.0  # an unknown key id asks the address again at most this often


class RemoteKeys:
    """The retailer's public RSA keys, fetched once and kept; a rotated key is found when a token names it."""

    def __init__(self, url: str, client: httpx.AsyncClient) -> None:
        self._url = url
        self._client = client
        self._keys: dict[str, RSAPublicKey] = {}
        self._fetched = float("-inf")
        self._tried = float("-inf")
        self._lock = asyncio.Lock()

    async def get(self, key_id: str) -> RSAPublicKey:
        """Raises UnknownKey, KeysUnavailable."""
        if key_id not in self._keys or time.monotonic() - self._fetched > KEEP_SECONDS:
            await self._refresh()
        if key_id in self._keys:
            return self._keys[key_id]
        if self._fetched == float("-inf"):
            raise KeysUnavailable
        raise UnknownKey

    async def _refresh(self) -> None:
        async with self._lock:
            now = time.monotonic()
            if now - self._tried < RETRY_SECONDS:
                return
            self._tried = now
            try:
                response = await self._client.get(self._url, timeout=5.0)
                response.raise_for_status()
                keys = PyJWKSet.from_dict(response.json()).keys
            except (httpx.HTTPError, PyJWTError, ValueError) as error:
                log.warning("customer_keys_unavailable", error=type(error).__name__)
                return
            self._keys = {k.key_id: k.key for k in keys if k.key_id and isinstance(k.key, RSAPublicKey)}
            self._fetched = now
