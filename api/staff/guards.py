"""Who may come in: every page and endpoint for staff depends on one of these.

A page sends people without a login to `/login`, an endpoint answers 401; the wrong role gets 403 from both. Whatever
changes something needs the session's CSRF token, as form field `csrf` or header `X-CSRF-Token`.
"""

import secrets
from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, FastAPI, Request
from fastapi.responses import RedirectResponse, Response

from api.staff.models import Role, Session
from api.staff.redirects import login_address, page_behind
from api.staff.service import StaffService
from common.problems import Problem

COOKIE = "aftercare_session"
CSRF_HEADER = "X-CSRF-Token"
SAFE_METHODS = frozenset({"GET", "HEAD"})

Guard = Callable[[Request], Awaitable[Session]]


class LoginNeeded(Exception):
    pass


def staff_service(request: Request) -> StaffService:
    service: StaffService = request.app.state.staff
    return service


async def current_session(request: Request) -> Session | None:
    token = request.cookies.get(COOKIE)
    session = await staff_service(request).session(token) if token else None
    request.state.session = session
    return session


async def note_presence(request: Request) -> None:
    """For the routers of the desk, after their guard: whoever uses it is on duty."""
    session: Session = request.state.session
    await staff_service(request).note_presence(session)


async def check_csrf(request: Request, session: Session) -> None:
    if request.method in SAFE_METHODS:
        return
    shown = request.headers.get(CSRF_HEADER)
    if shown is None and "form" in request.headers.get("content-type", ""):
        shown = str((await request.form()).get("csrf", ""))
    if not secrets.compare_digest((shown or "").encode(), session.csrf_token.encode()):
        raise Problem(403, "csrf", "This form has expired. Go back, reload the page and try again.")


async def check(request: Request, session: Session, role: Role | None) -> Session:
    if role and role not in session.staff.roles:
        raise Problem(403, "forbidden", f"This needs the role {role}, which your account does not have.")
    await check_csrf(request, session)
    return session


def page_for(role: Role | None) -> Guard:
    """Without a role: for everybody who is logged in."""

    async def guard(request: Request) -> Session:
        session = await current_session(request)
        if session is None:
            raise LoginNeeded
        return await check(request, session, role)

    return guard


def endpoint_for(role: Role | None) -> Guard:
    async def guard(request: Request) -> Session:
        session = await current_session(request)
        if session is None:
            raise Problem(401, "unauthorized", "Log in first: POST /v1/staff/login.")
        return await check(request, session, role)

    return guard


any_page, any_endpoint = page_for(None), endpoint_for(None)
advisor_page, advisor_endpoint = page_for(Role.ADVISOR), endpoint_for(Role.ADVISOR)
curator_page, curator_endpoint = page_for(Role.CURATOR), endpoint_for(Role.CURATOR)
operator_page, operator_endpoint = page_for(Role.OPERATOR), endpoint_for(Role.OPERATOR)

AnyPage = Annotated[Session, Depends(any_page)]
AnyEndpoint = Annotated[Session, Depends(any_endpoint)]
AdvisorPage = Annotated[Session, Depends(advisor_page)]
AdvisorEndpoint = Annotated[Session, Depends(advisor_endpoint)]
CuratorPage = Annotated[Session, Depends(curator_page)]
CuratorEndpoint = Annotated[Session, Depends(curator_endpoint)]
OperatorPage = Annotated[Session, Depends(operator_page)]
OperatorEndpoint = Annotated[Session, Depends(operator_endpoint)]


def install_login_redirect(app: FastAPI) -> None:
    @app.exception_handler(LoginNeeded)
    async def _login(request: Request, _error: LoginNeeded) -> Response:
        address = login_address(page_behind(request))
        if "hx-request" in request.headers:
            return Response(status_code=401, headers={"HX-Redirect": address})
        return RedirectResponse(address, 303)
