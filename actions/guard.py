"""Around every action: nothing is raised towards Rasa, nothing takes for ever, no offer outlives the next message."""

import asyncio
import time
import traceback
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Tracker

from actions import failures, later, topics
from actions.context import Context, Events, FaqEntries, Handler
from actions.journal import Journal
from actions.metrics import Metrics
from actions.replies import Replies
from actions.turn import Turn, read_turn
from actions.words import Words
from backends.errors import BackendError, TimedOut
from backends.ports import Commerce

log = structlog.get_logger(__name__)

RasaAction = Callable[[CollectingDispatcher, Tracker, dict[str, Any]], Awaitable[Events]]

# Actions that count misunderstandings, or run beside one that does: they leave the count alone.
_COUNTING = frozenset(
    f"action_{name}"
    for name in ("inform", "affirm", "deny", "fallback", "out_of_scope", "repeat", "follow_up", "retry", "why", "faq")
)


class Guard:
    def __init__(
        self,
        skills: Mapping[str, Handler],
        *,
        shop: Commerce,
        faq: FaqEntries,
        journal: Journal,
        words: Words,
        metrics: Metrics,
        timeout: float,
        formal: bool = False,
    ) -> None:
        """`timeout`: seconds that one action may take in all. `formal`: the tone in which customers are spoken to."""
        self._skills = skills
        self._shop = shop
        self._faq = faq
        self._journal = journal
        self._words = words
        self._metrics = metrics
        self._timeout = timeout
        self._formal = formal

    def action(self, name: str) -> RasaAction:
        """The skill `name` as Rasa's action server calls it."""

        async def run(dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
            turn = read_turn(tracker)
            context = Context(
                action=name,
                turn=turn,
                say=self._replies(dispatcher, turn, domain),
                shop=self._shop,
                faq=self._faq,
                journal=self._journal,
                words=self._words,
                skills=self._skills,
            )
            started = time.perf_counter()
            events, outcome = await self._run(context, self._skills[name])
            self._metrics.actions.labels(name, outcome).inc()
            self._metrics.seconds.labels(name).observe(time.perf_counter() - started)
            kept = later.keep(context, events)
            return [*_housekeeping(name, turn, events), *topics.remember(name, turn.entities), *events, *kept]

        return run

    def _replies(self, dispatcher: CollectingDispatcher, turn: Turn, domain: Mapping[str, Any] | None) -> Replies:
        """In the customer's language where its questions are answered, else in the shop's tone."""
        responses = (domain or {}).get("responses") or {}
        if turn.language != self._words.language and f"utter_faq_unknown_{turn.language}" in responses:
            return Replies(dispatcher, responses, ending=f"_{turn.language}", language=turn.language)
        return Replies(dispatcher, responses if self._formal else (), ending="_formal")

    async def _run(self, context: Context, handler: Handler) -> tuple[Events, str]:
        try:
            async with asyncio.timeout(self._timeout):
                return await handler(context), "done"
        except BackendError as error:
            return failures.tell(context, error), error.code
        except TimeoutError:
            return failures.tell(context, TimedOut(outcome_unknown=context.wrote)), "timed_out"
        except Exception as error:  # noqa: BLE001 - whatever it is, the customer gets a reply and Rasa no traceback
            log.error(  # noqa: TRY400 - a traceback's message may hold what the customer wrote
                "action_failed",
                action=context.action,
                conversation=context.turn.conversation,
                error=type(error).__name__,
                at=[f"{frame.name}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)[-4:]],
            )
            return failures.tell_defect(context), "defect"


def _housekeeping(name: str, turn: Turn, events: Events) -> Events:
    """Forget an offer of an earlier turn, and misunderstandings once something was understood."""
    if name.startswith("validate_") and not events:
        return []  # "not an answer" is told to Rasa by no events at all
    kept: Events = []
    offered = turn.slots.get("offer")
    if offered and offered.get("message") != turn.message_id:
        kept.append(SlotSet("offer", None))
    understood = name.startswith("action_") and not name.endswith("_submit") and name not in _COUNTING
    if understood and turn.slots.get("misunderstood"):
        kept.append(SlotSet("misunderstood", None))
    return kept
