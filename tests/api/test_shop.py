import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from fastapi import Depends, FastAPI, Response
from pydantic import SecretStr

from common.internal import require_internal_secret
from common.problems import install_problem_handlers
from tests.api.conftest import SECRET, Start
from tests.api.test_customers import token
from tests.fakes.server import served


@pytest_asyncio.fixture
async def sandbox_url() -> AsyncIterator[str]:
    """The sample shop's own two endpoints, for our own processes only."""
    app = FastAPI(dependencies=[Depends(require_internal_secret(SecretStr(SECRET)))])
    install_problem_handlers(app)

    @app.get("/shop/customers")
    async def customers() -> dict[str, list[dict[str, str]]]:
        return {"items": [{"reference": "emma", "name": "Emma Byrne", "interest": "a late parcel"}]}

    @app.post("/shop/token")
    async def issue(body: dict[str, str]) -> Response:
        if body["customer"] != "emma":
            return Response(status_code=404)
        issued = f'{{"customer_token": "{token()}", "expires_at": "2030-01-01T00:00:00Z"}}'
        return Response(issued, media_type="application/json")

    async with served(app) as url:
        yield url


async def test_the_sample_shop_issues_tokens_that_the_gateway_accepts(start_gateway: Start, sandbox_url: str) -> None:
    async with start_gateway(sandbox=True, commerce_url=sandbox_url) as gateway:
        [sample] = (await gateway.http.get("/shop/customers")).json()["items"]
        issued = (await gateway.http.post("/shop/token", json={"customer": sample["reference"]})).json()
        customer = await gateway.customer(customer_token=issued["customer_token"])
        await customer.say("hello")
        await customer.reply()
        assert gateway.rasa.calls[0]["metadata"]["auth_level"] == "customer"
        answer = await gateway.http.post("/shop/token", json={"customer": "nobody"})
        assert answer.status_code == 404
        assert "/shop/token" in (await gateway.http.get("/openapi.json")).json()["paths"]


async def test_a_sample_shop_that_is_down_is_said_to_be(start_gateway: Start) -> None:
    async with start_gateway(sandbox=True, commerce_url="http://127.0.0.1:9") as gateway:
        assert (await gateway.http.get("/shop/customers")).status_code == 503


@pytest.mark.parametrize("path", ["/shop/customers", "/shop/codes?email=a@b.c", "/"])
async def test_outside_the_sandbox_there_is_no_sample_shop(start_gateway: Start, path: str) -> None:
    async with start_gateway(sandbox=False) as gateway:
        assert (await gateway.http.get(path, headers={"X-Aftercare-Secret": SECRET})).status_code == 404
        assert (await gateway.http.post("/shop/token", json={"customer": "emma"})).status_code == 404


async def test_sent_codes_are_shown_to_our_own_tests_only(start_gateway: Start) -> None:
    async with start_gateway(sandbox=True) as gateway:
        await gateway.services.code_sender.send("emma@example.com", "123456")
        path = "/shop/codes?email=emma@example.com"
        assert (await gateway.http.get(path)).status_code == 401
        answer = await gateway.http.get(path, headers={"X-Aftercare-Secret": SECRET})
        assert answer.json() == {"code": "123456"}


async def test_the_shop_page_may_load_only_what_is_its_own(start_gateway: Start) -> None:
    async with start_gateway(sandbox=True) as gateway:
        page = await gateway.http.get("/")
        assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert "script-src 'self'" in page.headers["content-security-policy"]
        sources = re.findall(r'(?:src|href)="([^"]+)"', page.text)
        assert [source for source in sources if source.startswith(("http", "//"))] == []
        for source in sources:
            if source.startswith("/static/"):
                assert (await gateway.http.get(source)).status_code == 200, source
