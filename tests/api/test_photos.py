"""Photos that customers send: drawn anew, shown once, for this conversation's people only, gone with its data."""

import asyncio
import io
import struct
import zlib
from base64 import b64decode
from uuid import UUID, uuid4

import httpx
import pytest

from api.photos.endpoints import LIMIT
from api.photos.errors import NotAPhoto
from api.photos.pictures import LONGEST_SIDE, cleaned
from api.privacy.repository import everything
from tests.api.conftest import Customer, Gateway, Start
from tests.api.test_consent import dealt_with, of_type
from tests.fakes.pictures import opened, picture


async def send(customer: Customer, content: bytes, *, key: str = "") -> httpx.Response:
    headers = customer.headers | {"Idempotency-Key": key or uuid4().hex, "Content-Type": "image/jpeg"}
    return await customer.http.post(f"{customer.path}/photos", content=content, headers=headers)


def empty_png(width: int, height: int) -> bytes:
    """Few bytes that say they are a huge picture."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("kind", "mode"), [("JPEG", "RGB"), ("JPEG", "CMYK"), ("JPEG", "L"), ("PNG", "RGBA"), ("PNG", "P"), ("WEBP", "RGB")]
)
def test_whatever_kind_comes_a_jpeg_without_metadata_is_kept(kind: str, mode: str) -> None:
    result = cleaned(picture(kind, mode=mode))
    kept = opened(result.content)
    assert (kept.format, kept.size, dict(kept.getexif()), kept.info.get("exif")) == ("JPEG", (400, 300), {}, None)
    assert (result.width, result.height) == kept.size


def test_a_photo_is_kept_upright_and_not_larger_than_people_need() -> None:
    result = cleaned(picture(size=(3200, 800), turned=True))
    assert (result.width, result.height) == (400, LONGEST_SIDE)
    red, _, blue = opened(result.content).getpixel((200, 10))  # type: ignore[misc] # of a picture in colours
    assert red > blue + 150, "what was on the left is on top"


def test_what_shines_through_is_white() -> None:
    see_through = opened(picture("PNG", mode="RGBA"))
    see_through.putalpha(0)
    written = io.BytesIO()
    see_through.save(written, "PNG")
    assert opened(cleaned(written.getvalue()).content).getpixel((10, 10)) == (255, 255, 255)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello",
        b"<html><script>alert(1)</script>",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        picture("GIF"),
        picture("BMP"),
        picture("TIFF"),
        picture()[:900],
        picture("PNG")[:200],
        empty_png(100, 100),
        empty_png(9000, 9000),
        empty_png(60_000, 60_000),
    ],
    ids=["empty", "text", "page", "svg", "gif", "bmp", "tiff", "cut", "cut-png", "no-pixels", "huge", "bomb"],
)
def test_what_is_no_photo_is_refused(content: bytes) -> None:
    with pytest.raises(NotAPhoto):
        cleaned(content)


async def test_a_photo_is_shown_once_however_often_it_is_sent_and_answers_nothing(gateway: Gateway) -> None:
    emma = await gateway.customer()
    answers = await asyncio.gather(*(send(emma, picture(), key="one") for _ in range(4)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    [event] = await of_type(emma, "message")
    made = answers[0].json()
    assert event["photo"] == {"id": made["id"], "width": 400, "height": 300}
    assert (event["author"], event["seq"]) == ("customer", made["seq"])
    assert "can't look at photos" in event["note"]
    assert gateway.rasa.calls == []
    read = await emma.http.get(f"{emma.path}/photos/{made['id']}", headers=emma.headers)
    assert (read.status_code, read.headers["content-type"]) == (200, "image/jpeg")
    assert read.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in read.headers["content-security-policy"]
    assert opened(read.content).size == (400, 300)


async def test_nobody_else_reads_it(gateway: Gateway) -> None:
    emma, liam = await gateway.customer(), await gateway.customer()
    photo = (await send(emma, picture())).json()["id"]
    assert (await liam.http.get(f"{emma.path}/photos/{photo}", headers=liam.headers)).status_code == 401
    assert (await liam.http.get(f"{liam.path}/photos/{photo}", headers=liam.headers)).status_code == 404
    assert (await emma.http.get(f"{emma.path}/photos/{uuid4()}", headers=emma.headers)).status_code == 404
    assert (await send(Customer(emma.http, emma.id, liam.token), picture())).status_code == 401


async def test_what_is_refused_shows_nothing(gateway: Gateway) -> None:
    emma = await gateway.customer()
    refused = await send(emma, b"hello")
    assert (refused.status_code, refused.json()["code"]) == (422, "not_a_photo")
    too_large = await send(emma, b"\xff" * (LIMIT + 1))
    assert (too_large.status_code, too_large.json()["limit"]) == (413, LIMIT)
    no_key = await emma.http.post(f"{emma.path}/photos", content=picture(), headers=emma.headers)
    assert no_key.status_code == 422
    assert await emma.events() == []


async def test_the_larger_limit_is_for_photos_only(gateway: Gateway) -> None:
    emma = await gateway.customer()
    answer = await emma.post({"text": "x" * 2_000_000})
    assert answer.status_code == 413


async def test_a_conversation_takes_twenty(gateway: Gateway) -> None:
    emma = await gateway.customer()
    small = picture(size=(8, 8))
    for number in range(20):
        await gateway.services.photos.take(UUID(emma.id), small, key=str(number))
    refused = await send(emma, small)
    assert (refused.status_code, refused.json()["code"]) == (422, "too_many_photos")
    assert (await send(emma, small, key="3")).status_code == 201, "this one is there"


async def test_people_who_have_the_conversation_see_it_and_a_closed_one_is_the_assistants_again(
    gateway: Gateway,
) -> None:
    emma = await gateway.customer()
    await emma.http.post(f"{emma.path}/handoff", headers=emma.headers)
    await send(emma, picture())
    assert (await of_type(emma, "message"))[-1]["note"] == "A colleague can see it."
    await emma.http.delete(f"{emma.path}/handoff", headers=emma.headers)
    await dealt_with(gateway, emma)
    await send(emma, picture())
    assert await gateway.sql("SELECT state FROM conversations WHERE id = %s", emma.id) == [("bot",)]


async def test_none_are_taken_where_people_would_not_see_them(start_gateway: Start) -> None:
    async with start_gateway(photos=False) as gateway:
        created = (await gateway.http.post("/v1/conversations", json={})).json()
        assert created["photos"] is False
        refused = await send(Customer(gateway.http, created["id"], created["token"]), picture())
        assert (refused.status_code, refused.json()["code"]) == (409, "photos_not_taken")


async def test_a_photo_is_told_and_erased_with_the_customers_data(gateway: Gateway) -> None:
    emma = await gateway.customer()
    await send(emma, picture())
    async with gateway.services.conversations.transaction() as connection:
        [row] = (await everything(connection, UUID(emma.id)))["photos"]
        await gateway.services.privacy.erase(connection, [UUID(emma.id)], by="olga")
    assert opened(b64decode(row["content"])).size == (400, 300)
    assert await gateway.sql("SELECT 1 FROM photos WHERE conversation_id = %s", emma.id) == []


async def test_the_assistant_is_told_whether_it_may_propose_one(gateway: Gateway) -> None:
    emma = await gateway.customer()
    await emma.say("the mug is broken")
    await emma.reply()
    assert gateway.rasa.calls[0]["metadata"]["photos"] is True
