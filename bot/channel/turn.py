"""The input channel `aftercare`: one turn a request, for the gateway only (docs/reference/internal.md)."""

import asyncio
import hmac
import logging
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from json import loads
from typing import Any, Awaitable, Callable, Dict, Optional

from rasa.core.agent import Agent
from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, json

from channel import answers, several
from channel.alone import Alone
from channel.requests import MAX_BODY, TEXT, InvalidTurn, Turn, read_turn
from channel.returned import begin_afresh
from components.abroad import language_of
from components.faq_client import FaqClient
from components.understanding import FaqUnavailable, Prefetched, prefetched
from patches import action_calls

log = logging.getLogger(__name__)

PROBLEM = "application/problem+json"
SECRET_HEADER = "X-Aftercare-Secret"  # noqa: S105 - the header's name
ASKING_AT_ONCE = 16  # conversations that may wait for the FAQ service at the same time


def problem(status: int, code: str, detail: str, **extra: Any) -> HTTPResponse:
    body = {"type": "about:blank", "title": code.replace("_", " "), "status": status, "code": code, "detail": detail}
    return json({**body, **extra}, status=status, content_type=PROBLEM)


class AftercareInput(InputChannel):
    @classmethod
    def name(cls) -> str:
        return "aftercare"

    @classmethod
    def from_credentials(cls, credentials: Optional[Dict[str, Any]]) -> "AftercareInput":
        return cls(str((credentials or {}).get("secret") or ""), FaqClient.from_environment())

    def __init__(self, secret: str, faq: FaqClient) -> None:
        """An empty secret lets nobody in."""
        self._secret = secret
        self._faq = faq
        self._threads = ThreadPoolExecutor(ASKING_AT_ONCE, thread_name_prefix="faq")
        self._alone = Alone()

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """`on_new_message` is not used: it would take the conversation's lock only after we have looked at it."""
        del on_new_message
        webhook = Blueprint("aftercare")

        @webhook.post("/turn")
        async def turn(request: Request) -> HTTPResponse:
            refusal = self._refusal(request)
            if refusal is not None:
                return refusal
            try:
                asked = read_turn(_document(request.body))
            except InvalidTurn as error:
                return problem(422, "invalid_request", "The turn is not as documented.", field_errors=error.fields)
            return json(await self._answer(asked, request.app.ctx.agent))

        @webhook.get("/health")
        async def health(request: Request) -> HTTPResponse:
            return self._refusal(request) or _health(getattr(request.app.ctx, "agent", None))

        @webhook.listener("after_server_stop")
        async def close(app: Sanic, _loop: asyncio.AbstractEventLoop) -> None:
            self._threads.shutdown(wait=False)
            agent = getattr(app.ctx, "agent", None)
            await action_calls.close(agent.action_endpoint if agent else None)

        return webhook

    def _refusal(self, request: Request) -> Optional[HTTPResponse]:
        shown = request.headers.get(SECRET_HEADER, "")
        if not self._secret or not hmac.compare_digest(shown.encode(), self._secret.encode()):
            return problem(401, "unauthorized", "This endpoint is for the product's own processes.")
        if len(request.body) > MAX_BODY:
            return problem(413, "too_large", f"A turn has at most {MAX_BODY} bytes.")
        return None

    async def _answer(self, turn: Turn, agent: Agent) -> Dict[str, Any]:
        try:
            return await self._alone.do(agent.lock_store, turn.sender, lambda: self._turn(turn, agent))
        except asyncio.TimeoutError:
            log.error("Turn %s took too long, or waited too long for the one before.", turn.message_id)  # noqa: TRY400 - no trace
        except Exception as error:
            log.exception("Turn %s failed: %s", turn.message_id, type(error).__name__)
        return answers.answer([], answers.FAILED)

    async def _turn(self, turn: Turn, agent: Agent) -> Dict[str, Any]:
        """Under the conversation's lock: a retry has waited for its first run, and finds what that said."""
        if turn.retry:
            tracker = await agent.tracker_store.retrieve_full_tracker(turn.sender)
            if tracker is not None and answers.was_handled(tracker.events, turn.message_id):
                said = answers.earlier_messages(tracker.events, turn.message_id)
                return answers.answer(said, answers.HANDLED_BEFORE)
        return await self._run(turn, agent)

    async def _run(self, turn: Turn, agent: Agent) -> Dict[str, Any]:
        output = answers.CollectedOutput()
        message = UserMessage(
            turn.text,
            output,
            turn.sender,
            input_channel=self.name(),
            message_id=turn.message_id,
            metadata=turn.metadata,
        )
        if not agent.is_ready():
            return answers.answer([], answers.FAILED)
        if turn.metadata.get("returned"):
            await begin_afresh(agent.tracker_store, turn.sender)
        read_ahead = getattr(agent.tracker_store, "read_ahead", None)
        if read_ahead is not None:
            read_ahead(turn.sender)
        if turn.kind == TEXT:
            if language_of(message.text, turn.metadata) is None:
                await self._take_one_wish(message, agent, turn.metadata)
            await self._prefetch(message.text, turn.metadata)
        await agent.processor.handle_message(message)
        answer = answers.answer(output.messages)
        asked = prefetched.get()
        if turn.kind == TEXT and asked is not None and asked.understanding is None:
            answer["troubles"].append({"part": "faq", "error": "unavailable"})
        return answer

    async def _take_one_wish(self, message: UserMessage, agent: Agent, metadata: Dict[str, Any]) -> None:
        """Of several wishes the message keeps the first. Inside a form nothing is split: it may be one answer."""
        if not several.parts_of(message.text):
            return
        tracker = await agent.tracker_store.retrieve(message.sender_id)
        if tracker is not None and tracker.active_loop_name:
            return

        async def parse(text: str) -> Dict[str, Any]:
            await self._prefetch(text, metadata)
            return dict(await agent.processor.parse_message(UserMessage(text, sender_id=message.sender_id)))

        message.text, others = await several.split(message.text, parse)
        if others:
            message.metadata = {**metadata, "also": others}

    async def _prefetch(self, text: str, metadata: Dict[str, Any]) -> None:
        """Ask the FAQ service in a thread: Rasa's pipeline runs on the event loop and would hold up everybody else."""
        loop = asyncio.get_running_loop()
        signed_in, tier = metadata.get("auth_level") == "customer", str(metadata.get("tier") or "")
        language = language_of(text, metadata)
        ask = partial(self._faq.understand, text, signed_in=signed_in, tier=tier, language=language)
        try:
            understanding = await loop.run_in_executor(self._threads, ask)
        except FaqUnavailable as error:
            log.warning("The FAQ service is not available: %s", error)
            understanding = None
        prefetched.set(Prefetched(text, understanding, abroad=language is not None))


def _document(body: bytes) -> Any:
    """Raises InvalidTurn."""
    try:
        return loads(body)
    except ValueError as error:
        raise InvalidTurn(body="must be JSON in UTF-8") from error


def _health(agent: Optional[Agent]) -> HTTPResponse:
    """200 once a model is loaded and conversations are kept in the database."""
    model = agent is not None and agent.is_ready()
    check = getattr(agent.tracker_store, "is_healthy", None) if agent else None
    database = bool(check and check())
    name = agent.model_name if agent is not None and model else None
    body = {"status": "ok" if model and database else "unavailable", "model": name, "database": database}
    return json(body, status=200 if model and database else 503)
