"""What an estimator has been fitted on, in scikit-learn's attributes, and whether it is given the same again."""

from typing import Any

import numpy as np

from transferkit.errors import DataError
from transferkit.fitting import texts
from transferkit.fitting.texts import Given
from transferkit.table.rows import Rows

_NAMES = "feature_names_in_"


def note(estimator: Any, given: Given) -> None:
    """Set `n_features_in_` (1 of texts, 2 of pairs) and `feature_names_in_`, where the texts stood in a table."""
    estimator.n_features_in_ = given.columns
    if given.names is not None:
        estimator.feature_names_in_ = np.asarray(given.names, dtype=object)
    elif hasattr(estimator, _NAMES):
        del estimator.feature_names_in_


def again(estimator: Any, x: Any) -> Rows:
    """`x` as rows. Raises `DataError` where it is not of the columns that `estimator` was fitted on."""
    given = texts.read(x, pairs=estimator.n_features_in_ == 2)
    known = tuple(getattr(estimator, _NAMES, ()))
    if known and given.names is not None and given.names != known:
        raise DataError(
            f"expected the columns {_listed(known)} as in fit, found {_listed(given.names)}; the feature names should "
            "match those that were passed during fit"
        )
    return given.rows


def _listed(names: tuple[str, ...]) -> str:
    return " and ".join(map(repr, names))


def as_texts(tags: Any) -> Any:
    """scikit-learn's `tags` of an estimator that takes texts instead of numbers."""
    tags.input_tags.string = True
    tags.input_tags.two_d_array = False
    return tags
