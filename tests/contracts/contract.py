"""`backends/contract.yaml` as something that answers are checked against."""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import yaml
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry
from referencing.jsonschema import DRAFT202012

import backends

FORMATS = FormatChecker(["date"])


@FORMATS.checks("date-time", raises=ValueError)
def _is_instant(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


@dataclass(frozen=True)
class Operation:
    id: str
    method: str
    path: str
    scope: str | None
    personal: bool
    keyed: bool

    def filled(self, value: str) -> str:
        """The path with `value` in place of every id."""
        return re.sub(r"\{[a-z]+\}", value, self.path)


class Contract:
    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        resource = DRAFT202012.create_resource(document)
        self._registry: Registry[Any] = Registry().with_resource("contract", resource)
        self.operations = tuple(self._read_operations())

    def _read_operations(self) -> list[Operation]:
        found = []
        for path, item in self._document["paths"].items():
            for method, operation in item.items():
                refs = {p.get("$ref", "").rsplit("/", 1)[-1] for p in operation.get("parameters", ())}
                scopes = operation["security"][0].get("oauth", [None])
                found.append(
                    Operation(
                        id=operation["operationId"],
                        method=method.upper(),
                        path=path,
                        scope=scopes[0],
                        personal="Assertion" in refs,
                        keyed="IdempotencyKey" in refs,
                    )
                )
        return found

    def check(self, response: httpx.Response, path: str) -> None:
        """Fails with every departure of the answer from its schema."""
        template = self._template(path)
        method = response.request.method.lower()
        responses = self._document["paths"][template][method]["responses"]
        status = str(response.status_code)
        assert status in responses or status[0] in "45", f"{method} {template} does not answer {status}"
        answer = f"contract#/paths/{template.replace('/', '~1')}/{method}/responses/{status}"
        where, media = f"{answer}/content/application~1json/schema", "application/json"
        if status not in responses:
            where, media = "contract#/components/schemas/Problem", "application/problem+json"
        kind = response.headers.get("content-type", "").partition(";")[0]
        assert kind == media, f"{method} {template} answered {status} as {kind!r}: {response.text[:300]}"
        body = json.loads(response.content)
        wrong = [f"{error.json_path}: {error.message}" for error in self._validator(where).iter_errors(body)]
        assert not wrong, f"{method} {template} {status} is not of the contract: {wrong}"

    def _template(self, path: str) -> str:
        for template in self._document["paths"]:
            if re.fullmatch(re.sub(r"\{[a-z]+\}", "[^/]+", template), path):
                return str(template)
        raise AssertionError(f"{path} is not in the contract")

    @cache  # noqa: B019 - one contract a run
    def _validator(self, where: str) -> Draft202012Validator:
        return Draft202012Validator({"$ref": where}, registry=self._registry, format_checker=FORMATS)


def load_contract() -> Contract:
    path = Path(backends.__file__).with_name("contract.yaml")
    return Contract(yaml.safe_load(path.read_text(encoding="utf-8")))
