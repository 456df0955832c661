"""What the estimators that learn by a route have in common: parameters, fitting, and what a trained model gives."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Self, TypeVar

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from transferkit import messages
from transferkit.errors import DataError
from transferkit.fitting import labelled, route_options, seen, texts, training
from transferkit.fitting.refusals import refusing
from transferkit.fitting.settings import RouteSettings, checked
from transferkit.fitting.targets import Targets
from transferkit.table import prose

T = TypeVar("T", bound=Targets)


class TextEstimator(BaseEstimator):  # type: ignore[misc]
    """Parameters as in `TransferClassifier`. An option of the route is a parameter of its own, `options__NAME`."""

    def __init__(
        self,
        model: str | None = None,
        route: str = "feature_transfer",
        options: Mapping[str, Any] | None = None,
        max_length: int | None = None,
        precision: str = "auto",
        validation_size: float = 0.1,
        random_state: int | np.random.RandomState | None = 0,
        cache_dir: str | Path | None = None,
        offline: bool = False,
        trust_remote_code: bool = False,
        verbose: int = 0,
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
        self.verbose = verbose

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The parameters by name, and if `deep` the options of the route as `options__NAME`."""
        own: dict[str, Any] = super().get_params(deep)
        return {**own, **route_options.every(self.route, self.options)} if deep else own

    def set_params(self, **params: Any) -> Self:
        """Set parameters by name, and options of the route as `options__NAME`: others keep the value they have.

        Raises `ValueError` for a parameter or an option that there is not.
        """
        prefix = route_options.PREFIX
        super().set_params(**{name: value for name, value in params.items() if not name.startswith(prefix)})
        changes = {name.removeprefix(prefix): value for name, value in params.items() if name.startswith(prefix)}
        if changes:
            self.options = route_options.changed(self.route, self.options, changes)
        return self

    def _get_params_html(self, deep: bool = True, doc_link: str = "") -> Any:
        """Without the options, all of which scikit-learn would show as set."""
        return super()._get_params_html(False, doc_link) if doc_link else super()._get_params_html(False)

    def _learn(self, x: Any, targets: T, groups: Any, times: Any, sample_weight: Any) -> T:
        """Train on texts with `targets`; those that were learned from."""
        settings = checked(RouteSettings, self.get_params(deep=False))
        given = texts.read(x)
        if len(targets) != len(given.rows):
            many = prose.counted(len(given.rows), "text")
            raise DataError(f"expected a label for each of {many}, found {len(targets)}")
        if not len(targets):
            raise DataError("expected texts to learn from, found none")
        rows = labelled.with_memberships(given.rows, {"group": groups, "time": times})
        rows, kept = labelled.weighted(rows, sample_weight)
        targets = targets.take(kept)
        task = targets.task
        rows = replace(rows, columns={**rows.columns, task.target: targets.cells})
        with messages.shown(bool(settings.verbose)):
            self.outcome_ = training.trained(rows, task, settings)
        self.predictor_ = self.outcome_.predictor
        seen.note(self, given)
        return targets

    def _outputs(self, x: Any) -> Any:
        """What the trained model says of texts, as its task has it: (texts, ...)."""
        check_is_fitted(self, "predictor_")
        with refusing(), messages.shown(bool(self.verbose)):
            return np.asarray(self.predictor_.predict(seen.again(self, x)).outputs)

    def __sklearn_tags__(self) -> Any:
        return seen.as_texts(super().__sklearn_tags__())
