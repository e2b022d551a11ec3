from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from rasa_sdk.executor import ActionExecutor

from actions.context import FaqEntries
from actions.faq_entries import HttpFaqEntries
from actions.guard import Guard
from actions.journal import HttpJournal, Journal
from actions.metrics import Metrics
from actions.settings import ActionSettings
from actions.skills.catalogue import SKILLS
from actions.words import Words
from backends.http.create import create_commerce
from backends.ports import Commerce
from common.internal import INTERNAL_SECRET_HEADER, KEEPALIVE_SECONDS
from common.tls import tls_context


def create_executor(
    settings: ActionSettings, metrics: Metrics, *, shop: Commerce, faq: FaqEntries, journal: Journal
) -> ActionExecutor:
    guard = Guard(
        SKILLS,
        shop=shop,
        faq=faq,
        journal=journal,
        words=Words.load(settings.label_language),
        metrics=metrics,
        timeout=settings.action_timeout,
        formal=settings.tone == "formal",
    )
    executor = ActionExecutor()
    for name in SKILLS:
        executor.register_function(name, guard.action(name))
    return executor


@asynccontextmanager
async def open_shop(settings: ActionSettings) -> AsyncIterator[Commerce]:
    async with create_commerce(settings) as shop:
        yield shop


@asynccontextmanager
async def open_faq(settings: ActionSettings) -> AsyncIterator[FaqEntries]:
    async with _internal_client(settings, settings.faq_url, timeout=3.0) as http:
        yield HttpFaqEntries(http)


@asynccontextmanager
async def open_journal(settings: ActionSettings) -> AsyncIterator[Journal]:
    async with _internal_client(settings, settings.api_url, timeout=1.5) as http:
        yield HttpJournal(http)


def _internal_client(settings: ActionSettings, url: str, *, timeout: float) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=url,
        headers={INTERNAL_SECRET_HEADER: settings.internal_secret.get_secret_value()},
        timeout=timeout,
        limits=httpx.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=KEEPALIVE_SECONDS),
        verify=tls_context(),
        trust_env=False,
    )
