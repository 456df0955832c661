"""A model once more, with all of its weights shared: what a caller may hook, switch and run for itself."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from functools import partial
from pathlib import Path
from types import MethodType
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from transferkit.sources import precision

Model = TypeVar("Model", bound=nn.Module)
_MADE = "transferkit_lowered"


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


def runnable(model: Model) -> Model:
    """A replica that is run in the precision of `model`: weights that are multiplied are of it already, which takes
    half as much memory again."""
    copy, dtype = replica(model), precision.dtype_of(model)
    if dtype is None:
        return copy
    full, multiplying = _in_full(model), _multiplying()
    for module, own in zip(model.modules(), copy.modules(), strict=True):
        if type(module) in multiplying and id(module) not in full:
            own._parameters = _kept(module, dtype) if precision.is_fixed(model) else _of_dtype(module, dtype)
    return copy


def _of_dtype(module: nn.Module, dtype: torch.dtype) -> dict[str, nn.Parameter | None]:
    """The weights of `module` in `dtype`."""
    return {
        name: None if weight is None else nn.Parameter(weight.detach().to(dtype), requires_grad=False)
        for name, weight in module._parameters.items()
    }


def _kept(module: nn.Module, dtype: torch.dtype) -> dict[str, nn.Parameter | None]:
    """As `_of_dtype`, made once for every state of the weights and kept with `module`."""
    weights = list(module.parameters(recurse=False))
    versions, known = [dtype, *(weight._version for weight in weights)], vars(module).get(_MADE)
    # The weights themselves are kept with it: the place of one that is gone may be that of the next.
    if known is None or known[0] != versions or any(a is not b for a, b in zip(known[1], weights, strict=True)):
        known = vars(module)[_MADE] = (versions, weights, _of_dtype(module, dtype))
    return dict(known[2])


@contextmanager
def still(model: nn.Module, learning: Collection[str]) -> Iterator[None]:
    """While open, what `model` multiplies is of its precision where it does not learn, which is cast once and not at
    every step; `learning` are the names of the weights that do."""
    dtype, before = precision.dtype_of(model), dict[nn.Module, dict[str, nn.Parameter | None]]()
    learners, full = {id(model.get_parameter(name)) for name in learning}, _in_full(model)
    multiplying = _multiplying() if dtype is not None else ()
    for module in model.modules() if dtype is not None else ():
        own = [id(weight) for weight in module.parameters(recurse=False)]
        if type(module) in multiplying and not learners.intersection(own) and id(module) not in full:
            before[module] = module._parameters
    try:
        for module in before:
            assert dtype is not None
            module._parameters = _of_dtype(module, dtype)
        yield
    finally:
        for module, weights in before.items():
            module._parameters = weights


def _multiplying() -> tuple[type[nn.Module], ...]:
    """The kinds of modules that multiply by their weights."""
    from transformers.pytorch_utils import Conv1D  # which a static model does without

    return nn.Linear, Conv1D


def _in_full(model: nn.Module) -> set[int]:
    """What runs in float32 whatever the precision of `model`."""
    return {id(part) for module in model.modules() for head in precision.heads(module) for part in head.modules()}


def to_save(model: Model) -> Model:
    """A replica of a Transformers model with a configuration of its own, in which `save_pretrained` notes things."""
    copy: Any = replica(model)
    copy.config = deepcopy(copy.config)
    return copy  # type: ignore[no-any-return]


def write(model: Any, folder: Path) -> None:
    """Save a model of `to_save` into `folder`, without Transformers' own progress bar and notices."""
    from transferkit.sources.hush import log_hushed  # needs transformers

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
