"""A text regressor."""

from typing import Any, Self

import numpy as np
from sklearn.base import RegressorMixin

from transferkit.arrays import Doubles
from transferkit.fitting import numbers
from transferkit.fitting.estimator import TextEstimator
from transferkit.fitting.refusals import refusing


class TransferRegressor(RegressorMixin, TextEstimator):  # type: ignore[misc]
    """A number for every text, by a model made from a pretrained one by one transfer route.

    Parameters
    ----------
    model : str or None, default=None
        Catalogue or hub name, folder, GGUF file or wheel:// address. None takes all-MiniLM-L6-v2, or
        multilingual-e5-small for texts that it does not know, such as Chinese ones.
    route : str, default="feature_transfer"
        How the model is transferred: `baseline`, `feature_transfer`, `full`, `top_layers`, `lora` ...
        One that needs a teacher takes the folder of a saved model: `options={"teachers": ["runs/a/models/full"]}`.
    options : dict or None, default=None
        Options of the route, such as `{"epochs": 3}`. Each is also a parameter of its own, `options__epochs`, for
        `set_params` and searches.
    max_length : int or None, default=None
        Tokens per text; None for as many as the model takes.
    precision : {"auto", "fp32", "bf16", "fp16"}, default="auto"
        Of matrix products in the pretrained model; "auto" takes bf16 where this machine multiplies it faster.
    validation_size : float, default=0.1
        Share of the training texts on which training stops; 0 for none.
    random_state : int, RandomState or None, default=0
        Seed of heads, batches and the validation rows; None draws another one in every fit.
    cache_dir : str, path or None, default=None
        Cache folder; features of texts seen before are read from it, so folds of a cross-validation share them.
    offline : bool, default=False
        Never touch the network.
    trust_remote_code : bool, default=False
        Run the Python code that a model's folder brings along.
    verbose : int, default=0
        Above 0, progress is shown.

    Attributes
    ----------
    n_features_in_ : int
        1 for texts, 2 for pairs of texts.
    feature_names_in_ : ndarray of str
        Names of the columns, where `fit` was given a DataFrame.
    predictor_ : Predictor
        The trained model; `predictor_.save(folder)` writes what `transferkit.load` reads.
    outcome_ : Outcome
        Also how it was trained: method, seconds, settings, history and notes.

    See Also
    --------
    TransferClassifier : The same for labels.

    Examples
    --------
    >>> from transferkit import TransferRegressor
    >>> model = TransferRegressor().fit(["good film", "bad film"] * 9, [4.5, 1.0] * 9)  # doctest: +SKIP
    >>> model.predict(["a very good film"]).shape                                        # doctest: +SKIP
    (1,)
    """

    def fit(
        self,
        X: Any,  # noqa: N803 (scikit-learn's name)
        y: Any,
        groups: Any = None,
        times: Any = None,
        sample_weight: Any = None,
    ) -> Self:
        """Train on texts with numbers.

        Parameters
        ----------
        X : list, array, Series or DataFrame of n_samples texts
            Two columns, or (text, text_pair) tuples, are pairs of texts.
        y : array-like of shape (n_samples,)
            A number for each.
        groups, times, sample_weight
            As in `TransferClassifier.fit`.

        Returns
        -------
        self : TransferRegressor

        Raises
        ------
        ValueError
            Where texts, numbers, weights or parameters cannot be used.
        """
        with refusing():
            self._learn(X, numbers.read(y), groups, times, sample_weight)
        return self

    def predict(self, X: Any) -> Doubles:  # noqa: N803
        """A number for every text, (n_samples,)."""
        return np.asarray(self._outputs(X)[:, 0], dtype=np.float64)
