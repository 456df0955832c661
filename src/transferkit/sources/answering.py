"""What a process imports that only answers.

Transformers imports torch's compiler, its parts for several machines and SciPy's optimizers with every model, which
takes longer than reading a small model and answering a text. None of them has a part in answering.
"""

import importlib.util
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from types import ModuleType
from typing import Any

from transferkit.table import collecting

_COMPILER = "torch._dynamo"
_MARKS = ("disable", "assume_constant_result", "allow_in_graph")
"""Decorators by which Transformers notes what the compiler is to make of a function."""
_UNASKED = ("accelerate", "scipy", "sklearn")
_one_at_a_time = RLock()


def begin(folder: Path) -> None:
    """Where `folder` holds a model of Transformers', import that for a process that will not train, compile or spread
    over machines.

    From then on it takes torch for a build without `torch.distributed`, and packages that only training needs for
    missing; the compiler is loaded when something of it is used. It is for processes of our own, such as `transferkit
    predict`: in one of the user's all of that may be wanted. Does nothing where Transformers is there already.
    """
    if "transformers" in sys.modules or not (folder / "config.json").is_file():
        return
    with collecting.paused():
        import torch

        if _COMPILER not in sys.modules:
            _defer(_COMPILER)
        with _hidden(_UNASKED), _undistributed(torch.distributed):
            import transformers.modeling_utils  # these two are imported with the first model
            import transformers.models.auto.modeling_auto  # noqa: F401


class _Deferred(ModuleType):
    """A module that is executed when something is asked of it that it does not have yet."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or self.__spec__ is None or self.__spec__.loader is None:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        with _one_at_a_time:
            if type(self) is _Deferred:
                self.__class__ = ModuleType  # type: ignore[assignment]
                for mark in _MARKS:
                    delattr(self, mark)
                self.__spec__.loader.exec_module(self)
        return getattr(self, name)


def _defer(name: str) -> None:
    """Let `name` be imported without being executed; functions that it would mark stay as they are until it is."""
    spec = importlib.util.find_spec(name)
    if spec is None:
        return
    module = sys.modules[name] = _Deferred(name)
    module.__spec__, module.__loader__, module.__file__ = spec, spec.loader, spec.origin
    module.__package__, module.__path__ = name, list(spec.submodule_search_locations or ())
    for mark in _MARKS:
        setattr(module, mark, _unmarked)


def _unmarked(function: Callable[..., Any] | None = None, *given: Any, **named: Any) -> Any:
    return (lambda marked: marked) if function is None else function


@contextmanager
def _hidden(names: tuple[str, ...]) -> Iterator[None]:
    """Within, packages that have not been imported yet are not found."""
    absent: dict[str, Any] = dict.fromkeys(name for name in names if name not in sys.modules)
    sys.modules.update(absent)
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]


@contextmanager
def _undistributed(distributed: Any) -> Iterator[None]:
    """Within, torch says that it was built without `torch.distributed`: Transformers asks once and keeps the answer."""
    before = distributed.is_available
    distributed.is_available = lambda: False
    try:
        yield
    finally:
        distributed.is_available = before
