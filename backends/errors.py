"""What can go wrong with the retailer's systems.

BackendError
├── NotFound                unknown, or not this customer's: the two are never told apart
├── VerificationRequired    the call needs to know more surely who the customer is
├── Refused                 the shop's rules say no; `code` says which, `details` hold the rule's facts
│   ├── NotReturnable       final sale, hygiene item, …; details: reason
│   ├── WindowExpired       details: deadline (a date), window_days
│   ├── QuantityExceeded    details: returnable
│   ├── AlreadyRefunded
│   ├── InsufficientPoints  details: available, required
│   ├── AddressRefused      nothing can be delivered there; details: reason
│   └── Conflict            the state moved on (already cancelled, already shipped, quote expired …)
├── InvalidRequest          we sent something that the contract does not allow: our defect, never the customer's
├── RateLimited             retry_after seconds
├── Unavailable             down, refusing connections, circuit open, upstream_unavailable
├── TimedOut                no answer in time, or the connection broke before it came
└── BadAnswer               an answer that is not of the contract

Unavailable, TimedOut and BadAnswer may leave open whether a write was carried out: `outcome_unknown`. Whatever is no
answer to the request (RateLimited, say) leaves open what an earlier attempt left open.
"""

from typing import Any, ClassVar


class BackendError(Exception):
    """`code` is the contract's machine-readable kind, `trace_id` what the shop's operator can look up.

    `outcome_unknown`: a write may have been carried out. Repeat it with the same idempotency key, never with another.
    """

    code: ClassVar[str] = "backend_error"

    def __init__(
        self, detail: str = "", *, trace_id: str | None = None, outcome_unknown: bool = False, **details: Any
    ) -> None:
        super().__init__(detail or self.code)
        self.trace_id = trace_id
        self.outcome_unknown = outcome_unknown
        self.details = details


class NotFound(BackendError):
    code = "not_found"


class VerificationRequired(BackendError):
    code = "verification_required"


class Refused(BackendError):
    code = "refused"


class NotReturnable(Refused):
    code = "not_returnable"


class WindowExpired(Refused):
    code = "window_expired"


class QuantityExceeded(Refused):
    code = "quantity_exceeded"


class AlreadyRefunded(Refused):
    code = "already_refunded"


class InsufficientPoints(Refused):
    code = "insufficient_points"


class AddressRefused(Refused):
    code = "address_refused"


class Conflict(Refused):
    code = "conflict"


class InvalidRequest(BackendError):
    code = "invalid_request"


class RateLimited(BackendError):
    code = "rate_limited"

    def __init__(self, detail: str = "", *, retry_after: float = 1.0, **details: Any) -> None:
        super().__init__(detail, **details)
        self.retry_after = retry_after


class Unavailable(BackendError):
    code = "upstream_unavailable"


class TimedOut(BackendError):
    code = "timed_out"


class BadAnswer(BackendError):
    code = "bad_answer"
