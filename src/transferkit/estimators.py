"""Transfer routes as scikit-learn estimators."""

import tempfile
from collections.abc import Mapping, Set
from dataclasses import replace
from numbers import Real
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
import numpy.typing as npt
from pydantic import ValidationError
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.model_selection import train_test_split
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted

from transferkit import precision_choice, routes, sources, tasks
from transferkit.arrays import Floats
from transferkit.cache import spaces
from transferkit.config import AUTO, Length, Precision, RouteConfig, Seed, Share, Strict
from transferkit.context import Context
from transferkit.data import content, memberships, splitting, weights
from transferkit.data.given_texts import rows_of
from transferkit.data.labels import written
from transferkit.disk import room_for
from transferkit.errors import ConfigError, DataError, shown
from transferkit.places import CacheFolder, Place, cache_folder
from transferkit.routes import Outcome, Plan
from transferkit.sources.backbone import Backbone
from transferkit.sources.hush import hushed
from transferkit.sources.precision import require_possible
from transferkit.table.column_names import GROUP, TIME, WEIGHT
from transferkit.table.rows import Rows
from transferkit.table.values import missing
from transferkit.tasks import Task
from transferkit.violations import explain

_WAY_ON = "or let the environment's TMPDIR name another disk, and fit again"


class Settings(Strict):
    """What the parameters of an estimator may be; they are checked where it is fitted."""

    model: Place
    route: str
    options: dict[str, Any] | None = None
    max_length: Length | None = None
    precision: Precision | Literal["auto"] = AUTO
    validation_size: Share = 0.1
    random_state: Seed = 0
    cache_dir: CacheFolder | None = None
    offline: bool = False
    trust_remote_code: bool = False


class TransferClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A text classifier made from a pretrained model by one transfer route.

    Parameters
    ----------
    model : str, default="all-MiniLM-L6-v2"
        Catalogue or hub name, folder, GGUF file or wheel:// address.
    route : str, default="feature_transfer"
        How the model is transferred: `baseline`, `feature_transfer`, `full`, `top_layers`, `lora` ...
        One that needs a teacher takes the folder of a saved model: `options={"teachers": ["runs/a/models/full"]}`.
    options : dict or None, default=None
        Options of the route, such as `{"epochs": 3}`.
    max_length : int or None, default=None
        Tokens per text; None for as many as the model takes.
    precision : {"auto", "fp32", "bf16", "fp16"}, default="auto"
        Of matrix products in the pretrained model; "auto" takes bf16 where this machine multiplies it faster.
    validation_size : float, default=0.1
        Share of the training texts on which training stops; 0 for none.
    random_state : int, default=0
        Seed of heads, batches and the validation rows.
    cache_dir : str, path or None, default=None
        Cache folder; features of texts seen before are read from it, so folds of a cross-validation share them.
    offline : bool, default=False
        Never touch the network.
    trust_remote_code : bool, default=False
        Run the Python code that a model's folder brings along.

    Attributes
    ----------
    classes_ : ndarray
        The labels, in the type they were given in and in the order of the columns of `predict_proba`.
    predictor_ : Predictor
        The trained model; `predictor_.save(folder)` writes what `transferkit.load` reads.
    outcome_ : Outcome
        Also how it was trained: method, seconds, settings, history and notes.

    Examples
    --------
    >>> from transferkit import TransferClassifier
    >>> model = TransferClassifier().fit(["good film", "bad film"] * 9, [1, 0] * 9)  # doctest: +SKIP
    >>> model.predict(["a very good film"])                                           # doctest: +SKIP
    array([1])
    """

    def __init__(
        self,
        model: str = "all-MiniLM-L6-v2",
        route: str = "feature_transfer",
        options: Mapping[str, Any] | None = None,
        max_length: int | None = None,
        precision: str = "auto",
        validation_size: float = 0.1,
        random_state: int = 0,
        cache_dir: str | Path | None = None,
        offline: bool = False,
        trust_remote_code: bool = False,
    ) -> None:
        self.model = model
        self.route = route
        self.options = options
        self.max_length = max_length
        self.precision = precision
        self.validation_size = validation_size
        self.random_state = random_state
        self.cache_dir = cache_dir
        self.offline = offline
        self.trust_remote_code = trust_remote_code

    def fit(
        self,
        X: Any,  # noqa: N803 (scikit-learn's name)
        y: Any,
        groups: Any = None,
        times: Any = None,
        sample_weight: Any = None,
    ) -> Self:
        """Train on texts, or (text, text_pair) tuples, and a label for each.

        `groups` has a value per text, such as a customer: those with the same one are never parted, neither for the
        validation rows nor in a cross-validation of the route; None is a group of its own. `times` has a number or date
        per text: the validation rows are the latest, and with both, texts that would break either are left out.
        `sample_weight` has a number from 0 on per text, or is one for all: how much a text counts in training. Only
        ratios matter, and texts of weight 0 are left out. Scores on validation rows count every text once.
        """
        settings = _checked(self.get_params(deep=False))
        rows, labels = rows_of(X), _labels_of(y)
        if len(labels) != len(rows):
            raise DataError(f"expected a label for each of {len(rows)} texts, found {len(labels)}")
        rows = Rows({**rows.columns, "label": [written(label) for label in labels]}, rows.numbers)
        rows = _with_memberships(rows, {GROUP: groups, TIME: times})
        rows, labels = _weighed(rows, labels, sample_weight)
        self.classes_ = np.unique(labels)
        if len(self.classes_) < 2:
            raise DataError(f"expected at least two classes, found only {self.classes_.tolist()}")
        plan = routes.resolve(RouteConfig(name=settings.route, options=settings.options or {}))
        with hushed(), tempfile.TemporaryDirectory(prefix="transferkit-") as folder, room_for(Path(folder), _WAY_ON):
            self.outcome_ = _run(plan, self._context(rows, Path(folder), settings))
        self.predictor_, self.takes_pairs_ = self.outcome_.predictor, "text_pair" in rows
        return self

    def predict(self, X: Any) -> npt.NDArray[Any]:  # noqa: N803
        """The most probable class of every text."""
        best = self.predict_proba(X).argmax(axis=1)
        answers: npt.NDArray[Any] = self.classes_[best]
        return answers

    def predict_proba(self, X: Any) -> Floats:  # noqa: N803
        """(texts, classes), rows summing to one."""
        check_is_fitted(self, "predictor_")
        return np.asarray(self.predictor_.predict(rows_of(X, self.takes_pairs_)).outputs)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        return tags

    def _context(self, rows: Rows, folder: Path, settings: Settings) -> Context:
        cache_dir = cache_folder(self.cache_dir)

        def load(name: str) -> Backbone:
            return sources.load(
                name, cache_dir=cache_dir, offline=self.offline, trust_remote_code=self.trust_remote_code
            )

        require_possible(settings.precision)
        backbone = precision_choice.of_one(load(self.model), settings.precision)
        if self.max_length and self.max_length > backbone.max_length:
            raise ConfigError(f"max_length {self.max_length}: {self.model} takes at most {backbone.max_length} tokens")
        task = replace(tasks.get("text-classification"), labels=tuple(written(label) for label in self.classes_))
        learn, check = _parted(rows, task, self.validation_size, self.random_state)
        return Context(
            train=rows.take(learn),
            validation=rows.take(check),
            task=task,
            backbone=backbone,
            cache=spaces.of(cache_dir),
            folder=folder / "checkpoints",
            seed=self.random_state,
            # The same in every fold, whatever its longest text, or no fold would find another's features.
            max_length=self.max_length or backbone.max_length,
            load_backbone=lambda name: replace(load(name), precision=backbone.precision),
        )


def _checked(parameters: Mapping[str, Any]) -> Settings:
    options = parameters["options"]
    values = {**parameters, "options": dict(options) if isinstance(options, Mapping) else options}
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        raise ConfigError(explain(error)) from None


def _labels_of(y: Any) -> npt.NDArray[Any]:
    """`y` as an array of one dimension; `DataError` for what is no list of labels."""
    if isinstance(y, str | bytes | Mapping | Set) or not hasattr(y, "__len__") or hasattr(y, "columns"):
        raise DataError(f"expected a list of labels, found {shown(y, 60)}")
    if isinstance(y, np.ndarray) and y.ndim > 1 and y.size != len(y):
        raise DataError(f"expected one label per text, found an array of shape {y.shape}")
    listed = list(y.ravel()) if isinstance(y, np.ndarray) else list(y)
    for number, label in enumerate(listed, start=1):
        if missing(label):
            raise DataError(f"expected a label for every text, found none for item {number}; leave it out")
        if not isinstance(label, str | int | float | np.generic):
            raise DataError(f"expected text or numbers as labels, found {shown(label, 60)} for item {number}")
    labels = np.asarray(listed)
    try:
        check_classification_targets(labels)
    except ValueError as error:
        raise DataError(f"expected labels of classes; scikit-learn says: {str(error).split('. ')[0]}") from None
    return labels


def _run(plan: Plan, context: Context) -> Outcome:
    reason = plan.why_not(context)
    if reason:
        raise ConfigError(f"{plan.title} does not apply here: {reason}")
    return plan.run(context)


def _with_memberships(rows: Rows, cells_by_name: Mapping[str, Any]) -> Rows:
    """`rows` with the columns of groups and times in `cells_by_name`."""
    columns = {name: list(values) for name, values in cells_by_name.items() if values is not None}
    for name, cells in columns.items():
        if len(cells) != len(rows):
            raise DataError(f"expected {name}s for each of {len(rows)} texts, found {len(cells)}")
    named = {name: f"{name}s" for name in columns}
    return memberships.read(replace(rows, columns={**rows.columns, **columns}), named)


def _weighed(rows: Rows, labels: npt.NDArray[Any], sample_weights: Any) -> tuple[Rows, npt.NDArray[Any]]:
    """`rows` with weights, and their `labels`, without those of weight 0."""
    if sample_weights is None:
        return rows, labels
    one, expected = isinstance(sample_weights, Real), f"expected a weight for each of {len(rows)} texts"
    if getattr(sample_weights, "ndim", 1) != 1 and not one:
        raise DataError(f"{expected}, found an array of shape {sample_weights.shape}")
    if not one and (isinstance(sample_weights, str | bytes | Mapping | Set) or not hasattr(sample_weights, "__len__")):
        raise DataError(f"{expected}, found {shown(sample_weights, 60)}")
    cells = [sample_weights] * len(rows) if one else list(sample_weights)
    if len(cells) != len(rows):
        raise DataError(f"{expected}, found {len(cells)}")
    rows = weights.read(replace(rows, columns={**rows.columns, WEIGHT: cells}), {WEIGHT: "sample_weight"})
    kept = [i for i, weight in enumerate(rows[WEIGHT]) if weight]
    return rows.take(kept), labels[kept]


def _parted(rows: Rows, task: Task, size: float, seed: int) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Positions to train and to validate on; no validation where it could not have a row of every class."""
    everything, labels = np.arange(len(rows)), np.asarray(task.references(rows))
    counts, wanted = np.unique(labels, return_counts=True)[1], round(size * len(rows))
    if not size or counts.min() < 2 or wanted < len(counts):
        return everything, everything[:0]
    groups = content.groups(rows, task)
    if content.ordered_in_time(rows):
        held, left_out = splitting.latest(rows[TIME], groups, max(wanted, splitting.MINIMUM))
        kept = ~held & ~left_out
        # A class of the latest rows alone has to be learned, so that nothing is left to validate on.
        whole = len(np.unique(labels[kept])) < len(counts)
        return (everything, everything[:0]) if whole else (everything[kept], everything[held])
    if GROUP in rows:
        names = list(rows[task.target])
        held = splitting.hold_out(groups, names, wanted, seed, [[name] for name in names])
        return everything[~held], everything[held]
    learn, check = train_test_split(everything, test_size=size, random_state=seed, stratify=labels)
    return np.sort(learn), np.sort(check)
