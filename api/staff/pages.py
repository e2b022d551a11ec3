"""Logging in and out in a browser."""

import secrets
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.staff.cookies import LOGIN_COOKIE, clear_session, set_login, set_session
from api.staff.errors import TooManyAttempts, WrongCredentials
from api.staff.guards import AnyPage, current_session, staff_service
from api.staff.redirects import home_of, safe_next
from api.web.pages import pages_of

router = APIRouter(include_in_schema=False)


@router.get("/login")
async def login_page(request: Request, next: str = "") -> Response:  # noqa: A002 - the parameter's name in the address
    session = await current_session(request)
    if session:
        return RedirectResponse(safe_next(next) or home_of(session.staff), 303)
    return _login_form(request, next)


@router.post("/login")
async def log_in(
    request: Request,
    name: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "",  # noqa: A002 - as above
    csrf: Annotated[str, Form()] = "",
) -> Response:
    if not csrf or not secrets.compare_digest(csrf.encode(), request.cookies.get(LOGIN_COOKIE, "").encode()):
        return _login_form(request, next, name=name, status=403, error="This form has expired. Please try again.")
    service = staff_service(request)
    try:
        session = await service.log_in(name, password, address=request.client.host if request.client else "")
    except WrongCredentials:
        return _login_form(request, next, name=name, status=401, error="Name and password do not match.")
    except TooManyAttempts as error:
        minutes = -(-error.retry_after // 60)
        text = f"Too many attempts. Please wait {minutes} minute{'s' if minutes > 1 else ''} and try again."
        response = _login_form(request, next, name=name, status=429, error=text)
        response.headers["Retry-After"] = str(error.retry_after)
        return response
    answer = RedirectResponse(safe_next(next) or home_of(session.staff), 303)
    set_session(answer, request, session, service.session_lifetime)
    return answer


@router.post("/logout")
async def log_out(request: Request, session: AnyPage) -> Response:
    await staff_service(request).log_out(session.token)
    response = RedirectResponse("/login", 303)
    clear_session(response)
    return response


@router.get("/account")
async def account(request: Request, session: AnyPage) -> HTMLResponse:
    return pages_of(request).render(request, "staff/account.html", staff=session.staff)


def _login_form(
    request: Request, next_page: str, *, name: str = "", status: int = 200, error: str = ""
) -> HTMLResponse:
    token = request.cookies.get(LOGIN_COOKIE) or secrets.token_urlsafe(32)
    response = pages_of(request).render(
        request, "staff/login.html", status=status, next=safe_next(next_page) or "", name=name, error=error, csrf=token
    )
    set_login(response, request, token)
    return response
