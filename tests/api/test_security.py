import asyncio
from uuid import uuid4

import httpx
import pytest

from api.security.headers import headers_for
from tests.api.conftest import Gateway, Start


async def test_a_body_over_the_limit_is_refused_however_it_comes(gateway: Gateway) -> None:
    customer = await gateway.customer()
    headers = customer.headers | {"Idempotency-Key": "k", "Content-Type": "application/json"}

    async def chunks() -> object:
        for _ in range(20):
            yield b"x" * 8192

    for content in (b"x" * (64 * 1024 + 1), chunks()):
        answer = await gateway.http.post(f"{customer.path}/messages", content=content, headers=headers)  # type: ignore[arg-type] # an async generator
        assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


async def test_a_small_body_without_a_length_is_read(gateway: Gateway) -> None:
    async def chunks() -> object:
        yield b'{"locale":'
        yield b'"de"}'

    answer = await gateway.http.post(
        "/v1/conversations",
        content=chunks(),  # type: ignore[arg-type] # an async generator
        headers={"Content-Type": "application/json"},
    )
    assert (answer.status_code, answer.json()["locale"]) == (201, "de")


async def test_too_many_conversations_from_one_address_are_refused(start_gateway: Start) -> None:
    async with start_gateway(limit_conversations_per_address="2/minute") as gateway:
        for _ in range(2):
            await gateway.customer()
        answer = await gateway.http.post("/v1/conversations", json={})
        assert (answer.status_code, answer.json()["code"]) == (429, "rate_limited")
        assert 1 <= int(answer.headers["retry-after"]) <= 60
        assert 'aftercare_rate_limited_total{limit="conversations"} 1.0' in (await gateway.http.get("/metrics")).text


async def test_too_many_messages_in_one_conversation_are_refused_and_not_stored(start_gateway: Start) -> None:
    async with start_gateway(limit_messages_per_conversation="2/minute") as gateway:
        customer, other = await gateway.customer(), await gateway.customer()
        for number in range(2):
            await customer.say(f"m{number}")
        assert (await customer.post({"text": "one more"})).status_code == 429
        await other.say("not affected")
        await customer.reply()
        await customer.reply()
        assert len(await customer.events()) == 4


async def test_the_address_of_a_proxy_is_only_believed_where_it_is_set(gateway: Gateway) -> None:
    from_proxy = {"X-Forwarded-For": "203.0.113.9"}
    await gateway.http.post("/v1/conversations", json={}, headers=from_proxy)
    customer = await gateway.customer()
    await customer.say("hello")
    rows = await gateway.sql("SELECT client FROM turns WHERE conversation_id = %s", customer.id)
    assert rows == [(gateway.services.keyed.hex("address", "127.0.0.1"),)]


@pytest.mark.parametrize("path", ["/livez", "/openapi.json", "/v1/conversations", "/nowhere", "/login"])
async def test_every_answer_carries_the_security_headers(gateway: Gateway, path: str) -> None:
    answer = await gateway.http.get(path)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert "server" not in answer.headers or "uvicorn" in answer.headers["server"]
    assert answer.headers["x-request-id"]


def test_only_pages_may_run_scripts_and_only_static_files_may_be_used_elsewhere() -> None:
    assert "script-src" not in headers_for("/v1/conversations")["Content-Security-Policy"]
    assert "script-src 'self'" in headers_for("/")["Content-Security-Policy"]
    assert "script-src 'self'" in headers_for("/desk/123")["Content-Security-Policy"]
    assert "script-src" not in headers_for("/deskfoo")["Content-Security-Policy"]
    assert headers_for("/static/widget.js")["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert headers_for("/v1/conversations")["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers_for("/v1/conversations")["Cache-Control"] == "no-store"


async def test_only_allowed_origins_may_call_from_a_page(start_gateway: Start) -> None:
    async with start_gateway(allowed_origins=("https://shop.example",)) as gateway:
        for origin, allowed in (("https://shop.example", "https://shop.example"), ("https://evil.example", None)):
            preflight = await gateway.http.options(
                "/v1/conversations",
                headers={
                    "Origin": origin,
                    "Access-Control-Request-Method": "POST",
                    "Access-Control-Request-Headers": "authorization,idempotency-key,content-type",
                },
            )
            assert preflight.headers.get("access-control-allow-origin") == allowed
            answer = await gateway.http.post("/v1/conversations", json={}, headers={"Origin": origin})
            assert answer.headers.get("access-control-allow-origin") == allowed
            assert "access-control-allow-credentials" not in answer.headers


async def test_without_allowed_origins_no_foreign_page_may_call(gateway: Gateway) -> None:
    answer = await gateway.http.post("/v1/conversations", json={}, headers={"Origin": "https://shop.example"})
    assert "access-control-allow-origin" not in answer.headers


async def test_a_well_formed_request_id_is_kept_and_another_replaced(gateway: Gateway) -> None:
    given = uuid4().hex
    for shown, kept in ((given, True), ("a b", False), ("x" * 200, False)):
        answer = await gateway.http.get("/livez", headers={"X-Request-ID": shown})
        assert (answer.headers["x-request-id"] == shown) is kept


async def test_every_error_is_a_problem_document(gateway: Gateway) -> None:
    customer = await gateway.customer()
    answers = [
        await gateway.http.get("/nowhere"),
        await gateway.http.put("/v1/conversations"),
        await gateway.http.post("/v1/conversations", content=b"{", headers={"Content-Type": "application/json"}),
        await gateway.http.get("/v1/conversations/not-a-uuid/events", headers=customer.headers),
        await customer.post({"payload": "/never_offered"}),
    ]
    assert [answer.status_code for answer in answers] == [404, 405, 422, 422, 422]
    for answer in answers:
        assert answer.headers["content-type"] == "application/problem+json"
        assert {"type", "title", "status", "code", "detail"} <= set(answer.json())


async def test_no_message_text_token_or_address_is_logged(
    start_gateway: Start, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    async with start_gateway() as gateway:
        customer = await gateway.customer()
        await customer.say("my secret wish")
        await customer.reply()
        written = "".join(capsys.readouterr()) + caplog.text
        for secret in ("secret wish", customer.token, "Bearer"):
            assert secret not in written


async def test_readers_that_hang_up_leave_nothing_behind(gateway: Gateway) -> None:
    customer = await gateway.customer()
    for _ in range(5):
        with pytest.raises(httpx.ReadTimeout):
            await gateway.http.get(f"{customer.path}/events", params={"wait": 1}, headers=customer.headers, timeout=0.1)
    async with asyncio.timeout(30):
        while gateway.services.hub._waiters:  # noqa: ASYNC110 - the gateway's own
            await asyncio.sleep(0.05)
