"""The ways of transferring a pretrained model to a task. One kind of route, one file."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Protocol

from transferkit import options, teacher_choice
from transferkit.config import RouteConfig, Strict
from transferkit.context import Context
from transferkit.predictors import Predictor
from transferkit.training.workload import Workload

_one_at_a_time = threading.RLock()


@dataclass(frozen=True)
class Outcome:
    """What a route returns: a predictor and how it came about.

    `learned_all` says that the predictor has learned from the validation rows too, so that its answers to them say
    nothing; it is then trained once more, without them, to be compared.
    """

    predictor: Predictor
    method: str
    trained_parameters: int
    seconds: float
    settings: Mapping[str, Any]
    history: tuple[Mapping[str, float], ...] = ()
    notes: tuple[str, ...] = ()
    learned_all: bool = False


@dataclass(frozen=True)
class Cost:
    """What a route will take on this machine, as far as that is known before.

    A training takes from `shortest` to `longest` seconds, to the earliest stop and to the last. `again` is the share of
    one that the training for a comparison takes, which leaves the validation rows out (`Outcome.learned_all`).
    `answering` are seconds per token of rows that are answered. `memory` and `disk` are bytes at the peak of a
    training: the latter of checkpoints, of the finished model and of what is added to the cache. `settings` are those
    that it chooses where none are asked for; `note` says what is doubtful.
    """

    shortest: float
    longest: float
    answering: float
    memory: int
    disk: int
    again: float = 0.0
    settings: Mapping[str, float] = field(default_factory=dict)
    note: str = ""


class Route(Protocol):
    """What every file of this folder offers."""

    def why_not(self, variant: str, context: Context, options: Strict) -> str | None:
        """One sentence on why it does not apply here, or None if it does. Nothing has been trained yet."""

    def cost(self, variant: str, context: Context, options: Strict, workload: Workload) -> Cost:
        """What it will take where it applies. Nothing is trained, and nothing read that `workload` does not say."""

    def run(self, variant: str, context: Context, options: Strict) -> Outcome:
        """Transfer."""


@dataclass(frozen=True)
class Plan:
    """A route ready to run: its kind, its variant and checked options, and in a run the name of the pretrained model
    that it starts from."""

    title: str
    kind: str
    variant: str
    options: Strict
    backbone: str = ""

    def why_not(self, context: Context) -> str | None:
        return _route(self.kind).why_not(self.variant, context, self.options)

    def teachers(self, context: Context) -> tuple[str, ...]:
        """The routes before it that it learns from, by title: it reads the artifacts of no others."""
        return teacher_choice.of_this_run(self.variant, context, self.options)

    def cost(self, context: Context, workload: Workload) -> Cost:
        """What it will take; `workload` are the rows of `context`, measured."""
        return _route(self.kind).cost(self.variant, context, self.options, workload)

    def run(self, context: Context) -> Outcome:
        """Transfer. Threads take turns: what a training draws comes from generators that all of them share."""
        with _one_at_a_time:
            return _route(self.kind).run(self.variant, context, self.options)


def _route(kind: str) -> Route:
    route: Route = import_module(f"{__name__}.{kind}")
    return route


def resolve(config: RouteConfig) -> Plan:
    """The route asked for, ready to run. Raises `ConfigError` for a name or an option that there is not."""
    return Plan(config.title, options.get(config.name).KIND, config.name, options.checked(config))
