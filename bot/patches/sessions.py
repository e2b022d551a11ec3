"""Start a new session when the current one has grown long, so that the 500th turn costs what the 10th does.

Rasa loads, deserialises and sends to the action server every event since the session started (570 ms a turn after 600
turns). A session that expires carries all slots over (domain: `carry_over_slots_to_new_session`), so nothing that the
dialogue decides on is lost. Never in the middle of a form: Rasa's session start forgets the active loop.
"""

from rasa.core.processor import MessageProcessor
from rasa.shared.core.trackers import DialogueStateTracker

MAX_EVENTS = 120

_original = MessageProcessor._has_session_expired


def has_session_expired(self: MessageProcessor, tracker: DialogueStateTracker) -> bool:
    """Like Rasa's, and also when the session holds more than MAX_EVENTS events and no form is active."""
    if _original(self, tracker):
        return True
    if not self.domain.session_config.are_sessions_enabled() or not self.domain.session_config.carry_over_slots:
        return False
    return len(tracker.events) > MAX_EVENTS and not tracker.active_loop_name


def apply() -> None:
    MessageProcessor._has_session_expired = has_session_expired
