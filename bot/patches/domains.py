"""Read a trained model's domain once, and find out once whether a domain is empty.

Rasa reads the domain file of a model four times before it serves: to see what kind of file it is, to hold it against
the schema, and twice for its content. Training has held it against the schema and wrote it itself. And Rasa makes an
empty domain for every message to compare the domain with.
"""

from typing import Any, Dict

from rasa.engine.graph import ExecutionContext
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.graph_components.providers.domain_provider import DomainProvider
from rasa.shared.core.domain import Domain
from rasa.shared.utils.io import read_yaml_file

WRITTEN = "domain.yml"  # by DomainProvider, into the model

_is_empty = Domain.is_empty


def is_empty(self: Domain) -> bool:
    known = self.__dict__.get("_kept_is_empty")
    if known is None:
        known = self._kept_is_empty = _is_empty(self)
    return bool(known)


def load(
    cls: type,
    config: Dict[str, Any],
    model_storage: ModelStorage,
    resource: Resource,
    execution_context: ExecutionContext,
    **_options: Any,
) -> DomainProvider:
    del config, execution_context
    with model_storage.read_from(resource) as folder:
        domain = Domain.from_dict(read_yaml_file(folder / WRITTEN))
    provider: DomainProvider = cls(model_storage, resource, domain)
    return provider


def apply() -> None:
    Domain.is_empty = is_empty
    DomainProvider.load = classmethod(load)
