from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import NoDecode

from api.handoff.states import Skill
from backends.http.settings import CommerceSettings
from common.settings import CommaSeparated

SHORTEST_SECRET = 20

Queues = Annotated[tuple[tuple[Skill, int], ...], NoDecode]
Names = Annotated[tuple[tuple[int, str], ...], NoDecode]
Channels = Annotated[tuple[tuple[str, Literal["phone", "email", ""]], ...], NoDecode]
SecondsByChannel = Annotated[tuple[tuple[str, Annotated[float, Field(ge=0, le=30)]], ...], NoDecode]


class ApiSettings(CommerceSettings):
    """What the gateway reads from the environment, with the address and credentials of the commerce backend."""

    # Address to listen on. The gateway is the only process that may listen beyond loopback.
    api_host: str = "127.0.0.1"
    api_port: int = 8000
    # Connections to PostgreSQL that this process keeps at most.
    api_database_connections: int = 10

    # Rasa's database, of which a customer's conversations are told and erased.
    rasa_database_url: str = ""

    # Where the other processes are.
    rasa_url: str = "http://127.0.0.1:5005"
    faq_url: str = "http://127.0.0.1:5056"
    actions_url: str = "http://127.0.0.1:5055"
    # Signs who the customer is, for the commerce backend.
    assertion_secret: SecretStr = SecretStr("")

    # Customer tokens of the retailer's site: a shared secret (HS256), a JWKS address (RS256), or both.
    customer_token_secret: SecretStr = SecretStr("")
    customer_token_jwks_url: str = ""
    customer_token_audience: str = "aftercare"  # noqa: S105 - an audience, not a secret
    # Channels beside the web whose connectors use the public interface, each with the kind of address (phone or email)
    # by which a customer token may say there who writes, such as "sms=phone, mail=email, kiosk".
    channels: Channels = ()
    # Empty: any issuer.
    customer_token_issuer: str = ""

    # The sample shop page and its customers. Never together with real customers.
    sandbox: bool = False
    # Origins of the retailer's pages that carry the widget, separated by commas.
    allowed_origins: CommaSeparated = ()
    # Addresses of reverse proxies whose X-Forwarded-For and X-Forwarded-Proto are believed, separated by commas.
    trusted_proxies: CommaSeparated = ()

    # Days until a conversation's token expires.
    conversation_token_days: int = 30
    # Seconds that one turn may take in Rasa before the customer is told.
    turn_timeout: float = 25.0
    # Seconds after which the turn of a process that died is taken up by another.
    turn_lease: float = 10.0
    # Turns that this process gives Rasa at the same time; Rasa itself works on one after the other.
    turns_at_once: int = Field(default=16, gt=0)
    # Conversations that this process is answering, and messages without an answer in all processes together,
    # beyond which a message is refused with 503 and Retry-After before it is stored.
    turns_in_hand: int = Field(default=200, gt=0)
    turns_waiting: int = Field(default=2000, gt=0)
    # By channel, seconds in which what else the customer writes is answered together, such as "sms=3, whatsapp=1.5".
    # Elsewhere nothing waits for more; what comes while a turn runs is answered together by the next one.
    collect_seconds: SecondsByChannel = ()

    # WebSocket streams that this process keeps open, and seconds after which one is closed so that it comes back,
    # possibly to another process.
    streams: int = Field(default=5000, gt=0)
    stream_age: float = 3600.0
    # Seconds between two looks at whether a stream's token still opens the conversation.
    stream_reauthorise: float = 60.0
    # Seconds that a reader may take for what it was sent before its stream is closed.
    stream_patience: float = 10.0

    # Hours until staff log in again.
    staff_session_hours: float = 12.0
    # When people are at the desk, such as "Mon-Fri 09:00-18:00, Sat 10:00-16:00"; empty: nobody has said when.
    opening_hours: str = ""
    # The time zone of the opening hours and of the pages for staff.
    timezone: str = "UTC"
    # YAML file with opening hours, time zones and holidays by team; what it leaves out is as above.
    desk_hours_file: Path | None = None
    # Where people answer customers: at the built-in desk, or in a django-helpdesk (docs/how-to/use-your-own-desk.md).
    desk: Literal["built-in", "helpdesk"] = "built-in"
    # Address of the helpdesk (without /api), the token of an account there that nobody else uses, and the secret at the
    # end of the address that its webhooks call; without a secret Aftercare only looks now and then.
    helpdesk_url: str = ""
    helpdesk_token: SecretStr = SecretStr("")
    helpdesk_webhook_secret: SecretStr = SecretStr("")
    # Id of the queue that tickets go to; of subjects with a queue of their own, such as "returns=3, refunds=4".
    helpdesk_queue: int = 1
    helpdesk_queues: Queues = ()
    # What customers see of the people there, by the ids of their accounts: "7=Nora, 9=Sam". Others are "A colleague".
    helpdesk_names: Names = ()
    # Seconds between two looks at a ticket; more where nothing has happened for long.
    helpdesk_look: float = Field(default=60.0, ge=1)
    # Whether advisors choose from the line (claim) or are given conversations by skill and free places (automatic).
    desk_assignment: Literal["claim", "automatic"] = "claim"
    # Seconds since an advisor's last sign of life after which their conversations go back to the head of the line.
    # Browsers let a hidden tab ask once a minute only.
    desk_grace: float = Field(default=180.0, ge=90)
    # Customers in line at once; who comes then is recorded, and goes on with the assistant.
    desk_queue_limit: int = Field(default=200, gt=0)
    # Names of the shop's tiers whose customers go before others who came up to five minutes earlier, by commas.
    desk_preferred_tiers: CommaSeparated = ()

    # What the widget asks once when a conversation is resolved or closed: how satisfied (csat), how likely to recommend
    # (nps), how easy it was (ces), or nothing. Who has not agreed to be asked is asked for that first, once.
    survey: Literal["csat", "nps", "ces", "none"] = "csat"
    # Days after people have dealt with a complaint until a customer who agreed to it is asked whether all is well, in
    # the conversation and at the e-mail address that was left; what was agreed for a day is asked about on the day
    # after that one. 0: never.
    follow_up_days: float = Field(default=3.0, ge=0, le=60)
    # Whether customers may send photos in the chat, for the people at the desk. With another desk none are taken.
    photos: bool = True
    # Whether customers are asked, once and when nothing else is, to agree to the shop's news and offers. Aftercare
    # sends none; it keeps who agreed, when and to which words.
    ask_marketing: bool = False

    # Limits in the notation of the `limits` package. Over them: 429 with Retry-After.
    limit_conversations_per_address: str = "30/minute"
    limit_messages_per_conversation: str = "30/minute"
    # Hours in which the shop is asked what became of a confirmed request before a person gets the facts. Below the time
    # for which the shop keeps idempotency keys.
    write_give_up_hours: float = Field(default=2.0, gt=0, le=24)
    # Hours for which a customer token, and a guest's one-time code, say who writes in a conversation.
    identity_hours: float = Field(default=12.0, gt=0)
    guest_identity_hours: float = Field(default=2.0, gt=0)
    # Minutes since that proof after which a one-time code is asked for before money moves (returns, refunds without a
    # return, points); 0: never.
    step_up_minutes: float = Field(default=60.0, ge=0)
    # One-time codes that may be asked for in an hour, by conversation, e-mail address, order and network address.
    codes_per_conversation: int = 5
    codes_per_email: int = 5
    codes_per_order: int = 5
    codes_per_address: int = 20
    # Bytes of a request's body.
    body_limit: int = Field(default=64 * 1024, gt=0)
    # Bytes of a file that curators import.
    faq_import_limit: int = Field(default=8 * 1024 * 1024, gt=0, le=16 * 1024 * 1024)

    # How late answers leave for the addresses that customers gave: printed on stderr, or by the same SMTP server.
    email_sender: Literal["console", "smtp"] = "console"
    # E-mails a second, over all processes, and tries in about four hours before one is given up for an operator to see.
    outbox_rate: float = Field(default=5.0, gt=0)
    outbox_attempts: int = Field(default=12, gt=0)
    # How one-time codes leave: printed on stderr, or by SMTP.
    code_sender: Literal["console", "smtp"] = "console"
    smtp_host: str = "localhost"
    smtp_port: int = 587
    smtp_username: str = ""
    smtp_password: SecretStr = SecretStr("")
    # `starttls` refuses to go on without encryption; `none` is for a relay on the same machine.
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    smtp_from: str = "Customer service <no-reply@example.com>"

    @field_validator("allowed_origins", "trusted_proxies", "desk_preferred_tiers", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip().rstrip("/") for part in value.split(",") if part.strip())
        return value

    @model_validator(mode="after")
    def _desk_is_reachable(self) -> Self:
        if self.desk == "helpdesk" and not (self.helpdesk_url and self.helpdesk_token.get_secret_value()):
            raise ValueError("AFTERCARE_DESK=helpdesk needs AFTERCARE_HELPDESK_URL and AFTERCARE_HELPDESK_TOKEN")
        if 0 < len(self.helpdesk_webhook_secret.get_secret_value()) < SHORTEST_SECRET:
            raise ValueError(f"AFTERCARE_HELPDESK_WEBHOOK_SECRET needs {SHORTEST_SECRET} characters")
        return self

    @field_validator("channels", "collect_seconds", "helpdesk_queues", "helpdesk_names", mode="before")
    @classmethod
    def _pairs(cls, value: object) -> object:
        if isinstance(value, str):
            parts = [part.partition("=") for part in value.split(",") if part.strip()]
            return tuple((name.strip(), seconds.strip()) for name, _, seconds in parts)
        return value
