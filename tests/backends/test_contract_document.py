"""The contract's document is valid and says the same as the dataclasses that our code uses."""

import dataclasses
import enum
import inspect
from pathlib import Path
from typing import Any

import pytest
import yaml
from openapi_spec_validator import validate

from backends import models

CONTRACT: dict[str, Any] = yaml.safe_load(Path(models.__file__).with_name("contract.yaml").read_text(encoding="utf-8"))
SCHEMAS: dict[str, Any] = CONTRACT["components"]["schemas"]
OPERATIONS = [
    (method, path, operation)
    for path, item in CONTRACT["paths"].items()
    for method, operation in item.items()
    if method in {"get", "post", "put", "delete"}
]
DATACLASSES = [
    kind
    for _, kind in inspect.getmembers(models, dataclasses.is_dataclass)
    if kind not in {models.Caller, models.Page} and kind.__module__ == models.__name__
]
ENUMS = [
    kind
    for _, kind in inspect.getmembers(models, inspect.isclass)
    if kind.__module__ == models.__name__ and issubclass(kind, enum.StrEnum)
]


def test_it_is_valid_openapi() -> None:
    validate(CONTRACT)


@pytest.mark.parametrize("kind", DATACLASSES, ids=lambda kind: kind.__name__)
def test_every_dataclass_is_a_schema_with_the_same_members(kind: Any) -> None:
    schema = SCHEMAS[kind.__name__]
    fields = dataclasses.fields(kind)
    assert list(schema["properties"]) == [field.name for field in fields]
    needed = [
        field.name
        for field in fields
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    ]
    assert schema["required"] == needed


@pytest.mark.parametrize("kind", DATACLASSES, ids=lambda kind: kind.__name__)
def test_what_may_be_none_may_be_null_and_nothing_else(kind: Any) -> None:
    for field in dataclasses.fields(kind):
        schema = SCHEMAS[kind.__name__]["properties"][field.name]
        nullable = "null" in schema.get("type", ()) or {"type": "null"} in schema.get("anyOf", ())
        assert nullable == ("None" in str(field.type)), f"{kind.__name__}.{field.name}"


@pytest.mark.parametrize(
    "kind", [kind for kind in ENUMS if kind is not models.AuthLevel], ids=lambda kind: kind.__name__
)
def test_every_enum_has_the_same_values(kind: type[enum.StrEnum]) -> None:
    schema = SCHEMAS[kind.__name__]
    assert schema.get("enum", schema.get("examples")) == [member.value for member in kind]


def test_every_list_is_a_page() -> None:
    for method, path, operation in OPERATIONS:
        if operation["operationId"].startswith("list") and operation["operationId"] != "listReturnableItems":
            answer = operation["responses"]["200"]["content"]["application/json"]["schema"]["$ref"]
            assert answer.endswith("Page"), (method, path)
            assert {"cursor", "limit"} <= {_parameter(p)["name"] for p in operation["parameters"]}


def test_every_write_wants_a_key_and_every_personal_call_an_assertion() -> None:
    for method, path, operation in OPERATIONS:
        names = {_parameter(p)["name"] for p in operation.get("parameters", ())}
        changes = method == "post" and path not in {"/oauth/token", "/customers/lookup"}
        assert ("Idempotency-Key" in names) == changes, path
        personal = path.startswith(("/customers", "/orders", "/returns", "/refunds", "/loyalty"))
        assert ("X-Customer-Assertion" in names) == personal, path


def test_every_operation_may_end_in_a_problem_and_says_its_scope() -> None:
    scopes = CONTRACT["components"]["securitySchemes"]["oauth"]["flows"]["clientCredentials"]["scopes"]
    for _method, path, operation in OPERATIONS:
        if path == "/oauth/token":
            continue
        assert operation["responses"]["default"] == {"$ref": "#/components/responses/Problem"}, path
        (needed,) = operation["security"][0]["oauth"]
        assert needed in scopes


def _parameter(parameter: dict[str, Any]) -> dict[str, Any]:
    reference = parameter.get("$ref")
    found: dict[str, Any] = (
        CONTRACT["components"]["parameters"][reference.rsplit("/", 1)[1]] if reference else parameter
    )
    return found
