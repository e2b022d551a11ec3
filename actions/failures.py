"""Every way in which a backend call can fail, and what the customer is told then. Each offers a human.

Nothing but ids is logged: neither what the customer wrote nor what the shop answered.
"""

from datetime import date
from typing import Any

import structlog

from actions import identity
from actions.context import Context, Events
from actions.forms import flow
from actions.journal import JustDone, NotWrittenDown, StepUpNeeded, Underway
from actions.offers import again, human, made
from backends import errors

log = structlog.get_logger(__name__)

TEMPLATES: dict[type[errors.BackendError], str] = {
    errors.NotFound: "utter_error_not_found",
    errors.VerificationRequired: "utter_error_verification_required",
    errors.NotReturnable: "utter_error_not_returnable",
    errors.WindowExpired: "utter_error_window_expired",
    errors.QuantityExceeded: "utter_error_quantity_exceeded",
    errors.AlreadyRefunded: "utter_error_already_refunded",
    errors.InsufficientPoints: "utter_error_insufficient_points",
    errors.AddressRefused: "utter_error_refused",
    errors.Conflict: "utter_error_conflict",
    Underway: "utter_error_underway",
    JustDone: "utter_error_just_done",
    errors.Refused: "utter_error_refused",
    errors.InvalidRequest: "utter_error_defect",
    errors.RateLimited: "utter_error_rate_limited",
    errors.Unavailable: "utter_error_unavailable",
    errors.TimedOut: "utter_error_timed_out",
    errors.BadAnswer: "utter_error_defect",
    errors.BackendError: "utter_error_defect",
}
OUTCOME_UNKNOWN = "utter_error_outcome_unknown"
# After these the same request may succeed in a moment.
_PASSING = (errors.Unavailable, errors.TimedOut, errors.RateLimited)
# These are the shop's rules or the customer's slip, and nobody's trouble.
_IN_ORDER = (errors.NotFound, errors.VerificationRequired, errors.Refused)
# Facts that a template needs: where the shop leaves one out, the plainer template is used.
_FACTS: dict[type[errors.BackendError], tuple[str, ...]] = {
    errors.NotReturnable: ("reason",),
    errors.WindowExpired: ("deadline", "window_days"),
    errors.QuantityExceeded: ("returnable",),
    errors.InsufficientPoints: ("available", "required"),
}


def template_of(error: errors.BackendError) -> str:
    kind = next(kind for kind in type(error).__mro__ if kind in TEMPLATES)
    facts = _FACTS.get(kind, ())
    return TEMPLATES[kind] if all(fact in error.details for fact in facts) else TEMPLATES[errors.Refused]


def tell(context: Context, error: errors.BackendError) -> Events:
    log.warning(
        "backend_call_failed",
        action=context.action,
        conversation=context.turn.conversation,
        error=error.code,
        trace_id=error.trace_id,
        outcome_unknown=error.outcome_unknown,
    )
    if not isinstance(error, _IN_ORDER):
        context.say.troubles("gateway" if isinstance(error, NotWrittenDown) else "shop", error.code)
    if context.wrote and error.outcome_unknown:
        return _checking(context)
    if isinstance(error, StepUpNeeded):
        return identity.ask(context, step_up=True)
    if isinstance(error, errors.VerificationRequired) and context.turn.auth_level == "anonymous":
        return identity.pause_and_ask(context) if context.turn.active_form else identity.ask(context)
    context.say.fill(template_of(error), _values(context, error))
    if isinstance(error, _PASSING):
        paused = flow.pause(context)
        # Whoever rather talks to a person does so because the shop failed.
        failed = {"reason": "tool_failure", "skill": skill_of(context)}
        return [*paused, *made(context, {**({"kind": "resume"} if paused else again(context)), **failed})]
    return [*flow.leave(context), *made(context, human(_reason(error), skill_of(context)))]


def tell_defect(context: Context) -> Events:
    """Something of ours failed. The caller has logged what."""
    context.say.troubles("actions", "defect")
    if context.wrote:
        return _checking(context)
    context.say.say(TEMPLATES[errors.InvalidRequest])
    return [*flow.leave(context), *made(context, human("tool_failure", skill_of(context)))]


def _checking(context: Context) -> Events:
    """It may have been done: nobody is told that it was, or was not. The gateway finds out and tells the customer."""
    context.say.withholds_reports()
    context.say.say(OUTCOME_UNKNOWN)
    return flow.finish(context, context.draft.form, []) if context.draft else []


def skill_of(context: Context) -> str:
    return flow.skill_of(context.turn.active_form) or _SKILL_OF_ACTION.get(context.action.split("_")[1], "general")


_SKILL_OF_ACTION = {
    "order": "orders",
    "return": "returns",
    "exchange": "returns",
    "refund": "refunds",
    "loyalty": "loyalty",
    "redeem": "loyalty",
}


def _reason(error: errors.BackendError) -> Any:
    return "policy_restriction" if isinstance(error, errors.Refused) else "tool_failure"


def _values(context: Context, error: errors.BackendError) -> dict[str, str | int]:
    facts = error.details
    values: dict[str, str | int] = {
        name: facts[name] for name in ("window_days", "returnable", "available", "required") if name in facts
    }
    if isinstance(facts.get("deadline"), date):
        values["deadline"] = context.words.day(facts["deadline"])
    if "reason" in facts:
        values["reason"] = context.words.blocked(str(facts["reason"]))
    return values
