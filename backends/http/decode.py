"""JSON of the contract to and from the dataclasses of `backends.models`."""

from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from backends.errors import BadAnswer

T = TypeVar("T")


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _adapter_of(kind: Any) -> TypeAdapter[Any]:  # Any, for mypy holds that not every type is hashable
    return _adapter(kind)


def decode(kind: type[T], body: bytes, *, outcome_unknown: bool = False) -> T:
    """Strict: a number in quotes, a float for minor units or a time without offset is not of the contract.

    Members that the contract does not know are ignored.

    Raises:
        BadAnswer: with the places that are wrong, never with the values found there.
    """
    try:
        value: T = _adapter_of(kind).validate_json(body, strict=True)
    except ValidationError as error:
        places = "; ".join(
            f"{'.'.join(map(str, item['loc'])) or 'body'}: {item['type']}" for item in error.errors(include_input=False)
        )
        raise BadAnswer(f"not of the contract: {places[:500]}", outcome_unknown=outcome_unknown) from None
    return value


def encode(value: object) -> Any:
    return _adapter_of(type(value)).dump_python(value, mode="json")
