"""Asks the FAQ service once a message: its vector is the classifier's feature, its matches travel to the actions."""

import logging
from typing import Any, Dict, List, Optional, Text, Type

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.constants import INTENT_MESSAGE_PREFIX
from rasa.shared.exceptions import RasaException
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from components.faq_client import FaqClient
from components.understanding import UNAVAILABLE, FaqUnavailable, Understanding, prefetched

log = logging.getLogger(__name__)

FAQ = "faq"
ENCODER = "encoder"  # message property: which model a vector came from
ABROAD = "abroad"  # message property: the text is in another language than the classifier's examples
NOT_REACHED = "Training needs the FAQ service, which embeds the examples, and it is not available: "


class FaqServiceNeeded(RasaException):
    """Training can't go on without the FAQ service."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class FaqUnderstanding(GraphComponent):
    """Adds the dense sentence feature, and `faq` to the parse output of every message that is text.

    If the service is not available a message gets no feature and `faq: {"available": false}`.
    """

    @classmethod
    def required_components(cls) -> List[Type]:
        return []

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        return {"timeout": 1.5, "pause": 2.0}  # seconds for one call; seconds without calls after one that failed

    @classmethod
    def fingerprint_addon(cls, config: Dict[str, Any]) -> Optional[str]:
        """The encoder's identity: with another model the examples have other vectors."""
        del config
        try:
            return FaqClient.from_environment().encoder()
        except FaqUnavailable as error:
            raise FaqServiceNeeded(f"{NOT_REACHED}{error}.") from error

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "FaqUnderstanding":
        del model_storage, resource
        options = {"timeout": float(config["timeout"]), "pause": float(config["pause"])}
        return cls(FaqClient.from_environment(**options), execution_context.node_name)

    def __init__(self, client: FaqClient, name: Text) -> None:
        self._client = client
        self._name = name

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Embed all examples in batches. Raises FaqServiceNeeded."""
        messages = [message for message in training_data.training_examples if _is_text(message)]
        try:
            vectors, model = self._client.embed([message.get(TEXT) for message in messages])
        except FaqUnavailable as error:
            raise FaqServiceNeeded(f"{NOT_REACHED}{error}.") from error
        for message, vector in zip(messages, vectors, strict=True):
            self._add_vector(message, vector, model)
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        for message in messages:
            if _is_text(message):
                self._understand(message)
        return messages

    def _understand(self, message: Message) -> None:
        known = prefetched.get()
        if known is not None and known.text == message.get(TEXT) and known.abroad:
            self._understand_abroad(message, known.understanding)
            return
        understanding = self._ask(message.get(TEXT))
        if understanding is None:
            message.set(FAQ, dict(UNAVAILABLE), add_to_output=True)
            return
        message.set(FAQ, understanding.as_faq(), add_to_output=True)
        self._add_vector(message, understanding.vector, understanding.model)

    def _understand_abroad(self, message: Message, understanding: Optional[Understanding]) -> None:
        """Without its vector, which is of another encoder than the examples'."""
        message.set(FAQ, dict(UNAVAILABLE) if understanding is None else understanding.as_faq(), add_to_output=True)
        message.set(ABROAD, info=True)

    def _ask(self, text: str) -> Optional[Understanding]:
        known = prefetched.get()
        if known is not None and known.text == text:
            return known.understanding
        try:
            return self._client.understand(text)
        except FaqUnavailable as error:
            log.warning("The FAQ service is not available: %s", error)
            return None

    def _add_vector(self, message: Message, vector: np.ndarray, model: str) -> None:
        message.add_features(Features(vector[np.newaxis, :], FEATURE_TYPE_SENTENCE, TEXT, self._name))
        message.set(ENCODER, model)


def _is_text(message: Message) -> bool:
    """Whether a person said it; `/intent{...}` comes from a button."""
    text = message.get(TEXT)
    return bool(text) and not text.lstrip().startswith(INTENT_MESSAGE_PREFIX)
