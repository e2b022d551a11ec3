from pathlib import Path

import pytest
from openapi_spec_validator import validate

from backends.errors import Unavailable
from tests.api.conftest import Gateway, Start

CUSTOMER_CALLS = {
    "createConversation",
    "sendMessage",
    "readEvents",
    "identifyCustomer",
    "requestHandoff",
    "withdrawHandoff",
}


async def test_alive_needs_nobody(start_gateway: Start) -> None:
    async with start_gateway(rasa_url="http://127.0.0.1:9") as gateway:
        assert (await gateway.http.get("/livez")).text == "ok"


async def test_ready_names_each_dependency(start_gateway: Start) -> None:
    async with start_gateway(rasa_url="http://127.0.0.1:9") as gateway:
        gateway.shop.fail_with = Unavailable()
        answer = await gateway.http.get("/readyz")
        assert answer.status_code == 503
        checks = answer.json()["checks"]
        assert set(checks) == {"database", "rasa", "faq", "actions", "backend"}
        assert checks["database"] == "ok"
        assert checks["rasa"] == "ConnectError"
        assert checks["backend"] == "upstream_unavailable"


async def test_readiness_is_asked_for_at_most_once_in_a_while(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.health.checks.KEEP_SECONDS", 60)
    first = (await gateway.http.get("/readyz")).json()
    gateway.shop.fail_with = Unavailable()
    assert (await gateway.http.get("/readyz")).json() == first
    assert first["checks"]["backend"] == "ok"


@pytest.mark.slow  # the validator takes several seconds for so large a document
async def test_the_openapi_is_valid(gateway: Gateway) -> None:
    validate((await gateway.http.get("/openapi.json")).json())


async def test_the_operation_ids_of_the_openapi_are_stable(gateway: Gateway) -> None:
    document = (await gateway.http.get("/openapi.json")).json()
    operations = [op for path in document["paths"].values() for op in path.values()]
    ids = [operation["operationId"] for operation in operations]
    assert len(ids) == len(set(ids))
    assert set(ids) >= CUSTOMER_CALLS | {"livez", "readyz", "metrics"}
    later = ("attachments", "webhook", "/shop/")
    assert not [path for path in document["paths"] if any(word in path for word in later)]


async def test_the_reference_page_names_every_call_of_the_customers_side(start_gateway: Start) -> None:
    page = (Path(__file__).parents[2] / "docs/reference/http-api.md").read_text()
    async with start_gateway(sandbox=True) as gateway:
        paths = (await gateway.http.get("/openapi.json")).json()["paths"]
    ours = {path for path in paths if not path.startswith(("/v1/staff", "/v1/desk", "/v1/faq", "/v1/reports"))}
    assert {path for path in ours if path not in page} == set()
