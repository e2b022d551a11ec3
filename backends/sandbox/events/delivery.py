import asyncio
from datetime import timedelta

import httpx
import structlog

from backends.sandbox.context import Shop
from backends.sandbox.events import outbox
from backends.sandbox.idempotency import KEPT
from backends.sandbox.loyalty import repository as loyalty
from backends.webhooks import SIGNATURE_HEADER, sign

log = structlog.get_logger(__name__)
POLL_SECONDS = 0.5
ANSWER_SECONDS = 10.0


async def deliver_next(shop: Shop, http: httpx.AsyncClient) -> bool:
    """Post the next due event; False if there is none."""
    async with shop.pool.connection() as connection:
        due = await outbox.take_due(connection, shop.clock())
        if due is None:
            return False
        event_id, body = due
        if await _posted(shop, http, body):
            await outbox.mark_delivered(connection, event_id, shop.clock())
        else:
            log.warning("event_not_taken", event_id=event_id)
            await outbox.mark_failed(connection, event_id, shop.clock())
    return True


async def _posted(shop: Shop, http: httpx.AsyncClient, body: bytes) -> bool:
    signature = sign(shop.settings.shop_webhook_secret, body, at=int(shop.clock().timestamp()))
    headers = {SIGNATURE_HEADER: signature, "Content-Type": "application/json"}
    try:
        response = await http.post(shop.settings.shop_webhook_url, content=body, headers=headers)
    except httpx.HTTPError:
        return False
    return response.is_success


async def run(shop: Shop) -> None:
    """Deliver, and in quiet moments let points expire and forget what is no longer needed, until cancelled."""
    async with httpx.AsyncClient(timeout=ANSWER_SECONDS, trust_env=False) as http:
        while True:
            try:
                worked = bool(shop.settings.shop_webhook_url) and await deliver_next(shop, http)
                if not worked:
                    await _tidy(shop)
            except Exception as error:  # noqa: BLE001 - whatever one event meets, the next ones are still delivered
                log.warning("delivery_interrupted", error=type(error).__name__)
                worked = False
            if not worked:
                await asyncio.sleep(POLL_SECONDS)


async def _tidy(shop: Shop) -> None:
    now = shop.clock()
    async with shop.pool.connection() as connection:
        await connection.execute("DELETE FROM idempotency_keys WHERE created_at < %s", (now - KEPT,))
        await loyalty.expire(connection, now.date(), now)
        await outbox.forget_old(connection, now - timedelta(days=7))
