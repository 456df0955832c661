"""Frozen features of texts as a transformer."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from transferkit import messages
from transferkit.arrays import Floats
from transferkit.errors import DataError
from transferkit.fitting import models, seen, texts
from transferkit.fitting.frozen import Frozen
from transferkit.fitting.refusals import refusing
from transferkit.fitting.settings import FeatureSettings, checked


class TransferFeatures(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """What a frozen pretrained model says of texts, as columns of numbers.

    Nothing is learned: `fit` finds the model, and `transform` reads every text once, whatever it is asked for later,
    since the states of all layers are kept in the cache. Estimators on numbers do the rest, and `ColumnTransformer`
    and `FeatureUnion` put other columns beside the text. Vectors are not scaled to length one; put
    `sklearn.preprocessing.Normalizer` behind for cosines.

    Parameters
    ----------
    model : str or None, default=None
        Catalogue or hub name, folder, GGUF file or wheel:// address. None takes all-MiniLM-L6-v2, or
        multilingual-e5-small for texts that it does not know, such as Chinese ones.
    layers : int, list of int or "all", default=-1
        Layers whose states are features, side by side. 0 are the embeddings, 1 is the first layer, and numbers below 0
        count from the end: -1 is what the model itself returns.
    pooling : str or None, default=None
        mean, cls, max, lasttoken ..., or several of them joined by +; None for the model's own.
    max_length : int or None, default=None
        Tokens per text; None for as many as the model takes. What is longer is cut.
    precision : {"auto", "fp32", "bf16", "fp16"}, default="auto"
        Of matrix products; "auto" takes bf16 where this machine multiplies it faster.
    cache_dir : str, path or None, default=None
        Cache folder; features of texts seen before are read from it.
    offline : bool, default=False
        Never touch the network.
    trust_remote_code : bool, default=False
        Run the Python code that a model's folder brings along.
    verbose : int, default=0
        Above 0, progress is shown.

    Attributes
    ----------
    model_ : str
        The name of the model.
    layers_ : tuple of int
        The layers, counted from 0.
    n_features_in_ : int
        1 for texts, 2 for pairs of texts.
    feature_names_in_ : ndarray of str
        Names of the columns, where `fit` was given a DataFrame.

    See Also
    --------
    TransferClassifier : With the route "feature_transfer", a head on features of the best layers.

    Examples
    --------
    >>> from sklearn.compose import ColumnTransformer
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import OneHotEncoder, StandardScaler
    >>> from transferkit import TransferFeatures
    >>> columns = ColumnTransformer([
    ...     ("text", TransferFeatures(), "review"),
    ...     ("number", StandardScaler(), ["price"]),
    ...     ("category", OneHotEncoder(handle_unknown="ignore"), ["shop"]),
    ... ])
    >>> model = make_pipeline(columns, LogisticRegression(max_iter=1000))
    """

    def __init__(
        self,
        model: str | None = None,
        layers: int | Sequence[int] | str = -1,
        pooling: str | None = None,
        max_length: int | None = None,
        precision: str = "auto",
        cache_dir: str | Path | None = None,
        offline: bool = False,
        trust_remote_code: bool = False,
        verbose: int = 0,
    ) -> None:
        self.model = model
        self.layers = layers
        self.pooling = pooling
        self.max_length = max_length
        self.precision = precision
        self.cache_dir = cache_dir
        self.offline = offline
        self.trust_remote_code = trust_remote_code
        self.verbose = verbose

    def fit(self, X: Any, y: Any = None) -> Self:  # noqa: N803 (scikit-learn's name)
        """Find the model.

        Parameters
        ----------
        X : list, array, Series or DataFrame of n_samples texts
            Two columns, or (text, text_pair) tuples, are pairs of texts, which are read together.
        y : None
            Ignored.

        Returns
        -------
        self : TransferFeatures

        Raises
        ------
        ValueError
            Where texts or parameters cannot be used.
        """
        with refusing():
            settings = checked(FeatureSettings, self.get_params(deep=False))
            given = texts.read(X)
            if not len(given.rows):
                raise DataError("expected texts to choose a model for, found none")
            self._frozen = Frozen(settings, models.chosen(settings, given.rows))
            self.model_, self.layers_ = self._frozen.backbone.name, self._frozen.layers
            seen.note(self, given)
        return self

    def transform(self, X: Any) -> Floats:  # noqa: N803
        """Features of texts, (n_samples, n_layers * width), layer after layer."""
        check_is_fitted(self, "layers_")
        with refusing(), messages.shown(bool(self.verbose)):
            return self._frozen.features(seen.again(self, X))

    def get_feature_names_out(self, input_features: Any = None) -> npt.NDArray[Any]:
        """`layer6_0`, `layer6_1` ...: the layer and the place in its vector. `input_features` are ignored."""
        check_is_fitted(self, "layers_")
        names = [f"layer{layer}_{i}" for layer in self.layers_ for i in range(self._frozen.width)]
        return np.asarray(names, dtype=object)

    def __sklearn_tags__(self) -> Any:
        tags = seen.as_texts(super().__sklearn_tags__())
        tags.transformer_tags.preserves_dtype = []
        return tags
