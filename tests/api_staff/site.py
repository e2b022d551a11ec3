"""The gateway as staff and customers see it from outside."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from html import unescape
from typing import Any
from uuid import uuid4

import httpx
from fastapi import FastAPI

from api.staff.models import Role
from api.staff.service import StaffService
from tests.fakes.server import loopback_client

PASSWORD = "correct horse battery"
HTML = {"Accept": "text/html"}


def csrf_of(page: httpx.Response) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert found, page.text
    return unescape(found[1])


@dataclass
class Person:
    """One browser without JavaScript. `csrf` is the session's token once logged in."""

    http: httpx.AsyncClient
    csrf: str = ""

    async def open(self, path: str, expected: int = 200, /, **params: Any) -> httpx.Response:
        page = await self.http.get(path, params=params or None, headers=HTML)
        assert page.status_code == expected, f"{page.status_code} {page.text[:2000]}"
        return page

    async def post(self, path: str, **fields: Any) -> httpx.Response:
        return await self.http.post(path, data={"csrf": self.csrf} | fields, headers=HTML)

    async def log_in(self, name: str, password: str = PASSWORD, next_page: str = "") -> httpx.Response:
        form = await self.open("/login", next=next_page)
        fields = {"name": name, "password": password, "next": next_page, "csrf": csrf_of(form)}
        answer = await self.http.post("/login", data=fields, headers=HTML)
        if answer.status_code == 303:
            self.csrf = csrf_of(await self.open("/account"))
        return answer


@dataclass
class Customer:
    http: httpx.AsyncClient
    id: str
    token: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    async def say(self, text: str) -> None:
        headers = self.headers | {"Idempotency-Key": uuid4().hex}
        answer = await self.http.post(f"/v1/conversations/{self.id}/messages", json={"text": text}, headers=headers)
        assert answer.status_code == 202, answer.text

    async def ask_for_a_person(self) -> None:
        answer = await self.http.post(f"/v1/conversations/{self.id}/handoff", headers=self.headers)
        assert answer.status_code == 202, answer.text

    async def events(self, *, after: int = 0, wait: float = 0) -> list[dict[str, Any]]:
        answer = await self.http.get(
            f"/v1/conversations/{self.id}/events", params={"after": after, "wait": wait}, headers=self.headers
        )
        found: list[dict[str, Any]] = answer.json()["events"]
        return found


@dataclass
class Site:
    url: str
    app: FastAPI
    staff: StaffService

    @asynccontextmanager
    async def visitor(self) -> AsyncIterator[Person]:
        async with loopback_client(self.url) as http:
            yield Person(http)

    @asynccontextmanager
    async def person(self, name: str, *roles: Role) -> AsyncIterator[Person]:
        """Somebody with an account, logged in."""
        await self.staff.add(name, name.capitalize(), list(roles), PASSWORD)
        async with self.visitor() as person:
            answer = await person.log_in(name)
            assert answer.status_code == 303, answer.text
            yield person

    @asynccontextmanager
    async def customer(self, **body: Any) -> AsyncIterator[Customer]:
        async with loopback_client(self.url) as http:
            answer = await http.post("/v1/conversations", json=body)
            assert answer.status_code == 201, answer.text
            yield Customer(http, answer.json()["id"], answer.json()["token"])
