"""The shop under test, spoken to without our own client: raw requests, every answer checked against the contract."""

import time
import uuid
from dataclasses import dataclass, replace
from typing import Any, Self

import httpx
import jwt

from tests.contracts.contract import Contract


@dataclass(frozen=True)
class Who:
    """A customer by id; with `order_id` a guest of this one order."""

    customer: str
    order_id: str | None = None

    def claims(self) -> dict[str, Any]:
        now = int(time.time())
        claims: dict[str, Any] = {"sub": self.customer, "aud": "commerce", "iss": "aftercare", "iat": now}
        claims |= {"exp": now + 120, "auth_level": "guest" if self.order_id else "customer"}
        return claims | ({"order_id": self.order_id} if self.order_id else {})


@dataclass(frozen=True)
class Reply:
    status: int
    json: Any
    headers: httpx.Headers

    @property
    def code(self) -> str | None:
        """The problem's code; None for a success."""
        return self.json["code"] if self.status >= 400 else None

    @property
    def replayed(self) -> bool:
        return bool(self.headers.get("Idempotent-Replayed") == "true")

    def ok(self) -> Any:
        assert self.status < 300, f"refused: {self.status} {self.json}"
        return self.json

    def without_trace(self) -> Any:
        return {name: value for name, value in self.json.items() if name != "trace_id"}


@dataclass(frozen=True)
class Credentials:
    client_id: str
    client_secret: str
    api_key: str
    assertion_secret: str


class Shop:
    def __init__(self, http: httpx.AsyncClient, contract: Contract, credentials: Credentials) -> None:
        self.http = http
        self.contract = contract
        self.credentials = credentials
        self._identity: dict[str, str] = {}

    async def authenticated(self, scope: str | None = None) -> Self:
        """The same shop with a fresh token, of all scopes or of one; with the API key where that is all there is."""
        other = type(self)(self.http, self.contract, self.credentials)
        if self.credentials.client_id:
            form = {"grant_type": "client_credentials"} | ({"scope": scope} if scope else {})
            basic = (self.credentials.client_id, self.credentials.client_secret)
            answer = await self.http.post("/oauth/token", data=form, auth=basic)
            assert answer.status_code == 200, answer.text
            self.contract.check(answer, "/oauth/token")
            other._identity = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        else:
            other._identity = {"X-Api-Key": self.credentials.api_key}
        return other

    def identified_by(self, headers: dict[str, str]) -> Self:
        other = type(self)(self.http, self.contract, self.credentials)
        other._identity = headers
        return other

    def assertion(self, who: Who, *, secret: str | None = None, **changes: Any) -> str:
        claims = {name: value for name, value in (who.claims() | changes).items() if value is not None}
        return jwt.encode(claims, self.credentials.assertion_secret if secret is None else secret, algorithm="HS256")

    async def get(self, path: str, who: Who | None = None, **params: str | int) -> Reply:
        return await self.send("GET", path, who=who, params=params)

    async def post(self, path: str, who: Who | None = None, body: Any = None, *, key: str | None = None) -> Reply:
        """With a fresh idempotency key unless one is given."""
        return await self.send("POST", path, who=who, body=body, key=key or str(uuid.uuid4()))

    async def send(
        self,
        method: str,
        path: str,
        *,
        who: Who | None = None,
        assertion: str | None = None,
        body: Any = None,
        key: str | None = None,
        params: dict[str, str | int] | None = None,
    ) -> Reply:
        headers = dict(self._identity)
        if who is not None:
            headers["X-Customer-Assertion"] = self.assertion(who)
        if assertion is not None:
            headers["X-Customer-Assertion"] = assertion
        if key is not None:
            headers["Idempotency-Key"] = key
        body = {} if method == "POST" and body is None else body
        response = await self.http.request(method, path, json=body, headers=headers, params=params or None)
        assert response.status_code < 500, f"{method} {path} broke: {response.status_code} {response.text[:500]}"
        self.contract.check(response, path)
        return Reply(response.status_code, response.json(), response.headers)

    async def all(self, path: str, who: Who | None = None, *, limit: int = 100, **params: str | int) -> list[Any]:
        """Every item of a list, page by page."""
        items: list[Any] = []
        cursor: dict[str, str | int] = {}
        for _ in range(1000):
            page = (await self.get(path, who, limit=limit, **params, **cursor)).ok()
            assert len(page["items"]) <= limit
            items += page["items"]
            if page["next_cursor"] is None:
                return items
            assert page["items"], "an empty page has a next one"
            cursor = {"cursor": page["next_cursor"]}
        raise AssertionError(f"{path} does not end")


def as_guest(who: Who, order_id: str) -> Who:
    return replace(who, order_id=order_id)
