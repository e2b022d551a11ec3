"""One customer message and the conversation it falls into, read from Rasa's tracker."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from rasa_sdk.interfaces import Tracker

from actions.reading.choices import is_question, says_only_no, says_only_yes
from backends.models import Caller

ANONYMOUS, GUEST, CUSTOMER = "anonymous", "guest", "customer"

# With one of these the customer may well be answering the question that was asked. Any other intent is a wish of its
# own, unless the whole message is an answer.
ANSWERING_INTENTS = frozenset({"inform", "affirm", "deny", "nlu_fallback", "out_of_scope", "chitchat", "thank", ""})
# What is wrong with a thing is easily taken for these.
TELLING_INTENTS = ANSWERING_INTENTS | {"faq", "complaint", "insult", "follow_up"}


@dataclass(frozen=True, slots=True)
class Turn:
    conversation: str
    message_id: str
    text: str
    intent: str
    entities: Mapping[str, tuple[str, ...]]
    metadata: Mapping[str, Any]
    slots: Mapping[str, Any]
    active_form: str | None = None
    requested_slot: str | None = None
    faq: Mapping[str, Any] = field(default_factory=dict)
    events: tuple[Mapping[str, Any], ...] = ()

    @property
    def caller(self) -> Caller:
        return Caller(str(self.metadata.get("assertion") or ""))

    @property
    def auth_level(self) -> str:
        return str(self.metadata.get("auth_level") or ANONYMOUS)

    @property
    def signed_in(self) -> bool:
        return self.auth_level == CUSTOMER

    @property
    def tier(self) -> str:
        return str(self.metadata.get("tier") or "")

    @property
    def language(self) -> str:
        """Such as `fr`: in which the customer is answered; empty: in the assistant's own."""
        return str(self.metadata.get("language") or "")

    @property
    def languages(self) -> tuple[str, ...]:
        """All in which customers are answered."""
        return tuple(str(each) for each in self.metadata.get("languages") or ())

    @property
    def first_name(self) -> str:
        return str(self.metadata.get("first_name") or "")

    @property
    def photos(self) -> bool:
        """Whether the customer may send photos where they write."""
        return self.metadata.get("photos") is True

    @property
    def is_button(self) -> bool:
        return self.text.startswith(f"/{self.intent}")

    @property
    def may_answer(self) -> bool:
        """Whether a choice among other words may be taken for an answer; otherwise only a choice that stands alone."""
        answers_a_question = self.faq.get("decision") == "answer" or is_question(self.text)
        return self.intent in ANSWERING_INTENTS and (self.is_button or not answers_a_question)

    def states(self, intents: tuple[str, ...]) -> bool:
        """Whether the text tells something, asks nothing, and wants nothing but what is in `intents`."""
        return self.intent in {*TELLING_INTENTS, *intents} and not is_question(self.text)

    @property
    def answers_offer(self) -> bool:
        """Whether this is the yes or no to what was offered in the last turn."""
        if not self.slots.get("offer") or self.intent not in {"affirm", "deny"}:
            return False
        return self.is_button or says_only_yes(self.text) or says_only_no(self.text)

    def entity(self, *names: str) -> str | None:
        return next((self.entities[name][0] for name in names if self.entities.get(name)), None)

    def as_pressed(self, intents: frozenset[str]) -> "Turn":
        """As if the button had been pressed whose title was typed, if it is one with such an intent."""
        typed = _plain(self.text)
        button = next((each for each in self.offered_buttons() if typed and _plain(str(each["title"])) == typed), None)
        pressed = self.pressing(button) if button else self
        return pressed if pressed.intent in intents else self

    def offered_buttons(self) -> list[Mapping[str, Any]]:
        """Of what the bot said in its last turn, the latest message's first."""
        messages = reversed(self.previous_bot_messages())
        return [button for event in messages for button in (event.get("data") or {}).get("buttons") or ()]

    def pressing(self, button: Mapping[str, Any]) -> "Turn":
        payload = str(button["payload"])
        intent, _, entities = payload.removeprefix("/").partition("{")
        values = json.loads("{" + entities) if entities else {}
        return replace(self, text=payload, intent=intent, entities={name: (str(v),) for name, v in values.items()})

    def answers(self, form: str) -> bool:
        """Whether this message was given while `form` waited for an answer, and nothing has dealt with it since."""
        actions = [str(event.get("name")) for event in self.events if event.get("event") == "action"]
        before = actions[:-1] if actions and actions[-1] == form else actions
        return self.active_form == form and bool(before) and before[-1] == "action_listen"

    def previous_bot_messages(self) -> list[Mapping[str, Any]]:
        """What the bot said in its last turn, oldest first."""
        users = [index for index, event in enumerate(self.events) if event.get("event") == "user"]
        start, end = (users[-2] if len(users) > 1 else 0), (users[-1] if users else len(self.events))
        return [event for event in self.events[start:end] if event.get("event") == "bot"]


def _plain(text: str) -> str:
    return " ".join(text.casefold().strip(" .!").split())


def read_turn(tracker: Tracker) -> Turn:
    message = tracker.latest_message or {}
    entities: dict[str, tuple[str, ...]] = {}
    for entity in message.get("entities") or []:
        name = str(entity.get("entity"))
        entities[name] = (*entities.get(name, ()), str(entity.get("value")))
    metadata = message.get("metadata")
    faq = message.get("faq")
    return Turn(
        conversation=str(tracker.sender_id),
        message_id=str(message.get("message_id") or ""),
        text=str(message.get("text") or ""),
        intent=str((message.get("intent") or {}).get("name") or ""),
        entities=entities,
        metadata=metadata if isinstance(metadata, dict) else {},
        slots=dict(tracker.slots),
        active_form=(tracker.active_loop or {}).get("name"),
        requested_slot=tracker.slots.get("requested_slot"),
        faq=faq if isinstance(faq, dict) else {},
        events=tuple(tracker.events),
    )
