"""A text classifier."""

from typing import Any, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import ClassifierMixin
from sklearn.metrics import accuracy_score

from transferkit.arrays import Doubles
from transferkit.fitting import label_sets, labels
from transferkit.fitting.estimator import TextEstimator
from transferkit.fitting.refusals import refusing
from transferkit.tasks import multi_label_classification


class TransferClassifier(ClassifierMixin, TextEstimator):  # type: ignore[misc]
    """A text classifier made from a pretrained model by one transfer route.

    A text has one label, or several: where `y` is a matrix of 0 and 1 with a column for every label, or holds lists of
    labels. Answers come in the form of `y`, and labels in their type.

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
    classes_ : ndarray of shape (n_classes,), or list of ndarray
        The labels, in the type they were given in and in the order of the columns of `predict_proba`. Where `y` was a
        matrix of 0 and 1, the two classes of every column, as of other multilabel classifiers.
    labels_ : ndarray of shape (n_labels,)
        Only with several labels per text: their names, which are the columns of a DataFrame, the labels of lists, or
        numbers from 0.
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
    TransferRegressor : The same for numbers.
    TransferFeatures : Features of a frozen model, to be combined with other columns.

    Examples
    --------
    >>> from transferkit import TransferClassifier
    >>> model = TransferClassifier().fit(["good film", "bad film"] * 9, [1, 0] * 9)  # doctest: +SKIP
    >>> model.predict(["a very good film"])                                           # doctest: +SKIP
    array([1])
    """

    def fit(
        self,
        X: Any,  # noqa: N803 (scikit-learn's name)
        y: Any,
        groups: Any = None,
        times: Any = None,
        sample_weight: Any = None,
    ) -> Self:
        """Train on labelled texts.

        Parameters
        ----------
        X : list, array, Series or DataFrame of n_samples texts
            Two columns, or (text, text_pair) tuples, are pairs of texts.
        y : array-like of shape (n_samples,) or (n_samples, n_labels), or list of lists
            A label for each; or 0 or 1 for every label, also sparse; or a list of labels for each.
        groups : array-like of shape (n_samples,), default=None
            A value per text, such as a customer. Texts with the same one stay together, in the validation rows and in
            a cross-validation of the route; None is a group of its own.
        times : array-like of shape (n_samples,), default=None
            A number or date per text: the validation rows are the latest. With groups as well, texts that would break
            either are left out.
        sample_weight : array-like of shape (n_samples,) or number, default=None
            How much a text counts in training, from 0 on. Only ratios matter; texts of weight 0 are left out. Scores
            on validation rows count every text once.

        Returns
        -------
        self : TransferClassifier

        Raises
        ------
        ValueError
            Where texts, labels, weights or parameters cannot be used.
        """
        with refusing():
            if label_sets.are_several(y):
                sets = self._learn(X, label_sets.read(y), groups, times, sample_weight)
                self._several, self._as_lists = True, sets.as_lists
                self.labels_ = sets.names
                self.classes_ = sets.names if sets.as_lists else [np.array([0, 1]) for _ in sets.names]
            else:
                self._several, self._as_lists = False, False
                self.classes_ = self._learn(X, labels.read(y), groups, times, sample_weight).classes
                if hasattr(self, "labels_"):  # of an earlier fit
                    del self.labels_
        return self

    def predict(self, X: Any) -> npt.NDArray[Any]:  # noqa: N803
        """The most probable class of every text, (n_samples,); of several labels those that it is given, in the form
        of `y`: 0 and 1, (n_samples, n_labels), or an array of lists."""
        outputs = self._outputs(X)
        if self._several:
            given = multi_label_classification.given(outputs, len(self.labels_))
            return label_sets.answers(given, self.labels_, self._as_lists)
        answers: npt.NDArray[Any] = self.classes_[labels.probabilities(outputs).argmax(axis=1)]
        return answers

    def predict_proba(self, X: Any) -> Doubles:  # noqa: N803
        """(n_samples, n_classes), rows summing to one; of several labels that of each, which `predict` gives from a
        threshold of the model's own on."""
        outputs = self._outputs(X)
        if self._several:
            return np.asarray(outputs[:, : len(self.labels_)], dtype=np.float64)
        return labels.probabilities(outputs)

    def predict_log_proba(self, X: Any) -> Doubles:  # noqa: N803
        """The logarithms of `predict_proba`."""
        return labels.logs(self.predict_proba(X))

    def decision_function(self, X: Any) -> Doubles:  # noqa: N803
        """Of two classes the log-odds of the second, (n_samples,); of more the log-probabilities, (n_samples,
        n_classes); of several labels the log-odds of each, moved so that `predict` gives those from 0 on."""
        outputs = self._outputs(X)
        return label_sets.decisions(outputs) if self._several else labels.decisions(outputs)

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:  # noqa: N803
        """The accuracy on texts with labels `y`: of several labels, the share of texts that are given all of theirs
        and no others."""
        found = self.predict(X)
        if not self._as_lists:
            return float(accuracy_score(y, found, sample_weight=sample_weight))
        with refusing():
            truth, answers = (label_sets.flags(cells, self.labels_) for cells in (y, found))
        answers = np.pad(answers, ((0, 0), (0, truth.shape[1] - answers.shape[1])))
        return float(accuracy_score(truth, answers, sample_weight=sample_weight))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags
