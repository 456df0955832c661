"""The findings of a run, as data: what the table, the report and `run.json` are made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

from transferkit.config import FP32, Precision, RunConfig
from transferkit.data import fingerprints
from transferkit.evaluation import score_tables
from transferkit.plain_table import as_frame, as_html, as_text
from transferkit.table.splits import Finding, Splits
from transferkit.tasks import Task

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Interval:
    """A value with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class ReliabilityBin:
    """Mean confidence against accuracy of the rows whose confidence falls in one bin."""

    confidence: float
    accuracy: float
    count: int


@dataclass(frozen=True, repr=False)
class Scores:
    """`metrics` by metric name; `per_class` by label, then precision, recall, f1, support.

    Tasks of one label also have `confusion`, in which [i, j] counts rows of true label i predicted as j, and
    `reliability`; for others these are empty. `per_class` is empty for tasks without labels. `signatures` has the
    settings behind metrics whose figures compare under the same settings only (BLEU, ROUGE), or what a metric
    compares, by metric name. `rows` were evaluated; `findings` say what is odd about them. Printing it shows metrics
    and classes as tables, and so does a notebook.
    """

    metrics: Mapping[str, Interval]
    per_class: Mapping[str, Mapping[str, float]]
    confusion: npt.NDArray[np.int64]
    reliability: tuple[ReliabilityBin, ...]
    signatures: Mapping[str, str] = field(default_factory=dict)
    rows: int = 0
    findings: tuple[Finding, ...] = ()

    def to_pandas(self) -> "pd.DataFrame":
        """A row per metric: its name, value and 95 % interval. Raises `ConfigError` without pandas."""
        return as_frame(
            {"metric": name, "value": found.value, "low": found.low, "high": found.high}
            for name, found in self.metrics.items()
        )

    def __repr__(self) -> str:
        values = ", ".join(f"{name}={found.value:.4g}" for name, found in self.metrics.items())
        return f"Scores({values}, rows={self.rows})"

    def __str__(self) -> str:
        return as_text(score_tables.parts(self)).rstrip()

    def _repr_html_(self) -> str:
        return as_html(score_tables.parts(self))


@dataclass(frozen=True)
class MeasuredCost:
    """What a predictor costs: bytes on disk, weights, seconds to train, speed on this machine."""

    bytes: int
    parameters: int
    trained_parameters: int
    train_seconds: float
    texts_per_second: float
    milliseconds_one: float


LEVEL = 0.05
"""Below this p-value a difference is called significant."""


@dataclass(frozen=True)
class Comparison:
    """A paired test of `a` against `b` on the same test rows: difference = metric(a) - metric(b)."""

    a: str
    b: str
    difference: float
    p_value: float
    test: str

    @property
    def significant(self) -> bool:
        return self.p_value < LEVEL

    @property
    def words(self) -> str:
        if not self.significant:
            return f"not significantly different from {self.b} ({p_words(self.p_value)})"
        side = "better" if self.difference > 0 else "worse"
        return f"significantly {side} than {self.b} ({p_words(self.p_value)})"


def p_words(p_value: float) -> str:
    """`p < 0.001`, or p to two significant digits."""
    return "p < 0.001" if p_value < 0.001 else f"p = {p_value:.2g}" if p_value < 0.1 else f"p = {p_value:.2f}"


@dataclass(frozen=True)
class RouteResult:
    """One row of the leaderboard.

    `outputs` are the predictions of the first seed on the test rows, in the form of the task's shape.
    `seed_values` has the main metric of every seed. `history` holds one mapping per evaluation
    during training (epoch, loss, validation metrics). `settings` are all effective settings.
    `backbone` is the name of the pretrained model that the route starts from, empty for the baseline.
    `artifact` is relative to the run folder, and `plain_prompt` is what plain Transformers has to be given before every
    text to answer from it, None where it cannot. Scores were measured in `precision`. A model that was not
    `kept` is there no more.
    """

    name: str
    route: str
    method: str
    scores: Scores
    cost: MeasuredCost
    outputs: Any = field(repr=False)
    seed_values: tuple[float, ...]
    history: tuple[Mapping[str, float], ...] = field(default=(), repr=False)
    settings: Mapping[str, Any] = field(default_factory=dict, repr=False)
    notes: tuple[str, ...] = ()
    backbone: str = ""
    artifact: str = ""
    plain_prompt: str | None = None
    precision: Precision = FP32
    kept: bool = True
    against_baseline: Comparison | None = None
    against_best: Comparison | None = None


VALIDATION, FOLDS = "validation", "folds"
"""What routes are chosen by."""


@dataclass(frozen=True)
class Choice:
    """What was chosen, and by what: never by test rows.

    `by` is "validation" (answers to the validation rows, which no route learned its weights from) or "folds" (answers
    of a cross-validation, out of fold); `rows` is their number. `scores` has the main metric on them per route, its
    mean over seeds as the value, and `losses` the paired difference to `best` on them, the first seed's. `cheapest` is
    the fastest route shown to lose less than `margin` (a difference of the main metric) against `best`, or `best`
    itself where every faster one is shown to lose more; None where these rows are too few to tell. `tie_by` is the
    second metric by which `best` is better than a baseline with the same main metric; "" without such a tie. `effect`
    is the design effect of answers out of fold, by whose root intervals are wider; 1 for others.
    """

    best: str
    cheapest: str | None
    by: str
    rows: int
    margin: float
    scores: Mapping[str, Interval] = field(default_factory=dict)
    losses: Mapping[str, Interval] = field(default_factory=dict)
    tie_by: str = ""
    effect: float = 1.0


@dataclass(frozen=True)
class NaiveClaim:
    """What a random split that ignores duplicates would have claimed, beside the truth.

    Both are the baseline's main metric; `leaked` is the share of naive test rows also in naive train.
    """

    leaked: float
    claimed: float
    true: float


@dataclass(frozen=True)
class Skipped:
    """A route that was not run, and why, in one sentence."""

    name: str
    reason: str


class Board(Protocol):
    """What the table of a run is made of: that of a run just finished, or of one read from its folder."""

    @property
    def task(self) -> Task:
        """What was learned."""

    @property
    def routes(self) -> tuple[RouteResult, ...]:
        """The evaluated routes."""

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        """Those that were not run."""

    @property
    def choice(self) -> Choice:
        """The chosen route, and what it was chosen by."""

    @property
    def verdict(self) -> str:
        """What the table means, in words."""

    @property
    def folded(self) -> bool:
        """Whether scores are those of a cross-validation."""

    @property
    def language(self) -> str:
        """What it is written in: a file of `locales`."""


@dataclass(frozen=True)
class RunResult:
    """All a run found.

    `quoted` is the main metric of the chosen route on rows that had no say in the choice: on the test rows, or, where
    rows are cross-validated and there are none, on every part of them as chosen by the others. Scores, outputs and
    mistakes of routes are about `splits.test`; these are the cross-validated rows where `folded`, and of so many
    `groups` where rows belong together, else 0. `warning` is what `verdict` begins with where there is reason to
    distrust it.
    """

    config: RunConfig
    task: Task
    splits: Splits
    routes: tuple[RouteResult, ...]
    skipped: tuple[Skipped, ...]
    choice: Choice
    quoted: Interval
    verdict: str
    manifest: Mapping[str, Any]
    naive: NaiveClaim | None = None
    folded: bool = False
    groups: int = 0
    warning: str = ""

    @property
    def language(self) -> str:
        """The language of report and verdict."""
        return self.config.language

    @property
    def best(self) -> str:
        """The name of the chosen route."""
        return self.choice.best

    @property
    def counted(self) -> int:
        """As how many independent rows the evaluated ones count: fewer than there are where `folded`."""
        return round(len(self.splits.test) / self.choice.effect) if self.folded else len(self.splits.test)

    @property
    def cheapest(self) -> str | None:
        """The name of the fastest route that is as good, None where the rows are too few to tell."""
        return self.choice.cheapest

    @property
    def fingerprint(self) -> str:
        """Of the rows as they were split; cross-validated ones, which are evaluated, were no test rows."""
        splits = self.splits
        return fingerprints.of(replace(splits, test=splits.test.take([])) if self.folded else splits, self.task)

    def route(self, name: str) -> RouteResult:
        return next(result for result in self.routes if result.name == name)
