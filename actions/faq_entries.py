"""The one entry that a customer picked from a choice, from the FAQ service.

FaqUnavailable
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from actions.context import FaqEntry


class FaqUnavailable(Exception):
    """The FAQ service did not answer in time, or not as documented."""


class HttpFaqEntries:
    """`http` has the service's address and shows the internal secret."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def entry(self, entry_id: str, *, signed_in: bool, tier: str) -> FaqEntry | None:
        params = {"signed_in": str(signed_in).lower(), "tier": tier}
        try:
            response = await self._http.get(f"/v1/answers/{quote(entry_id, safe='')}", params=params)
            if response.status_code == HTTPStatus.NOT_FOUND:
                return None
            entry = read_entry(response.raise_for_status().json())
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            raise FaqUnavailable(type(error).__name__) from error
        return entry


def read_entry(answer: Mapping[str, Any]) -> FaqEntry:
    """As the FAQ service gives one entry. Raises KeyError, TypeError, ValueError for anything else."""
    button = answer.get("button")
    return FaqEntry(
        id=str(answer["entry"]),
        version=int(answer["version"]),
        question=str(answer["question"]),
        answer=str(answer["answer"]),
        related=tuple((str(each["entry"]), str(each["question"])) for each in answer.get("related") or ()),
        button=(str(button["title"]), str(button["skill"])) if button else None,
        language=str(answer.get("language") or "en"),
    )
