"""What an action may send: a template's name with its values, cards, buttons, and directives to the gateway.

The forms of `custom` members, cards and sources are in docs/reference/internal.md.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from rasa_sdk.executor import CollectingDispatcher

CardKind = Literal["order", "return", "refund", "loyalty", "reward", "voucher"]
HandoffReason = Literal[
    "customer_request",
    "missing_knowledge",
    "unsupported_request",
    "policy_restriction",
    "tool_failure",
    "misunderstanding",
    "complaint",
    "sensitive",
]


@dataclass(frozen=True, slots=True)
class Button:
    title: str
    payload: str


def button(title: str, intent: str, **entities: str) -> Button:
    return Button(title, f"/{intent}{json.dumps(entities) if entities else ''}")


@dataclass(frozen=True, slots=True)
class Link:
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Card:
    """`fields` are label and value, in the order in which they are shown; empty values are left out."""

    kind: CardKind
    title: str
    fields: tuple[tuple[str, str], ...] = ()
    subtitle: str = ""
    link: Link | None = None

    def as_json(self) -> dict[str, Any]:
        card: dict[str, Any] = {
            "kind": self.kind,
            "title": self.title,
            "fields": [{"label": label, "value": value} for label, value in self.fields if value],
        }
        if self.subtitle:
            card["subtitle"] = self.subtitle
        if self.link and self.link.url:
            card["link"] = asdict(self.link)
        return card


class Replies:
    def __init__(
        self, dispatcher: CollectingDispatcher, responses: Collection[str] = (), *, ending: str = "", language: str = ""
    ) -> None:
        """`responses`: of which those with the `ending` are said instead of those without.

        `language`: that of the customer, where it is not the one of the responses without an ending.
        """
        self._dispatcher = dispatcher
        self._responses = responses
        self._ending = ending
        self.language = language
        self._reports: list[Mapping[str, str]] = []
        self._troubles: list[dict[str, str]] = []

    @property
    def empty(self) -> bool:
        return not self._dispatcher.messages

    def say(
        self,
        template: str,
        *,
        call: str = "",
        cards: Sequence[Card] = (),
        buttons: Sequence[Button] = (),
        directives: Mapping[str, Any] | None = None,
        **values: str | int,
    ) -> None:
        """`call` is the backend call that the message tells of, such as `GET /orders/JL-100234`."""
        custom: dict[str, Any] = {**self._taken(), **(directives or {})}
        if call:
            custom["source"] = {"kind": "backend", "call": call}
        if cards:
            custom["cards"] = [card.as_json() for card in cards]
        self._dispatcher.utter_message(
            response=self._variant(template), json_message=custom, buttons=[asdict(each) for each in buttons], **values
        )

    def _variant(self, template: str) -> str:
        """In the customer's language or the shop's tone, where it is written so."""
        variant = f"{template}{self._ending}"
        return variant if variant in self._responses else template

    def reports(self, report: Mapping[str, str]) -> None:
        """What became of a write, for the gateway; it goes with the next message, which tells the customer."""
        self._reports.append(report)

    def withholds_reports(self) -> None:
        """No message tells the customer what became of it: the gateway will."""
        self._reports.clear()

    def troubles(self, part: str, error: str) -> None:
        """What the assistant needs and could not have, for the operator; it goes with the next message."""
        self._troubles.append({"part": part, "error": error})

    def _taken(self) -> dict[str, Any]:
        """What goes with this message, and with no other."""
        taken = {"writes": [dict(report) for report in self._reports], "troubles": list(self._troubles)}
        self._reports.clear()
        self._troubles.clear()
        return {name: members for name, members in taken.items() if members}

    def fill(self, template: str, values: Mapping[str, str | int]) -> None:
        """A template whose values are only known at run time."""
        self._dispatcher.utter_message(response=self._variant(template), json_message=self._taken(), **values)

    def faq(
        self,
        answer: str,
        *,
        entry: str,
        version: int,
        buttons: Sequence[Button] = (),
        directives: Mapping[str, Any] | None = None,
    ) -> None:
        custom = {**(directives or {}), "source": {"kind": "faq", "entry": entry, "version": version}}
        self._dispatcher.utter_message(text=answer, json_message=custom, buttons=[asdict(each) for each in buttons])

    def again(self, event: Mapping[str, Any]) -> None:
        """Repeat a message of the bot, given as its tracker event, with the source that it had."""
        data = event.get("data") or {}
        custom = {key: value for key, value in (data.get("custom") or {}).items() if key in {"source", "cards"}}
        template = (event.get("metadata") or {}).get("utter_action")
        if "source" not in custom and template:
            custom["source"] = {"kind": "template", "name": template}
        self._dispatcher.utter_message(
            text=event.get("text"), json_message=custom, buttons=[dict(each) for each in data.get("buttons") or []]
        )

    def hand_over(
        self,
        template: str,
        reason: HandoffReason,
        *,
        skill: str,
        summary: str,
        directives: Mapping[str, Any] | None = None,
    ) -> None:
        handoff = {"reason": reason, "skill": skill, "summary": summary}
        self.say(template, directives={**(directives or {}), "handoff": handoff})

    def verify(self, template: str, *, order_number: str, email: str) -> None:
        self.say(template, directives={"verify": {"order_number": order_number, "email": email}})

    def close(self, template: str) -> None:
        self.say(template, directives={"closed": True})
