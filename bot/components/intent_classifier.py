"""The intent of a message, from its vector, its characters and what the FAQ index makes of it."""

import logging
from typing import Any, Dict, List, Optional, Text, Type

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.constants import INTENT_MESSAGE_PREFIX
from rasa.shared.exceptions import RasaException
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from components import abroad
from components.faq_understanding import ABROAD, ENCODER, FaqUnderstanding
from components.gibberish import has_no_vowel
from components.intent_model import BrokenModel, IntentModel, fit
from components.scripts import has_accents, is_another_script
from components.weighing import NOT_UNDERSTOOD, weigh

log = logging.getLogger(__name__)

OTHER_LANGUAGE = "other_language"
SURE = 0.95  # of a message whose letters are of another script: all but names and quotations


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class SkillClassifier(GraphComponent):
    """Sets `intent` and `intent_ranking`; below `threshold` the intent is nlu_fallback."""

    @classmethod
    def required_components(cls) -> List[Type]:
        return [FaqUnderstanding]

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        # docs/reference/bot.md says how the numbers were chosen.
        return {"threshold": 0.3, "faq_base": 0.5, "faq_unseen": 0.1, "faq_own": 0.75, "ranking": 5}

    def __init__(
        self, config: Dict[Text, Any], storage: ModelStorage, resource: Resource, model: Optional[IntentModel] = None
    ) -> None:
        self._config = config
        self._storage = storage
        self._resource = resource
        self._model = model

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "SkillClassifier":
        del execution_context
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **_: Any,
    ) -> "SkillClassifier":
        """Raises RasaException where the saved classifier can't be read: without it nothing is understood."""
        del execution_context
        try:
            with model_storage.read_from(resource) as folder:
                return cls(config, model_storage, resource, IntentModel.load(folder))
        except (ValueError, BrokenModel) as error:
            raise RasaException(f"The intent classifier of this model can't be read: {error}") from error

    def train(self, training_data: TrainingData) -> Resource:
        examples = [example for example in training_data.intent_examples if example.get(TEXT) and example.get(INTENT)]
        self._model = fit(
            [example.get(TEXT) for example in examples],
            [example.get(INTENT) for example in examples],
            np.stack([_vector(example) for example in examples]),
            examples[0].get(ENCODER),
        )
        with self._storage.write_to(self._resource) as folder:
            self._model.save(folder)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        for message in messages:
            text = message.get(TEXT)
            if self._model is not None and text and not text.lstrip().startswith(INTENT_MESSAGE_PREFIX):
                self._classify(message, self._model)
        return messages

    def _classify(self, message: Message, model: IntentModel) -> None:
        if message.get(ABROAD):
            intent = {"name": abroad.intent_of(message.get(TEXT)), "confidence": 1.0}
            message.set(INTENT, intent, add_to_output=True)
            message.set("intent_ranking", [intent], add_to_output=True)
            return
        vector = _vector(message)
        if vector is not None and message.get(ENCODER) != model.encoder:
            log.error("The FAQ service has another encoder than the one of this training: train again")
            vector = None
        faq = message.get("faq") or {}
        classified = model.probabilities(message.get(TEXT), vector)
        weights = {name: self._config[f"faq_{name}"] for name in ("base", "unseen", "own")}
        weighed = weigh(classified, faq.get("probability"), **weights)
        ranking = [
            {"name": name, "confidence": confidence}
            for name, confidence in sorted(weighed.items(), key=lambda item: (-item[1], item[0]))
        ][: self._config["ranking"]]
        # What the index knows well is a name that training never saw, or a language that entries are written in.
        unknown = (faq.get("probability") or 0.0) < self._config["faq_base"]
        self._correct(ranking, message.get(TEXT), model if unknown else None)
        message.set(INTENT, ranking[0], add_to_output=True)
        message.set("intent_ranking", ranking, add_to_output=True)

    def _correct(self, ranking: List[Dict[str, Any]], text: Text, model: Optional[IntentModel]) -> None:
        """Put first what the probabilities can't know; `model` None: the index knows the message."""
        best = ranking[0]
        # Another language's syllables are as unknown as no language's.
        gibberish = has_no_vowel if best["name"] == OTHER_LANGUAGE or model is None else model.is_gibberish
        strange = model is not None and gibberish(text)
        foreign = model is not None and (is_another_script(text) or (strange and has_accents(text)))
        if foreign and best["name"] != OTHER_LANGUAGE:
            ranking.insert(0, {"name": OTHER_LANGUAGE, "confidence": max(SURE, best["confidence"])})
        elif (strange or best["confidence"] < self._config["threshold"]) and best["name"] != NOT_UNDERSTOOD:
            ranking.insert(0, {"name": NOT_UNDERSTOOD, "confidence": 1.0 - best["confidence"]})


def _vector(message: Message) -> Optional[np.ndarray]:
    """Of shape (dimension,), or None where the FAQ service was not available."""
    _, sentence = message.get_dense_features(TEXT)
    return None if sentence is None else np.asarray(sentence.features, dtype=np.float64)[0]
