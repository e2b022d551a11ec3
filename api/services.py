import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
from fastapi.requests import HTTPConnection
from limits.aio.storage import Storage

from api.assistant.intake import Intake
from api.assistant.rasa import Rasa
from api.assistant.worker import TurnWorker
from api.channels.web.streams import Streams
from api.complaints.service import ComplaintService
from api.consent.service import ConsentService
from api.conversations.hub import Hub
from api.conversations.service import ConversationService
from api.followups.endings import Endings
from api.followups.service import FollowUps
from api.handoff.service import HandoffService
from api.handoff.sweeper import LineSweeper
from api.health.checks import Readiness
from api.identity.assertions import Assertions
from api.identity.customer_tokens import CustomerTokens
from api.identity.guests.dispatcher import CodeDispatcher
from api.identity.guests.senders import CodeSender
from api.identity.guests.service import GuestVerification
from api.insight.questions.sorter import Sorter
from api.languages.service import Languages
from api.metrics import Metrics
from api.outbox.service import OutboxService
from api.outbox.worker import OutboxWorker
from api.photos.service import PhotoService
from api.privacy.service import PrivacyService
from api.security.hashing import KeyedHash
from api.security.limits import RateLimit
from api.settings import ApiSettings
from api.staff.service import StaffService
from api.surveys.service import SurveyService
from api.tickets.service import Tickets
from api.writes.resolver import WriteResolver
from api.writes.service import WriteService
from backends.ports import Commerce
from common.database import Pool


@dataclass(frozen=True, slots=True)
class Services:
    """Everything the endpoints use; one a gateway process."""

    settings: ApiSettings
    metrics: Metrics
    keyed: KeyedHash
    pool: Pool
    hub: Hub
    streams: Streams
    http: httpx.AsyncClient
    rasa: Rasa
    limit_conversations: RateLimit
    limit_messages: RateLimit
    storage: Storage
    commerce: Commerce
    code_sender: CodeSender
    conversations: ConversationService
    assertions: Assertions
    customer_tokens: CustomerTokens
    staff: StaffService
    handoff: HandoffService
    line_sweeper: LineSweeper
    surveys: SurveyService
    consent: ConsentService
    complaints: ComplaintService
    follow_ups: FollowUps
    endings: Endings
    sorter: Sorter
    tickets: Tickets | None
    photos: PhotoService
    outbox: OutboxService
    writes: WriteService
    privacy: PrivacyService
    write_resolver: WriteResolver
    outbox_worker: OutboxWorker
    guests: GuestVerification
    intake: Intake
    worker: TurnWorker
    languages: Languages
    dispatcher: CodeDispatcher
    readiness: Readiness


def services_of(connection: HTTPConnection) -> Services:
    services: Services = connection.app.state.services
    return services


async def provide_services(connection: HTTPConnection) -> Services:
    """For endpoints: what is not a coroutine FastAPI hands to another thread, at each request."""
    return services_of(connection)


def desk_keeper(services: Services) -> asyncio.Task[None]:
    """Looks after the desk that is in use."""
    if services.tickets:
        return asyncio.create_task(services.tickets.run(), name="ticket-watcher")
    return asyncio.create_task(services.line_sweeper.run(), name="line-sweeper")


@contextlib.asynccontextmanager
async def running(services: Services) -> AsyncIterator[None]:
    """Open what needs a loop, start the background work, and stop all of it at the end."""
    async with services.pool, services.http, services.rasa:
        await services.hub.start()
        await services.worker.start()
        services.languages.start()
        background = [
            asyncio.create_task(services.dispatcher.run(), name="code-dispatcher"),
            asyncio.create_task(services.outbox_worker.run(), name="outbox"),
            asyncio.create_task(services.write_resolver.run(), name="write-resolver"),
            asyncio.create_task(services.follow_ups.run(), name="follow-ups"),
            asyncio.create_task(services.privacy.run(), name="erasures"),
            asyncio.create_task(services.sorter.run(), name="question-sorter"),
            desk_keeper(services),
        ]
        try:
            yield
        finally:
            await services.worker.stop()
            await services.languages.stop()
            for task in background:
                task.cancel()
            await asyncio.gather(*background, return_exceptions=True)
            await services.hub.stop()
