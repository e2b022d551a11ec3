from collections.abc import Sequence
from datetime import date

from backends.models import BlockedReason, Resolution, ReturnLine, ReturnRequest
from backends.sandbox.orders.lines import Line
from backends.sandbox.policies.rules import Policy, ReasonRule
from backends.sandbox.problems import (
    invalid,
    not_found,
    not_returnable,
    quantity_exceeded,
    window_expired,
)
from backends.sandbox.returns.pricing import Pick


def check(policy: Policy, lines: Sequence[Line], request: ReturnRequest, today: date) -> list[Pick]:
    """What is to come back, if the rules allow all of it; raises Problem with the first rule that does not."""
    if request.method not in policy.methods:
        raise invalid(method="unknown")
    if len({line.line_id for line in request.lines}) < len(request.lines):
        raise invalid(lines="a line occurs twice")
    known = {line.id: line for line in lines}
    if any(wanted.line_id not in known for wanted in request.lines):
        raise not_found()
    return [_pick(policy, known[wanted.line_id], wanted, request.resolution, today) for wanted in request.lines]


def _pick(policy: Policy, line: Line, wanted: ReturnLine, resolution: Resolution, today: date) -> Pick:
    reason = _reason(policy, line, wanted)
    _refuse_blocked(policy, line, today)
    if wanted.quantity > line.left:
        raise quantity_exceeded(line.left)
    if resolution not in line.resolutions():
        raise not_returnable("resolution")
    return Pick(line, wanted.quantity, reason)


def _reason(policy: Policy, line: Line, wanted: ReturnLine) -> ReasonRule:
    reason = policy.return_reasons.get(wanted.reason)
    if reason is None or (reason.categories and line.category not in reason.categories):
        raise invalid(reason="unknown")
    if reason.nothing_to_return:
        raise not_returnable("nothing_to_return")
    return reason


def _refuse_blocked(policy: Policy, line: Line, today: date) -> None:
    match line.blocked(policy, today):
        case None:
            return
        case BlockedReason.WINDOW_EXPIRED:
            deadline = line.deadline(policy)
            assert deadline is not None
            raise window_expired(deadline, line.window_days(policy))
        case BlockedReason.ALREADY_RETURNED | BlockedReason.OTHER:
            raise quantity_exceeded(0)
        case reason:
            raise not_returnable(reason.value)
