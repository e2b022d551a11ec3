"""Don't import TensorFlow for a pipeline that has no TensorFlow component.

Rasa imports every component that it ships in order to register them, and with six of them TensorFlow, Keras and JAX:
5 to 12 seconds and about 290 MB. Those modules are replaced by empty ones that hold a class of the expected name. The
class is not registered, so that naming such a component in config.yml is refused at once ("can't load class").
"""

from patches import absent

ABSENT = {
    "rasa.nlu.classifiers.diet_classifier": ["DIETClassifier"],
    "rasa.nlu.selectors.response_selector": ["ResponseSelector"],
    "rasa.nlu.featurizers.dense_featurizer.convert_featurizer": ["ConveRTFeaturizer"],
    "rasa.nlu.featurizers.dense_featurizer.lm_featurizer": ["LanguageModelFeaturizer"],
    "rasa.core.policies.ted_policy": ["TEDPolicy"],
    "rasa.core.policies.unexpected_intent_policy": ["UnexpecTEDIntentPolicy"],
    # Helpers of the above that `rasa.utils.train_utils` imports.
    "rasa.utils.tensorflow.callback": ["RasaTrainingLogger", "RasaModelCheckpoint"],
    "rasa.utils.tensorflow.data_generator": ["RasaBatchDataGenerator"],
}


class AbsentComponent:
    """Stands for a component that needs TensorFlow."""


def apply() -> None:
    absent.put({module: dict.fromkeys(names, AbsentComponent) for module, names in ABSENT.items()})
    # The command line asks TensorFlow for its settings even when nothing needs it.
    from rasa.utils.tensorflow import environment

    environment.setup_tf_environment = environment.check_deterministic_ops = lambda: None
