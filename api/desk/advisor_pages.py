"""Who answers customers, and what each is given from the line: a page for operators."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from api.desk.models import Member
from api.desk.pages import Desk
from api.handoff.states import Skill
from api.staff.errors import UnknownStaff
from api.staff.guards import OperatorPage, operator_page, staff_service
from api.staff.models import LANGUAGE, MOST_AT_ONCE
from api.web.pages import pages_of
from common.problems import Problem

router = APIRouter(prefix="/advisors", include_in_schema=False, dependencies=[Depends(operator_page)])


@router.get("")
async def advisors(request: Request, service: Desk, saved: str = "") -> Response:
    team = await service.team()
    name = next((member.advisor.first_name for member in team if member.advisor.name == saved), "")
    return show(request, team, notice=f"Saved what {name} is given." if name else "")


@router.post("/{name}")
async def save(
    request: Request,
    session: OperatorPage,
    service: Desk,
    name: str,
    *,
    skills: Annotated[list[Skill] | None, Form()] = None,
    languages: Annotated[str, Form()] = "",
    capacity: Annotated[str, Form()] = "",
) -> Response:
    """What an advisor is given by itself. Without any skill nothing is; without languages, any."""
    team = await service.team()
    member = next((each for each in team if each.advisor.name == name), None)
    if member is None:
        raise unknown()
    spoken = languages.replace(",", " ").lower().split()
    wrong = problem_of(spoken, capacity)
    if wrong:
        tried: dict[str, object] = {
            "name": name,
            "skills": skills or [],
            "languages": languages,
            "capacity": capacity,
            "wrong": wrong,
        }
        return show(request, team, tried=tried, status=422)
    try:
        await staff_service(request).set_desk(
            name, skills=skills or [], languages=spoken, capacity=int(capacity), by=session.staff.name
        )
    except UnknownStaff:
        raise unknown() from None
    return RedirectResponse(f"/advisors?{urlencode({'saved': name})}", 303)


def problem_of(languages: list[str], capacity: str) -> str:
    """What is wrong with a form, in words for the operator; empty if nothing is."""
    strange = [each for each in languages if not LANGUAGE.fullmatch(each)]
    if strange:
        return f"“{strange[0]}” is not a language such as en or pt."
    if not (capacity.isascii() and capacity.isdigit() and int(capacity) <= MOST_AT_ONCE):
        return f"The number of conversations at once is 0 to {MOST_AT_ONCE}."
    return ""


def show(
    request: Request,
    team: list[Member],
    *,
    notice: str = "",
    tried: dict[str, object] | None = None,
    status: int = 200,
) -> Response:
    """`tried`: a form that was not accepted, shown as it was filled in."""
    return pages_of(request).render(
        request,
        "desk/advisors.html",
        status=status,
        team=team,
        skills=list(Skill),
        most=MOST_AT_ONCE,
        notice=notice,
        tried=tried or {},
    )


def unknown() -> Problem:
    return Problem(404, "not_found", "There is no advisor of this name.")
