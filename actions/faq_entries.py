"""The one entry that a customer picked from a choice, from the FAQ service.

FaqUnavailable
"""

from http import HTTPStatus
from urllib.parse import quote

import httpx

from actions.context import FaqEntry


class FaqUnavailable(Exception):
    """The FAQ service did not answer in time, or not as documented."""


class HttpFaqEntries:
    """`http` has the service's address and shows the internal secret."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def entry(self, entry_id: str) -> FaqEntry | None:
        try:
            response = await self._http.get(f"/v1/entries/{quote(entry_id, safe='')}")
            if response.status_code == HTTPStatus.NOT_FOUND:
                return None
            found = response.raise_for_status().json()
            entry = FaqEntry(
                id=str(found["id"]),
                version=int(found["version"]),
                question=str(found["question"]),
                answer=str(found["answer"]),
            )
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            raise FaqUnavailable(type(error).__name__) from error
        return entry
