from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from api.staff.guards import any_page
from api.web.pages import pages_of


def elsewhere_page_router(address: str) -> APIRouter:
    """What stands in place of the desk and its advisors when people answer customers in another system."""
    router = APIRouter(include_in_schema=False, dependencies=[Depends(any_page)])

    @router.get("/desk")
    @router.get("/advisors")
    async def elsewhere(request: Request) -> Response:
        return pages_of(request).render(request, "desk/elsewhere.html", address=address)

    return router
