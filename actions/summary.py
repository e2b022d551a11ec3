"""What an advisor should know at a glance: facts, no sentences."""

from actions.context import Context
from actions.forms.catalogue import FORMS


def summary(context: Context) -> str:
    """Such as `form=return_form; return_order=JL-100234; return_items=2 x Linen shirt; auth=customer`."""
    turn = context.turn
    facts: list[tuple[str, str]] = []
    form = FORMS.get(turn.active_form or "") or next(
        (form for form in FORMS.values() if context.action == submit_action(form.name)), None
    )
    if form:
        draft = context.draft or form.draft(turn)
        facts.append(("form", form.name))
        facts += [(name, _fact(value)) for name, value in draft.values().items() if name in form.told]
    elif turn.slots.get("recent_order"):
        facts.append(("order", str(turn.slots["recent_order"])))
    facts.append(("auth", turn.auth_level))
    return "; ".join(f"{name}={value}" for name, value in facts if value)


def submit_action(form: str) -> str:
    return f"action_{form.removesuffix('_form')}_submit"


def _fact(value: object) -> str:
    if isinstance(value, dict):
        return str(value.get("number") or ", ".join(str(part) for part in value.values()))
    if isinstance(value, list):
        return ", ".join(f"{item['quantity']} x {item['title']}" for item in value)
    return str(value)
