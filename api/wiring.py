import dataclasses
import socket
from datetime import datetime, timedelta
from functools import cached_property
from uuid import UUID, uuid4

import httpx
from limits.aio.storage import MemoryStorage, Storage

from api.assistant.intake import Intake
from api.assistant.load import Load
from api.assistant.rasa import Rasa
from api.assistant.tiers import RememberedTiers
from api.assistant.turns import TurnRunner
from api.assistant.worker import TurnWorker
from api.channels.email.channel import ConsoleEmail, SmtpEmail
from api.channels.web.streams import Streams
from api.complaints.answers import AgreementAnswers
from api.complaints.models import Complaint
from api.complaints.service import ComplaintService
from api.consent.service import ConsentService
from api.conversations.hub import Hub
from api.conversations.models import Conversation
from api.conversations.service import ConversationService
from api.curation.client import FaqClient
from api.followups.endings import Endings
from api.followups.service import FollowUps
from api.handoff.builtin import BuiltInDesk
from api.handoff.models import Handoff
from api.handoff.opening_hours import DeskHours, OpeningHours
from api.handoff.service import HandoffService
from api.handoff.sweeper import LineSweeper
from api.handoff.texts import Texts
from api.handoff.tiers import Tiers
from api.handoff.voice import EMAIL
from api.health.checks import Readiness, backend_check, database_check, http_check
from api.identity.assertions import Assertions
from api.identity.customer_tokens import CustomerTokens
from api.identity.guests.dispatcher import CodeDispatcher
from api.identity.guests.senders import CodeSender, ConsoleSender, SmtpSender
from api.identity.guests.service import GuestVerification
from api.identity.keys import RemoteKeys
from api.insight.questions.recorder import Recorder
from api.insight.questions.sorter import Sorter
from api.languages.detection import identifier
from api.languages.service import Languages
from api.mail import MailServer
from api.metrics import Metrics
from api.outbox.ports import OutboundChannel
from api.outbox.service import OutboxService
from api.outbox.worker import OutboxWorker, Pace
from api.photos.service import PhotoService
from api.privacy.farewells import Farewells
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
from common.database import Connection, Pool, create_pool
from common.internal import KEEPALIVE_SECONDS
from common.tls import tls_context


def wire(
    settings: ApiSettings, commerce: Commerce, sender: CodeSender | None = None, passwords: Passwords | None = None
) -> Services:
    """Put the gateway together. Nothing is opened or sent yet."""
    parts = Parts(settings, commerce, sender or code_sender(settings), passwords)
    return Services(**{field.name: getattr(parts, field.name) for field in dataclasses.fields(Services)})


class Parts:
    """Each is made when the first other one needs it, and only once."""

    def __init__(
        self, settings: ApiSettings, commerce: Commerce, code_sender: CodeSender, passwords: Passwords | None
    ) -> None:
        self.settings = settings
        self.commerce = commerce
        self.code_sender = code_sender
        self._passwords = passwords
        # Of this process, on what it takes from the queues.
        self._owner = f"{socket.gethostname()}/{uuid4().hex[:12]}"

    @cached_property
    def metrics(self) -> Metrics:
        return Metrics()

    @cached_property
    def keyed(self) -> KeyedHash:
        return KeyedHash(self.settings.internal_secret)

    @cached_property
    def storage(self) -> Storage:
        return MemoryStorage()

    @cached_property
    def pool(self) -> Pool:
        return create_pool(self.settings.database_url, schema="api", max_size=self.settings.api_database_connections)

    @cached_property
    def hub(self) -> Hub:
        return Hub(self.settings.database_url)

    @cached_property
    def http(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            limits=httpx.Limits(max_connections=200, max_keepalive_connections=50, keepalive_expiry=KEEPALIVE_SECONDS),
            verify=tls_context(),
            trust_env=False,
        )

    @cached_property
    def rasa(self) -> Rasa:
        secret = self.settings.internal_secret.get_secret_value()
        return Rasa(self.settings.rasa_url, secret, turn_timeout=self.settings.turn_timeout)

    @cached_property
    def streams(self) -> Streams:
        return Streams(self.metrics, limit=self.settings.streams)

    @cached_property
    def limit_conversations(self) -> RateLimit:
        return RateLimit("conversations", self.settings.limit_conversations_per_address, self.storage, self.metrics)

    @cached_property
    def limit_messages(self) -> RateLimit:
        return RateLimit("messages", self.settings.limit_messages_per_conversation, self.storage, self.metrics)

    @cached_property
    def conversations(self) -> ConversationService:
        return ConversationService(self.pool, self.hub)

    @cached_property
    def assertions(self) -> Assertions:
        return Assertions(self.settings.assertion_secret)

    @cached_property
    def customer_tokens(self) -> CustomerTokens:
        url = self.settings.customer_token_jwks_url
        return CustomerTokens(
            secret=self.settings.customer_token_secret.get_secret_value(),
            keys=RemoteKeys(url, self.http) if url else None,
            audience=self.settings.customer_token_audience,
            issuer=self.settings.customer_token_issuer,
        )

    @cached_property
    def guests(self) -> GuestVerification:
        return GuestVerification(
            self.keyed,
            per_conversation=self.settings.codes_per_conversation,
            per_email=self.settings.codes_per_email,
            per_order=self.settings.codes_per_order,
            hours=self.settings.guest_identity_hours,
            per_address=self.settings.codes_per_address,
        )

    @cached_property
    def dispatcher(self) -> CodeDispatcher:
        return CodeDispatcher(self.conversations, self.guests, self.commerce, self.code_sender, self.metrics)

    @cached_property
    def staff(self) -> StaffService:
        lifetime = timedelta(hours=self.settings.staff_session_hours)
        throttle = LoginThrottle(self.storage)
        return StaffService(self.pool, throttle, session_lifetime=lifetime, passwords=self._passwords)

    @cached_property
    def surveys(self) -> SurveyService:
        kind = self.settings.survey
        return SurveyService(self.conversations, self.consent, self.languages, None if kind == "none" else Kind(kind))

    @cached_property
    def consent(self) -> ConsentService:
        return ConsentService(self.conversations, self.languages)

    @cached_property
    def follow_ups(self) -> FollowUps:
        post = self.outbox if EMAIL in self._channels else None
        days = self.settings.follow_up_days
        services = (self.conversations, self.consent, self.handoff, self.complaints, self.languages)
        return FollowUps(*services, post=post, days=days)

    @cached_property
    def photos(self) -> PhotoService:
        taken = self.settings.photos and self.settings.desk != "helpdesk"
        return PhotoService(self.conversations, self.handoff, self.languages, taken=taken)

    @cached_property
    def complaints(self) -> ComplaintService:
        post = self.outbox if EMAIL in self._channels else None
        zone = desk_hours(self.settings).general.zone
        return ComplaintService(self.conversations, self.handoff, self.languages, zone, post=post, agreed=self._agreed)

    @cached_property
    def endings(self) -> Endings:
        marketing = self.settings.ask_marketing
        return Endings(self.conversations, self.consent, self.follow_ups, self.surveys, marketing=marketing)

    async def _resolved(self, connection: Connection, conversation_id: UUID) -> None:
        """What comes after a conversation needs the hand-off, which tells of its end."""
        await self.endings.ended(connection, conversation_id)

    async def _dealt_with(self, connection: Connection, handoff: Handoff) -> None:
        await self.endings.dealt_with(connection, handoff)

    async def _complained(self, connection: Connection, handoff: Handoff, answer_by: datetime | None) -> None:
        await self.complaints.recorded(connection, handoff, answer_by)

    async def _agreed(self, connection: Connection, conversation: Conversation, complaint: Complaint) -> None:
        await self.follow_ups.agreed(connection, conversation, complaint)

    @cached_property
    def sorter(self) -> Sorter:
        faq = FaqClient(self.http, self.settings.faq_url, self.settings.internal_secret)
        return Sorter(self.conversations, faq)

    @cached_property
    def privacy(self) -> PrivacyService:
        return PrivacyService(
            self.conversations,
            Trackers(self.settings.rasa_database_url),
            self.keyed,
            self.handoff,
            post=self.outbox if EMAIL in self._channels else None,
            farewells=Farewells(self.conversations, self._channels.get(EMAIL)),
        )

    @cached_property
    def writes(self) -> WriteService:
        return WriteService(self.conversations, step_up=timedelta(minutes=self.settings.step_up_minutes))

    @cached_property
    def write_resolver(self) -> WriteResolver:
        return WriteResolver(
            self.conversations,
            self.writes,
            self.handoff,
            self.commerce,
            assertions=self.assertions,
            metrics=self.metrics,
            owner=self._owner,
            give_up=timedelta(hours=self.settings.write_give_up_hours),
        )

    @cached_property
    def _channels(self) -> dict[str, OutboundChannel]:
        console = self.settings.email_sender == "console"
        return {EMAIL: ConsoleEmail() if console else SmtpEmail(mail_server(self.settings))}

    @cached_property
    def outbox(self) -> OutboxService:
        return OutboxService([*self._channels, TICKETS])

    @cached_property
    def outbox_worker(self) -> OutboxWorker:
        channels = {**self._channels, **({TICKETS: self.tickets.channel} if self.tickets else {})}
        pace = Pace(rate=self.settings.outbox_rate, attempts=self.settings.outbox_attempts)
        return OutboxWorker(self.conversations, self.outbox, channels, self.metrics, owner=self._owner, pace=pace)

    @cached_property
    def handoff(self) -> HandoffService:
        helpdesk = self.settings.desk == "helpdesk"
        return HandoffService(
            self.conversations,
            self.staff,
            Texts.load(languages=self.settings.languages),
            desk_hours(self.settings),
            queue_limit=self.settings.desk_queue_limit,
            writes_later=EMAIL in self._channels,
            desk=TicketDesk(self.outbox) if helpdesk else BuiltInDesk(),
            resolved=self._resolved,
            dealt_with=self._dealt_with,
            complained=self._complained,
        )

    @cached_property
    def tickets(self) -> Tickets | None:
        """None with the built-in desk."""
        settings = self.settings
        if settings.desk != "helpdesk":
            return None
        system = Helpdesk(
            self.http,
            settings.helpdesk_url,
            settings.helpdesk_token.get_secret_value(),
            queue=settings.helpdesk_queue,
            queues=dict(settings.helpdesk_queues),
        )
        return Tickets.of(
            system,
            self.conversations,
            self.handoff,
            self.outbox,
            metrics=self.metrics,
            names=dict(settings.helpdesk_names),
            least=timedelta(seconds=settings.helpdesk_look),
        )

    @cached_property
    def _tiers(self) -> Tiers:
        return Tiers(self.commerce, self.assertions.sign)

    @cached_property
    def line_sweeper(self) -> LineSweeper:
        return LineSweeper(
            self.conversations,
            self.handoff,
            automatic=self.settings.desk_assignment == "automatic",
            grace=timedelta(seconds=self.settings.desk_grace),
            tier_of=self._tiers.of,
            preferred_tiers=frozenset(self.settings.desk_preferred_tiers),
        )

    @cached_property
    def languages(self) -> Languages:
        return Languages(self.conversations, self.settings.languages, identifier)

    @cached_property
    def intake(self) -> Intake:
        return Intake(
            self.conversations,
            self.guests,
            self.handoff,
            AgreementAnswers(self.conversations, self.complaints, self.handoff, self.languages),
            keyed=self.keyed,
            metrics=self.metrics,
            owner=self._owner,
            lease=self.settings.turn_lease,
            collect=dict(self.settings.collect_seconds),
        )

    @cached_property
    def worker(self) -> TurnWorker:
        settings = self.settings
        load = Load(self.metrics, in_hand_limit=settings.turns_in_hand, waiting_limit=settings.turns_waiting)
        return TurnWorker(
            self.conversations, self._runner, load, self.metrics, owner=self._owner, lease=settings.turn_lease
        )

    @cached_property
    def _runner(self) -> TurnRunner:
        return TurnRunner(
            conversations=self.conversations,
            guests=self.guests,
            customers=self.commerce,
            tiers=RememberedTiers(self._tiers.of),
            handoff=self.handoff,
            closed=self.endings.ended,
            consent=self.consent,
            writes=self.writes,
            privacy=self.privacy,
            insight=Recorder(),
            languages=self.languages,
            rasa=self.rasa,
            assertions=self.assertions,
            metrics=self.metrics,
            owner=self._owner,
            lease=self.settings.turn_lease,
            at_once=self.settings.turns_at_once,
            photos=self.photos.taken,
        )

    @cached_property
    def readiness(self) -> Readiness:
        settings, secret = self.settings, self.settings.internal_secret.get_secret_value()
        return Readiness(
            {
                "database": database_check(self.pool),
                "rasa": http_check(self.http, f"{settings.rasa_url}/webhooks/aftercare/health", secret),
                "faq": http_check(self.http, f"{settings.faq_url}/readyz", secret),
                "actions": http_check(self.http, f"{settings.actions_url}/readyz", secret),
                "backend": backend_check(self.commerce),
            }
        )


def desk_hours(settings: ApiSettings) -> DeskHours:
    hours, zone = settings.opening_hours, settings.timezone
    if settings.desk_hours_file:
        return DeskHours.load(settings.desk_hours_file, hours=hours, zone=zone)
    return DeskHours(OpeningHours.parse(hours, zone))


def code_sender(settings: ApiSettings) -> CodeSender:
    if settings.code_sender == "console":
        return ConsoleSender()
    return SmtpSender(mail_server(settings))


def mail_server(settings: ApiSettings) -> MailServer:
    return MailServer(
        host=settings.smtp_host,
        port=settings.smtp_port,
        username=settings.smtp_username,
        password=settings.smtp_password.get_secret_value(),
        security=settings.smtp_security,
        sender=settings.smtp_from,
    )
