"""Every route is either on the short list of public ones or refuses everybody without the right role."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from api.staff.models import Role
from tests.api_staff.site import HTML, Site

PUBLIC = re.compile(
    r"/|/login|/livez|/readyz|/metrics|/openapi\.json|/static(/.*)?|/shop/.*|/v1/conversations(/.*)?|/v1/staff/login"
    r"|/internal/.*"  # of our own processes, with their secret
)
FOR_ALL_STAFF = {"/logout", "/account", "/v1/staff/logout", "/v1/staff/me"}
ROLES = {
    "/desk": Role.ADVISOR,
    "/v1/desk": Role.ADVISOR,
    "/faq": Role.CURATOR,
    "/v1/faq": Role.CURATOR,
    "/v1/outbox": Role.OPERATOR,
    "/reports": Role.OPERATOR,
    "/v1/reports": Role.OPERATOR,
    "/outbox": Role.OPERATOR,
    "/advisors": Role.OPERATOR,
    "/v1/audit": Role.OPERATOR,
    "/v1/privacy": Role.OPERATOR,
}
ID = "0b8f3f5e-0000-4000-8000-000000000000"


def every_route(routes: Any) -> Iterator[tuple[str, str]]:
    for route in routes:
        if inner := getattr(route, "original_router", None):
            yield from every_route(inner.routes)
        for method in getattr(route, "methods", None) or ():
            yield method, route.path


def staff_routes(site: Site) -> list[tuple[str, str]]:
    found = {(method, path) for method, path in every_route(site.app.routes) if method != "HEAD"}
    assert ("POST", "/desk/conversations/{conversation_id}/claim") in found
    return sorted((method, path) for method, path in found if not PUBLIC.fullmatch(path))


def address(path: str) -> str:
    return re.sub(
        r"\{name\}", "kim", re.sub(r"\{[^}]*entry[^}]*\}", "return-window", re.sub(r"\{[^}]*id[^}]*\}", ID, path))
    )


def role_of(path: str) -> Role | None:
    if path in FOR_ALL_STAFF:
        return None
    areas = [role for area, role in ROLES.items() if path == area or path.startswith(f"{area}/")]
    assert areas, f"{path} is neither public nor in an area with a role: add it here"
    return areas[0]


async def test_nobody_comes_in_without_a_login(site: Site) -> None:
    async with site.visitor() as visitor:
        for method, path in staff_routes(site):
            answer = await visitor.http.request(method, address(path), headers=HTML)
            expected = 401 if path.startswith("/v1/") else 303
            assert answer.status_code == expected, f"{method} {path}"
            if expected == 303:
                assert answer.headers["location"].startswith("/login"), f"{method} {path}"


@pytest.mark.parametrize("role", list(Role))
async def test_the_wrong_role_is_refused_everywhere(site: Site, role: Role) -> None:
    async with site.person("kim", role) as kim:
        for method, path in staff_routes(site):
            if role_of(path) in (None, role):
                continue
            answer = await kim.http.request(method, address(path), headers=HTML | {"X-CSRF-Token": kim.csrf})
            assert answer.status_code == 403, f"{method} {path}"


@pytest.mark.parametrize("role", list(Role))
async def test_nothing_is_changed_without_the_sessions_token(site: Site, role: Role) -> None:
    async with site.person("kim", role) as kim:
        for method, path in staff_routes(site):
            if method == "GET" or role_of(path) not in (None, role):
                continue
            answer = await kim.http.request(method, address(path), json={})
            assert (answer.status_code, answer.json()["code"]) == (403, "csrf"), f"{method} {path}"
