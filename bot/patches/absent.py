"""Modules that are not imported: each name stands for an empty module that holds a few classes of ours."""

import importlib.abc
import importlib.machinery
import sys
from types import ModuleType
from typing import Dict, Mapping, Optional, Sequence

_absent: Dict[str, Mapping[str, type]] = {}


class AbsentModules(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(
        self, fullname: str, path: Optional[Sequence[str]], target: Optional[ModuleType] = None
    ) -> Optional[importlib.machinery.ModuleSpec]:
        del path, target
        return importlib.machinery.ModuleSpec(fullname, self) if fullname in _absent else None

    def exec_module(self, module: ModuleType) -> None:
        for name, kind in _absent[module.__name__].items():
            setattr(module, name, type(name, (kind,), {"__module__": module.__name__}))


def put(modules: Mapping[str, Mapping[str, type]]) -> None:
    """From now on: module → its classes, each made as a subclass of the one that is given."""
    _absent.update(modules)
    if not any(isinstance(finder, AbsentModules) for finder in sys.meta_path):
        sys.meta_path.insert(0, AbsentModules())
