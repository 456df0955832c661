"""Which parameters learn. One way of adapting a model, one file."""

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Protocol

from torch import nn

from transferkit.sources.backbone import Backbone
from transferkit.training.options import TrainingOptions
from transferkit.training.workload import Extent


class SaveExtra(Protocol):
    """Writes into `folder` what belongs into an artifact besides the model; `base` is how others find the model that
    was adapted."""

    def __call__(self, folder: Path, base: str) -> None: ...


def _nothing(folder: Path, base: str) -> None:
    return None


@dataclass(frozen=True)
class Adapted:
    """A model prepared for training.

    `model` is what the loop trains; `finish` gives back the plain Transformers model with all that
    was learned in it; `save_extra` writes what else belongs into the artifact (the LoRA adapter).
    `cached_depth` layers may be skipped in training, their activations coming from the cache.
    """

    model: nn.Module
    finish: Callable[[], nn.Module]
    cached_depth: int = 0
    save_extra: SaveExtra = field(default=_nothing)


class Adapter(Protocol):
    """What every file of this folder offers."""

    def default_rate(self, parameters: int) -> float:
        """Learning rate for a backbone of so many weights."""

    def writing_rate(self, parameters: int) -> float:
        """Learning rate for a generative model of so many weights, whose head is pretrained too."""

    def default_epochs(self, rows: int) -> float:
        """Epochs for so many training rows."""

    def extent(self, options: TrainingOptions, backbone: Backbone) -> Extent:
        """How much of `backbone` learns, which says what its training costs."""

    def why_not(self, options: TrainingOptions, backbone: Backbone) -> str | None:
        """One sentence on why `backbone` cannot be adapted, None if it can.

        Raises `ConfigError` where it can, but not as `options` say.
        """

    def adapt(self, model: nn.Module, options: TrainingOptions) -> Adapted:
        """Prepare `model`."""


def names() -> list[str]:
    """Every adapter there is: the files of this folder."""
    return sorted(module.name for module in iter_modules(__path__))


def get(name: str) -> Adapter:
    """The adapter called `name`, one of `names()`."""
    adapter: Adapter = import_module(f"{__name__}.{name}")
    return adapter
