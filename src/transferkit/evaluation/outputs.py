"""`Predictions.outputs` of whatever form (numbers, texts, spans with both): kept as JSON, compared, with gaps.

The one place that knows of their dtypes, so that a new form of answers needs none of its own elsewhere.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Outputs = npt.NDArray[Any]
_TIE = 1e-5
_WRITTEN_OTHERWISE = 0.1


def as_json(outputs: Outputs) -> dict[str, Any]:
    """JSON values from which `from_json` makes the same array."""
    return {"dtype": [list(field) for field in outputs.dtype.descr], "values": outputs.tolist()}


def from_json(kept: dict[str, Any]) -> Outputs:
    """What `as_json` was given."""
    names = [name for name, _ in kept["dtype"]]
    if names == [""]:
        return np.asarray(kept["values"], dtype=kept["dtype"][0][1])
    return np.array([tuple(row) for row in kept["values"]], dtype=[(name, kind) for name, kind in kept["dtype"]])


def spread(outputs: Outputs, there: npt.NDArray[np.bool_]) -> Outputs:
    """`outputs`, a line per true one of `there`, with lines of nothing (NaN, "", 0) where it is false."""
    out = np.zeros((len(there), *outputs.shape[1:]), dtype=outputs.dtype)
    for part in _parts(out):
        if part.dtype.kind == "f":
            part[...] = np.nan
    out[there] = outputs
    return out


def gathered(parts: Sequence[tuple[npt.NDArray[np.int64], Outputs]]) -> tuple[npt.NDArray[np.int64], Outputs]:
    """Outputs for rows at some positions each, as one for all of these positions, which are given in order too."""
    positions = np.concatenate([where for where, _ in parts])
    arrays = [array for _, array in parts]
    most = max(array.shape[1] for array in arrays) if arrays[0].ndim > 1 else 0
    if arrays[0].ndim > 2:  # (rows, most words, tags): another number of words in every part
        arrays = [np.pad(a, ((0, 0), (0, most - a.shape[1]), (0, 0)), constant_values=np.nan) for a in arrays]
    kinds = [array.dtype for array in arrays]
    if kinds[0].names:
        kind = np.dtype([(name, np.result_type(*(fields[name] for fields in kinds))) for name in kinds[0].names])
        arrays = [array.astype(kind) for array in arrays]
    order = np.argsort(positions, kind="stable")
    return positions[order], np.concatenate(arrays)[order]


def gap(outputs: Outputs, expected: Outputs) -> float:
    """The largest difference of two predictions for the same rows: of numbers relative to those above one, of texts
    infinite; 0 where both say the same. Two spans that score the same are the same, and of texts that a model writes
    one in ten may differ: on another device a near-tie between tokens falls the other way."""
    if outputs.shape != expected.shape or outputs.dtype.names != expected.dtype.names:
        return float("inf")
    pairs = list(zip(_parts(outputs), _parts(expected), strict=True))
    numbers = [_relative(a, b) for a, b in pairs if a.dtype.kind == "f"]
    largest = max((float(difference.max(initial=0)) for difference in numbers), default=0.0)
    tied = numbers[0] < _TIE if outputs.dtype.names and numbers else np.zeros(outputs.shape, dtype=bool)
    allowed = 0.0 if outputs.dtype.names else _WRITTEN_OTHERWISE
    differ = any(bool(((a != b) & ~tied).mean() > allowed) for a, b in pairs if a.dtype.kind != "f" and len(a))
    return float("inf") if differ else largest


def _relative(outputs: Outputs, expected: Outputs) -> Outputs:
    """NaN where just one of them is."""
    both = np.isnan(outputs) & np.isnan(expected)
    return np.where(both, 0, np.abs(outputs - expected) / np.maximum(np.abs(expected), 1))


def _parts(outputs: Outputs) -> list[Outputs]:
    return [outputs] if outputs.dtype.names is None else [outputs[name] for name in outputs.dtype.names]
