from datetime import timedelta

from fastapi import Request, Response

from api.staff.guards import COOKIE
from api.staff.models import Session

LOGIN_COOKIE = "aftercare_login"  # proves that a login form was ours, before there is a session


def set_session(response: Response, request: Request, session: Session, lifetime: timedelta) -> None:
    """The cookie is for https only wherever the page came over https."""
    secure = request.url.scheme == "https"
    age = int(lifetime.total_seconds())
    response.set_cookie(COOKIE, session.token, max_age=age, httponly=True, samesite="lax", secure=secure)
    response.delete_cookie(LOGIN_COOKIE, path="/login")


def clear_session(response: Response) -> None:
    response.delete_cookie(COOKIE)


def set_login(response: Response, request: Request, token: str) -> None:
    secure = request.url.scheme == "https"
    response.set_cookie(LOGIN_COOKIE, token, path="/login", httponly=True, samesite="strict", secure=secure)
