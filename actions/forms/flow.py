"""Starting, interrupting, resuming and leaving forms, for the skills."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from rasa_sdk.events import ActiveLoop, SlotSet

from actions.context import Context, Events
from actions.draft import INSTANCE, OPENING, Draft
from actions.forms.catalogue import FORMS
from actions.later import offer_kept
from actions.offers import offer

RETURN = "return_form"
RETURN_CANCEL = "return_cancel_form"
ORDER_CANCEL = "order_cancel_form"
ADDRESS = "address_form"
REFUND = "refund_form"
REDEEM = "redeem_form"
VERIFICATION = "verification_form"


def start(context: Context, name: str, preset: Mapping[str, Any] | None = None) -> Events:
    """Begin a form with a clean sheet; another form that is being filled waits on the stack.

    Asking for the form that is running already changes nothing: Rasa asks its open question again.
    """
    turn = context.turn
    preset = {**(preset or {}), INSTANCE: turn.message_id}
    if turn.active_form == name and preset.keys() == {INSTANCE}:
        return []
    text = "" if turn.is_button else turn.text
    entities = {key: values[0] for key, values in turn.entities.items()}
    return [
        *(_stack(context) if turn.active_form and turn.active_form != name else []),
        *[SlotSet(slot, preset.get(slot)) for slot in FORMS[name].slots],
        SlotSet(OPENING, {"text": text, "entities": entities}),
        SlotSet("requested_slot", None),
        ActiveLoop(name),
    ]


def leave(context: Context) -> Events:
    """Leave the running form, forgetting what was answered."""
    form = FORMS.get(context.turn.active_form or "")
    if form is None:
        return []
    return [*(SlotSet(slot, None) for slot in form.slots), SlotSet("requested_slot", None), ActiveLoop(None)]


def start_over(context: Context) -> Events:
    """Empty the running form; Rasa then asks its first question, as another filling of the same."""
    form = FORMS[context.turn.active_form or ""]
    empty = dict.fromkeys((*form.slots, OPENING, "requested_slot", "misunderstood"))
    return [SlotSet(slot, value) for slot, value in {**empty, INSTANCE: context.turn.message_id}.items()]


def say_stopped(context: Context, name: str | None) -> None:
    """Which of the forms it was that stopped."""
    context.say.say(f"utter_stopped_{name}")


def pause(context: Context) -> Events:
    """Put the running form aside to be resumed, this turn's answers included. Empty if there is none."""
    return [*_stack(context), *leave(context)] if context.turn.active_form in FORMS else []


def waiting(context: Context) -> str | None:
    """The form that would be resumed."""
    stack = context.turn.slots.get("stack") or []
    return str(stack[-1]["form"]) if stack else None


def resume(context: Context) -> Events:
    """Go on with the form that was put aside last."""
    stack = list(context.turn.slots.get("stack") or [])
    if not stack:
        return []
    top = stack.pop()
    form = FORMS[top["form"]]
    return [
        *[SlotSet(slot, top["slots"].get(slot)) for slot in form.slots],
        SlotSet(OPENING, None),
        SlotSet("stack", stack or None),
        SlotSet("requested_slot", None),
        ActiveLoop(form.name),
    ]


def skill_of(name: str | None) -> str | None:
    form = FORMS.get(name or "")
    return form.skill if form else None


def drop_waiting(context: Context) -> Events:
    """Forget the form that was put aside last, and offer the one before it."""
    left = list(context.turn.slots.get("stack") or [])[:-1]
    context.turn = replace(context.turn, slots={**context.turn.slots, "stack": left or None})
    return [SlotSet("stack", left or None), *offer_waiting(context)]


def forget_waiting() -> Events:
    return [SlotSet("stack", None)]


def filled(context: Context, name: str) -> Draft:
    """The answers of a form that Rasa has just closed."""
    context.draft = FORMS[name].draft(context.turn)
    return context.draft


def finish(context: Context, name: str, done: Events) -> Events:
    """After a form ended, which brought `done`: empty it, and offer the one that waits if nothing else is offered."""
    events: Events = [SlotSet(slot, None) for slot in FORMS[name].slots]
    offered = any(event.get("event") == "slot" and event.get("name") == "offer" for event in done)
    return [*events, *([] if offered else offer_waiting(context))]


def offer_waiting(context: Context) -> Events:
    """Ask whether to go on with the form that was interrupted, unless something else was offered in this turn."""
    offered = context.turn.slots.get("offer") or {}
    form = waiting(context)
    if offered.get("message") == context.turn.message_id:
        return []
    return offer(context, f"utter_resume_{form}", {"kind": "resume"}) if form else offer_kept(context, [])


def _stack(context: Context) -> Events:
    form = FORMS.get(context.turn.active_form or "")
    if form is None:
        return []
    draft = context.draft if context.draft and context.draft.form == form.name else form.draft(context.turn)
    kept = [item for item in context.turn.slots.get("stack") or [] if item["form"] != form.name]
    return [SlotSet("stack", [*kept, {"form": form.name, "slots": draft.values()}])]
