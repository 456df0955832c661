"""Linear machines on sparse vectors: support vectors for labels, ridge regression for numbers."""

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from sklearn.linear_model import Ridge
from sklearn.svm import LinearSVC

from transferkit.arrays import Floats

_TOLERANCE = 1e-2  # at scikit-learn's 1e-4 the answers are the same, after several times the steps
_NEVER = -30.0

Weights = tuple[Floats, Floats]
"""(terms, labels) and (labels,): scores are inputs @ weights + bias."""


def fitted(
    inputs: csr_matrix, targets: npt.NDArray[Any], labels: int, strength: float, weights: Floats | None = None
) -> Weights:
    """The machine for `targets`: labels as integers (rows,), label sets (rows, labels), or numbers (rows,).

    `strength` is C, what an error costs, times the weight of its row if there are `weights` (rows,). A label that no
    row has, or every one, gets a constant score.
    """
    if targets.dtype == np.int64:
        return _of_labels(inputs, targets, labels, strength, weights)
    if targets.ndim == 1:
        machine = Ridge(alpha=1 / strength, solver="sparse_cg", random_state=0).fit(inputs, targets, weights)
        return machine.coef_[:, None], np.array([machine.intercept_])
    columns = [_one_sided(inputs, column > 0, strength, weights) for column in targets.T]
    return np.stack([coefficients for coefficients, _ in columns], axis=1), np.array([bias for _, bias in columns])


def _of_labels(
    inputs: csr_matrix, targets: npt.NDArray[Any], labels: int, strength: float, weights: Floats | None
) -> Weights:
    whole, bias = np.zeros((inputs.shape[1], labels)), np.full(labels, _NEVER)
    there = np.unique(targets)
    if len(there) == 1:
        bias[there] = 1.0
        return whole, bias
    machine = _machine(strength).fit(inputs, targets, weights)
    coefficients, shift = machine.coef_.T, machine.intercept_
    if len(there) == 2:
        coefficients, shift = np.hstack([-coefficients, coefficients]), np.concatenate([-shift, shift])
    whole[:, there], bias[there] = coefficients, shift
    return whole, bias


def _one_sided(
    inputs: csr_matrix, members: npt.NDArray[np.bool_], strength: float, weights: Floats | None
) -> tuple[Floats, float]:
    if members.all() or not members.any():
        return np.zeros(inputs.shape[1], dtype=np.float32), 1.0 if members.all() else -1.0
    machine = _machine(strength).fit(inputs, members, weights)
    return machine.coef_[0], float(machine.intercept_[0])


def _machine(strength: float) -> Any:
    return LinearSVC(C=strength, tol=_TOLERANCE, random_state=0)
