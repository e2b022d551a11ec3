import socket
from datetime import timedelta
from uuid import uuid4

import httpx
from limits.aio.storage import MemoryStorage

from api.assistant.intake import Intake
from api.assistant.load import Load
from api.assistant.rasa import Rasa
from api.assistant.tiers import RememberedTiers
from api.assistant.turns import TurnRunner
from api.assistant.worker import TurnWorker
from api.channels.email.channel import ConsoleEmail, SmtpEmail
from api.channels.web.streams import Streams
from api.conversations.hub import Hub
from api.conversations.service import ConversationService
from api.curation.client import FaqClient
from api.handoff.builtin import BuiltInDesk
from api.handoff.opening_hours import DeskHours, OpeningHours
from api.handoff.ports import Desk
from api.handoff.service import HandoffService
from api.handoff.sweeper import LineSweeper
from api.handoff.texts import Texts
from api.handoff.tiers import Tiers
from api.handoff.voice import EMAIL
from api.health.checks import Check, Readiness, backend_check, database_check, http_check
from api.identity.assertions import Assertions
from api.identity.customer_tokens import CustomerTokens
from api.identity.guests.dispatcher import CodeDispatcher
from api.identity.guests.senders import CodeSender, ConsoleSender, SmtpSender
from api.identity.guests.service import GuestVerification
from api.identity.keys import RemoteKeys
from api.insight.questions.recorder import Recorder
from api.insight.questions.sorter import Sorter
from api.mail import MailServer
from api.metrics import Metrics
from api.outbox.ports import OutboundChannel
from api.outbox.service import OutboxService
from api.outbox.worker import OutboxWorker, Pace
from api.privacy.service import PrivacyService
from api.privacy.trackers import Trackers
from api.security.hashing import KeyedHash
from api.security.limits import RateLimit
from api.services import Services
from api.settings import ApiSettings
from api.staff.passwords import Passwords
from api.staff.service import StaffService
from api.staff.throttle import LoginThrottle
from api.surveys.models import Kind
from api.surveys.service import SurveyService
from api.tickets.desk import CHANNEL as TICKETS
from api.tickets.desk import TicketDesk
from api.tickets.helpdesk import Helpdesk
from api.tickets.service import Tickets
from api.writes.resolver import WriteResolver
from api.writes.service import WriteService
from backends.ports import Commerce
from common.database import Pool, create_pool
from common.tls import tls_context

KEEPALIVE_SECONDS = 4.0  # servers like ours drop idle connections after five


def wire(
    settings: ApiSettings, commerce: Commerce, sender: CodeSender | None = None, passwords: Passwords | None = None
) -> Services:
    """Put the gateway together. Nothing is opened or sent yet."""
    metrics = Metrics()
    keyed = KeyedHash(settings.internal_secret)
    storage = MemoryStorage()
    pool = create_pool(settings.database_url, schema="api", max_size=settings.api_database_connections)
    http = http_client()
    hub = Hub(settings.database_url)
    conversations = ConversationService(pool, hub)
    guests = guest_verification(settings, keyed)
    lifetime = timedelta(hours=settings.staff_session_hours)
    staff = StaffService(pool, LoginThrottle(storage), session_lifetime=lifetime, passwords=passwords)
    surveys = SurveyService(conversations, None if settings.survey == "none" else Kind(settings.survey))
    outbound = outbound_channels(settings)
    outbox = OutboxService([*outbound, TICKETS])
    desk = TicketDesk(outbox) if settings.desk == "helpdesk" else BuiltInDesk()
    handoff = handoff_service(settings, conversations, staff, surveys, desk, writes_later=EMAIL in outbound)
    tickets = ticket_parts(settings, http, conversations, handoff, outbox, metrics=metrics)
    if tickets:
        outbound[TICKETS] = tickets.channel
    assertions = Assertions(settings.assertion_secret)
    privacy = PrivacyService(conversations, Trackers(settings.rasa_database_url), keyed)
    writes = WriteService(conversations, step_up=timedelta(minutes=settings.step_up_minutes))
    owner = f"{socket.gethostname()}/{uuid4().hex[:12]}"
    lease = settings.turn_lease
    rasa = rasa_client(settings)
    runner = TurnRunner(
        conversations=conversations,
        guests=guests,
        customers=commerce,
        tiers=RememberedTiers(Tiers(commerce, assertions.sign).of),
        handoff=handoff,
        closed=surveys.ended,
        writes=writes,
        privacy=privacy,
        insight=Recorder(conversations),
        rasa=rasa,
        assertions=assertions,
        metrics=metrics,
        owner=owner,
        lease=lease,
        at_once=settings.turns_at_once,
    )
    load = Load(metrics, in_hand_limit=settings.turns_in_hand, waiting_limit=settings.turns_waiting)
    sender = sender or code_sender(settings)
    pace = Pace(rate=settings.outbox_rate, attempts=settings.outbox_attempts)
    return Services(
        settings=settings,
        metrics=metrics,
        keyed=keyed,
        pool=pool,
        hub=hub,
        streams=Streams(metrics, limit=settings.streams),
        http=http,
        rasa=rasa,
        storage=storage,
        limit_conversations=RateLimit("conversations", settings.limit_conversations_per_address, storage, metrics),
        limit_messages=RateLimit("messages", settings.limit_messages_per_conversation, storage, metrics),
        commerce=commerce,
        code_sender=sender,
        conversations=conversations,
        assertions=assertions,
        customer_tokens=customer_tokens(settings, http),
        staff=staff,
        handoff=handoff,
        line_sweeper=line_sweeper(settings, conversations, handoff, commerce, assertions),
        surveys=surveys,
        sorter=Sorter(conversations, FaqClient(http, settings.faq_url, settings.internal_secret)),
        tickets=tickets,
        outbox=outbox,
        writes=writes,
        privacy=privacy,
        write_resolver=WriteResolver(
            conversations,
            writes,
            handoff,
            commerce,
            assertions=assertions,
            metrics=metrics,
            owner=owner,
            give_up=timedelta(hours=settings.write_give_up_hours),
        ),
        outbox_worker=OutboxWorker(conversations, outbox, outbound, metrics, owner=owner, pace=pace),
        guests=guests,
        intake=Intake(
            conversations,
            guests,
            handoff,
            keyed,
            metrics,
            owner=owner,
            lease=lease,
            collect=dict(settings.collect_seconds),
        ),
        worker=TurnWorker(conversations, runner, load, owner=owner, lease=lease),
        dispatcher=CodeDispatcher(conversations, guests, commerce, sender, metrics),
        readiness=Readiness(checks(settings, pool, http, commerce)),
    )


def http_client() -> httpx.AsyncClient:
    return httpx.AsyncClient(
        limits=httpx.Limits(max_connections=200, max_keepalive_connections=50, keepalive_expiry=KEEPALIVE_SECONDS),
        verify=tls_context(),
        trust_env=False,
    )


def guest_verification(settings: ApiSettings, keyed: KeyedHash) -> GuestVerification:
    return GuestVerification(
        keyed,
        per_conversation=settings.codes_per_conversation,
        per_email=settings.codes_per_email,
        per_order=settings.codes_per_order,
        hours=settings.guest_identity_hours,
        per_address=settings.codes_per_address,
    )


def rasa_client(settings: ApiSettings) -> Rasa:
    secret = settings.internal_secret.get_secret_value()
    return Rasa(settings.rasa_url, secret, turn_timeout=settings.turn_timeout)


def handoff_service(
    settings: ApiSettings,
    conversations: ConversationService,
    staff: StaffService,
    surveys: SurveyService,
    desk: Desk,
    *,
    writes_later: bool,
) -> HandoffService:
    return HandoffService(
        conversations,
        staff,
        Texts.load(),
        desk_hours(settings),
        queue_limit=settings.desk_queue_limit,
        writes_later=writes_later,
        desk=desk,
        resolved=surveys.ended,
    )


def ticket_parts(
    settings: ApiSettings,
    http: httpx.AsyncClient,
    conversations: ConversationService,
    handoff: HandoffService,
    outbox: OutboxService,
    *,
    metrics: Metrics,
) -> Tickets | None:
    """None with the built-in desk."""
    if settings.desk != "helpdesk":
        return None
    system = Helpdesk(
        http,
        settings.helpdesk_url,
        settings.helpdesk_token.get_secret_value(),
        queue=settings.helpdesk_queue,
        queues=dict(settings.helpdesk_queues),
    )
    return Tickets.of(
        system,
        conversations,
        handoff,
        outbox,
        metrics=metrics,
        names=dict(settings.helpdesk_names),
        least=timedelta(seconds=settings.helpdesk_look),
    )


def desk_hours(settings: ApiSettings) -> DeskHours:
    hours, zone = settings.opening_hours, settings.timezone
    if settings.desk_hours_file:
        return DeskHours.load(settings.desk_hours_file, hours=hours, zone=zone)
    return DeskHours(OpeningHours.parse(hours, zone))


def line_sweeper(
    settings: ApiSettings,
    conversations: ConversationService,
    handoff: HandoffService,
    commerce: Commerce,
    assertions: Assertions,
) -> LineSweeper:
    return LineSweeper(
        conversations,
        handoff,
        automatic=settings.desk_assignment == "automatic",
        grace=timedelta(seconds=settings.desk_grace),
        tier_of=Tiers(commerce, assertions.sign).of,
        preferred_tiers=frozenset(settings.desk_preferred_tiers),
    )


def code_sender(settings: ApiSettings) -> CodeSender:
    if settings.code_sender == "console":
        return ConsoleSender()
    return SmtpSender(mail_server(settings))


def outbound_channels(settings: ApiSettings) -> dict[str, OutboundChannel]:
    if settings.email_sender == "console":
        return {"email": ConsoleEmail()}
    return {"email": SmtpEmail(mail_server(settings))}


def mail_server(settings: ApiSettings) -> MailServer:
    return MailServer(
        host=settings.smtp_host,
        port=settings.smtp_port,
        username=settings.smtp_username,
        password=settings.smtp_password.get_secret_value(),
        security=settings.smtp_security,
        sender=settings.smtp_from,
    )


def customer_tokens(settings: ApiSettings, http: httpx.AsyncClient) -> CustomerTokens:
    url = settings.customer_token_jwks_url
    return CustomerTokens(
        secret=settings.customer_token_secret.get_secret_value(),
        keys=RemoteKeys(url, http) if url else None,
        audience=settings.customer_token_audience,
        issuer=settings.customer_token_issuer,
    )


def checks(settings: ApiSettings, pool: Pool, http: httpx.AsyncClient, commerce: Commerce) -> dict[str, Check]:
    secret = settings.internal_secret.get_secret_value()
    return {
        "database": database_check(pool),
        "rasa": http_check(http, f"{settings.rasa_url}/webhooks/aftercare/health", secret),
        "faq": http_check(http, f"{settings.faq_url}/readyz", secret),
        "actions": http_check(http, f"{settings.actions_url}/readyz", secret),
        "backend": backend_check(commerce),
    }
