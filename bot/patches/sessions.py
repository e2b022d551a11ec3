"""Start a new session when the current one has grown long, so that the 500th turn costs what the 10th does.

Rasa loads, deserialises, turns into states and sends to the action server every event since the session started (570 ms
a turn after 600 turns). Two corrections:

* A session of more than MAX_EVENTS events counts as expired.
* `action_session_start` carries over each slot's value once instead of every `SlotSet` event there ever was (which
  would grow with each session), and, if the session was only long, the active form with the question that it asked.

Nothing that the dialogue decides on is lost: that is slots (domain: `carry_over_slots_to_new_session`) and the form.
After a session that timed out nothing is kept: hours later an order that was spoken of, an offer or half a form is
stale, and the device may be somebody else's. The slot `came_back` says so to the actions.
"""

import time
from typing import List

from rasa.core.actions.action import ActionSessionStart
from rasa.core.channels.channel import OutputChannel
from rasa.core.nlg.generator import NaturalLanguageGenerator
from rasa.core.processor import MessageProcessor
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, Event, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

MAX_EVENTS = 40
CAME_BACK = "came_back"

_original = MessageProcessor._has_session_expired


def has_session_expired(self: MessageProcessor, tracker: DialogueStateTracker) -> bool:
    """Like Rasa's, and also when the session holds more than MAX_EVENTS events."""
    if _original(self, tracker):
        return True
    config = self.domain.session_config
    return config.are_sessions_enabled() and config.carry_over_slots and len(tracker.events) > MAX_EVENTS


def values_of(tracker: DialogueStateTracker) -> List[Event]:
    return [SlotSet(slot.name, slot.value) for slot in tracker.slots.values() if slot.value != slot.initial_value]


def has_timed_out(tracker: DialogueStateTracker, domain: Domain) -> bool:
    """Whether the customer was away for longer than a session lasts."""
    last = tracker.get_last_event_for(UserUttered)
    minutes = domain.session_config.session_expiration_time
    return last is not None and minutes > 0 and time.time() - last.timestamp > minutes * 60


def came_back(tracker: DialogueStateTracker) -> List[Event]:
    """Empties every slot. Slots are named: at its start a session inherits the values of the one before."""
    emptied: List[Event] = [SlotSet(slot.name, None) for slot in tracker.slots.values() if slot.value is not None]
    return [*emptied, SlotSet(CAME_BACK, value=True)] if CAME_BACK in tracker.slots else emptied


async def start_session(
    self: ActionSessionStart,
    output_channel: OutputChannel,
    nlg: NaturalLanguageGenerator,
    tracker: DialogueStateTracker,
    domain: Domain,
) -> List[Event]:
    """Rasa's own events, with each slot once; a form that was going on goes on, unless its session timed out."""
    del self, output_channel, nlg  # of Rasa's signature
    started: List[Event] = [SessionStarted()]
    if has_timed_out(tracker, domain):
        return [*started, *came_back(tracker), ActionExecuted(ACTION_LISTEN_NAME)]
    if domain.session_config.carry_over_slots:
        started += values_of(tracker)
    if tracker.active_loop_name and len(tracker.events) > MAX_EVENTS:
        started += [ActionExecuted(tracker.active_loop_name), ActiveLoop(tracker.active_loop_name)]
    return [*started, ActionExecuted(ACTION_LISTEN_NAME)]


def apply() -> None:
    MessageProcessor._has_session_expired = has_session_expired
    ActionSessionStart.run = start_session
