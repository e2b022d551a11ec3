"""Don't import TensorFlow for a pipeline that has no TensorFlow component.

Rasa imports every component that it ships in order to register them, and with six of them TensorFlow, Keras and JAX:
5 to 12 seconds and about 290 MB. Those modules are replaced by empty ones that hold a class of the expected name. The
class is not registered, so that naming such a component in config.yml is refused at once ("can't load class").
"""

import importlib.abc
import importlib.machinery
import sys
from types import ModuleType
from typing import Optional, Sequence

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


class AbsentModules(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(
        self, fullname: str, path: Optional[Sequence[str]], target: Optional[ModuleType] = None
    ) -> Optional[importlib.machinery.ModuleSpec]:
        del path, target
        return importlib.machinery.ModuleSpec(fullname, self) if fullname in ABSENT else None

    def exec_module(self, module: ModuleType) -> None:
        for name in ABSENT[module.__name__]:
            setattr(module, name, type(name, (AbsentComponent,), {"__module__": module.__name__}))


def apply() -> None:
    if not any(isinstance(finder, AbsentModules) for finder in sys.meta_path):
        sys.meta_path.insert(0, AbsentModules())
    # The command line asks TensorFlow for its settings even when nothing needs it.
    from rasa.utils.tensorflow import environment

    environment.setup_tf_environment = environment.check_deterministic_ops = lambda: None
