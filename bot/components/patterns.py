"""Numbers, e-mail addresses and quantities by regular expressions that stand in config.yml, with normalised values."""

import re
from dataclasses import dataclass
from typing import Any, Dict, List, Optional, Pattern, Text, Type, Union

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.constants import INTENT_MESSAGE_PREFIX
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

Value = Union[str, int]


@dataclass(frozen=True)
class Found:
    entity: str
    value: Value
    start: int
    end: int


@dataclass(frozen=True)
class EntityPattern:
    """`entity` None: what it matches is nothing else either (the 12 of "size 12" is no quantity).

    The value is `prefix` and the digits of the match's group `digits`; or what `words` has for the group `word`; or the
    match in lower case.
    """

    entity: Optional[str]
    pattern: Pattern[str]
    prefix: str
    words: Dict[str, Value]

    @classmethod
    def read(cls, config: Dict[str, Any]) -> "EntityPattern":
        """Raises InvalidConfigException."""
        try:
            pattern = re.compile(config["pattern"], re.IGNORECASE | re.VERBOSE)
        except (KeyError, TypeError, re.error) as error:
            raise InvalidConfigException(f"PatternEntityExtractor: no valid pattern in {config} ({error})") from error
        words = {str(word).lower(): value for word, value in (config.get("words") or {}).items()}
        return cls(config.get("entity"), pattern, config.get("prefix", ""), words)

    def value(self, match: "re.Match[str]") -> Optional[Value]:
        groups = match.groupdict()
        if groups.get("digits"):
            digits = re.sub(r"\D", "", groups["digits"])
            return f"{self.prefix}{digits}" if self.prefix else int(digits)
        if groups.get("word"):
            return self.words.get(" ".join(groups["word"].lower().split()))
        return match.group().lower()


def find(text: str, patterns: List[EntityPattern]) -> List[Found]:
    """What the patterns find, in the order of the text. A pattern that stands earlier wins where two overlap."""
    taken: List[Found] = []
    for pattern in patterns:
        for match in pattern.pattern.finditer(text):
            start, end = match.span()
            if start == end or any(start < other.end and other.start < end for other in taken):
                continue
            value = pattern.value(match)
            if value is not None:
                taken.append(Found(pattern.entity or "", value, start, end))
    return sorted((found for found in taken if found.entity), key=lambda found: found.start)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class PatternEntityExtractor(GraphComponent, EntityExtractorMixin):
    """Adds the entities that `patterns` find; needs no training and no other component."""

    @classmethod
    def required_components(cls) -> List[Type]:
        return []

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        return {"patterns": []}

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "PatternEntityExtractor":
        del model_storage, resource, execution_context
        return cls([EntityPattern.read(pattern) for pattern in config["patterns"]])

    def __init__(self, patterns: List[EntityPattern]) -> None:
        self._patterns = patterns

    def process(self, messages: List[Message]) -> List[Message]:
        for message in messages:
            text = message.get(TEXT)
            if text and not text.lstrip().startswith(INTENT_MESSAGE_PREFIX):
                found = [
                    {"entity": item.entity, "value": item.value, "start": item.start, "end": item.end}
                    for item in find(text, self._patterns)
                ]
                entities = message.get(ENTITIES, []) + self.add_extractor_name(found)
                message.set(ENTITIES, entities, add_to_output=True)
        return messages
