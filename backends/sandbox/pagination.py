"""Cursors: where the page before ended, sealed so that only the shop can make one."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Query

from backends.models import Page
from backends.sandbox.context import ShopDep
from backends.sandbox.problems import invalid

T = TypeVar("T")
SEAL = 16  # bytes

Position = tuple[datetime, Any]  # time and id of the last item shown


@dataclass(frozen=True, slots=True)
class Cursors:
    """`list_name` is part of the seal: a cursor of one list is none of another."""

    secret: bytes
    limit: int
    given: str | None

    def page(self, list_name: str, rows: Sequence[T], position: Callable[[T], list[Any]]) -> Page[T]:
        """`rows`: one more than the limit, if there are more."""
        items = tuple(rows[: self.limit])
        more = len(rows) > self.limit
        return Page(items, self._encode(list_name, position(items[-1])) if more else None)

    def after(self, list_name: str) -> list[Any] | None:
        """The position of the last item shown; None at the start."""
        if self.given is None:
            return None
        try:
            raw = base64.urlsafe_b64decode(self.given.encode() + b"==")
        except ValueError as error:
            raise invalid(cursor="unknown") from error
        if not hmac.compare_digest(raw[:SEAL], self._seal(list_name, raw[SEAL:])):
            raise invalid(cursor="unknown")
        position = json.loads(raw[SEAL:])
        assert isinstance(position, list)
        return position

    def _encode(self, list_name: str, position: list[Any]) -> str:
        payload = json.dumps(position).encode()
        return base64.urlsafe_b64encode(self._seal(list_name, payload) + payload).decode().rstrip("=")

    def _seal(self, list_name: str, payload: bytes) -> bytes:
        return hmac.new(self.secret, list_name.encode() + b"\0" + payload, hashlib.sha256).digest()[:SEAL]

    def newest_first(self, list_name: str) -> tuple[datetime | None, Any]:
        """Arguments of `(at, id) < (%s, %s)`; (None, None) at the start."""
        position = self.after(list_name)
        return (None, None) if position is None else (datetime.fromisoformat(position[0]), position[1])

    def slice(self, list_name: str, items: Sequence[T], key: Callable[[T], str]) -> Page[T]:
        """A page of a list that is in memory, in its own order; items are found again by key."""
        position = self.after(list_name)
        keys = [key(item) for item in items]
        start = keys.index(position[0]) + 1 if position and position[0] in keys else 0
        return self.page(list_name, items[start : start + self.limit + 1], lambda item: [key(item)])


def get_cursors(
    shop: ShopDep,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> Cursors:
    secret = hashlib.sha256(b"cursors\0" + shop.settings.assertion_secret.get_secret_value().encode()).digest()
    return Cursors(secret, limit, cursor)


CursorsDep = Annotated[Cursors, Depends(get_cursors)]
