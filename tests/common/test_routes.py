import httpx
from fastapi import APIRouter, FastAPI

from common.routes import add_router

router = APIRouter(prefix="/v1", tags=["things"])


@router.get("/things/{thing}")
async def read_thing(thing: int) -> int:
    return thing


def service() -> FastAPI:
    app = FastAPI()
    add_router(app, router)
    return app


async def test_every_application_that_gets_a_router_answers_at_its_addresses():
    for app in (service(), service()):
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service") as http:
            assert (await http.get("/v1/things/3")).json() == 3
            assert (await http.get("/v1/things/three")).status_code == 422
            assert (await http.get("/v1/things")).json()["detail"] == "Not Found"
            assert (await http.post("/v1/things/3")).status_code == 405


def test_the_description_has_the_routers_addresses_and_tags():
    paths = service().openapi()["paths"]

    assert paths["/v1/things/{thing}"]["get"]["tags"] == ["things"]
