import dataclasses
import hashlib
import json
from typing import Any


def idempotency_key(conversation: str, call: str, *request: Any) -> str:
    """The same request in the same conversation has the same key however often it is sent; any other another."""
    plain = [dataclasses.asdict(part) if dataclasses.is_dataclass(part) else part for part in request]  # type: ignore[arg-type]  # instances only, no classes
    text = json.dumps([conversation, call, plain], sort_keys=True, separators=(",", ":"), default=str)
    return f"{call}-{hashlib.sha256(text.encode()).hexdigest()[:40]}"
