"""A model once more, with all of its weights shared: what a caller may hook, switch and run for itself."""

from collections.abc import Mapping
from copy import deepcopy
from functools import partial
from pathlib import Path
from types import MethodType
from typing import Any, TypeVar

from torch import Tensor, nn

from transferkit.sources.hush import log_hushed

Model = TypeVar("Model", bound=nn.Module)


def replica(model: Model) -> Model:
    """`model` in evaluation mode, with modules of its own and the weights and buffers of `model`.

    Hooks, modes and whatever else its modules note about themselves while they run stay with the replica, so that any
    number of threads can each hook one of the same model. It takes no memory to speak of; its configuration is that of
    `model`.
    """
    copies = {id(module): module.__new__(type(module)) for module in model.modules()}
    for module in model.modules():
        copies[id(module)].__dict__ = {name: _own(value, copies) for name, value in module.__dict__.items()}
    copy: Any = copies[id(model)]
    for module in copy.modules():
        module.training = False
    return copy  # type: ignore[no-any-return]


def to_save(model: Model) -> Model:
    """A replica of a Transformers model with a configuration of its own, in which `save_pretrained` notes things."""
    copy: Any = replica(model)
    copy.config = deepcopy(copy.config)
    return copy  # type: ignore[no-any-return]


def write(model: Any, folder: Path) -> None:
    """Save a model of `to_save` into `folder`, without Transformers' own progress bar and notices."""
    with log_hushed():
        model.save_pretrained(folder)


def _own(value: Any, copies: Mapping[int, nn.Module]) -> Any:
    """An attribute of a module as its replica has it: containers are new, modules and what is bound to them its own."""
    if value is None or isinstance(value, _PLAIN):
        return value
    if isinstance(value, nn.Module):
        return copies.get(id(value), value)
    if isinstance(value, dict):  # also those of weights, parts and hooks
        container = value.copy()
        for name, item in value.items():
            if isinstance(item, _HOLDERS):
                container[name] = _own(item, copies)
        return container
    if type(value) in (list, tuple) and any(isinstance(item, _HOLDERS) for item in value):
        return type(value)(_own(item, copies) for item in value)
    if isinstance(value, MethodType) and isinstance(value.__self__, nn.Module):
        return MethodType(value.__func__, _own(value.__self__, copies))
    if isinstance(value, partial):
        return partial(value.func, *_own(value.args, copies), **_own(value.keywords, copies))
    return value


_PLAIN = (bool, int, float, str, Tensor)
_HOLDERS = (nn.Module, dict, list, tuple, MethodType, partial)
