from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from api.staff.cookies import clear_session, set_session
from api.staff.errors import TooManyAttempts, WrongCredentials
from api.staff.guards import AnyEndpoint, staff_service
from api.staff.models import Role, Session
from common.problems import Problem

router = APIRouter(prefix="/v1/staff", tags=["staff"])


class Login(BaseModel):
    name: str = Field(max_length=64)
    password: str = Field(max_length=256)


class Me(BaseModel):
    """Send `csrf_token` as X-CSRF-Token with every call that changes something."""

    name: str
    first_name: str
    roles: list[Role]
    csrf_token: str


def _me(session: Session) -> Me:
    staff = session.staff
    return Me(name=staff.name, first_name=staff.first_name, roles=sorted(staff.roles), csrf_token=session.csrf_token)


@router.post("/login", operation_id="staffLogin")
async def log_in(body: Login, request: Request, response: Response) -> Me:
    """Start a session, kept in a cookie."""
    service = staff_service(request)
    try:
        session = await service.log_in(body.name, body.password, address=request.client.host if request.client else "")
    except WrongCredentials:
        raise Problem(401, "wrong_credentials", "Name and password do not match.") from None
    except TooManyAttempts as error:
        headers = {"Retry-After": str(error.retry_after)}
        raise Problem(429, "too_many_attempts", "Too many attempts; wait and try again.", headers=headers) from None
    set_session(response, request, session, service.session_lifetime)
    return _me(session)


@router.post("/logout", operation_id="staffLogout", status_code=204)
async def log_out(request: Request, response: Response, session: AnyEndpoint) -> None:
    await staff_service(request).log_out(session.token)
    clear_session(response)


@router.get("/me", operation_id="staffMe")
async def me(session: AnyEndpoint) -> Me:
    return _me(session)
