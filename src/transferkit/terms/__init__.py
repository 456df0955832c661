"""Rows as sparse vectors that need no pretraining. One kind of terms, one file."""

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from transferkit.arrays import Floats, Ints
from transferkit.table.rows import Rows

Tensors = Mapping[str, npt.NDArray[Any]]


class Terms(Protocol):
    """Fitted terms. Nothing about them changes afterwards, so threads may share them."""

    @property
    def kind(self) -> str:
        """The file of this folder that they are from."""

    @property
    def size(self) -> int:
        """How many columns they have."""

    def vectors(self, rows: Rows) -> csr_matrix:
        """(rows, size)."""

    def facts(self) -> dict[str, Any]:
        """What `load` needs besides `tensors`, as JSON takes it."""

    def tensors(self) -> Tensors:
        """Arrays by name, for safetensors."""


def load(kind: str, facts: Mapping[str, Any], tensors: Tensors) -> Terms:
    """The terms whose facts and tensors these are. Raises `ValueError` where they do not fit each other."""
    member = _member(kind)
    found: Terms = member.load(member.Facts.model_validate(facts), tensors)
    return found


def integers(kind: str) -> str:
    """The name of the tensor of whole numbers that terms of this kind have; the other is `idf`."""
    return str(_member(kind).INTEGERS)


def _member(kind: str) -> Any:
    kinds = sorted(module.name for module in iter_modules(__path__))
    if kind not in kinds:
        raise ValueError(f"expected terms of the kind {', '.join(kinds)}, found {kind!r}")
    return import_module(f"{__name__}.{kind}")


def rising(name: str, numbers: Ints, below: int) -> Ints:
    """`numbers`, which must rise from 0 on and stay below `below`."""
    if len(numbers) and (numbers[0] < 0 or numbers[-1] >= below or (np.diff(numbers) <= 0).any()):
        raise ValueError(f"expected rising numbers from 0 to {below - 1} in {name}")
    return numbers


def table(row: Ints, column: Ints, shape: tuple[int, int]) -> csr_matrix:
    """How often every `column` is in every `row`, which is sorted."""
    bounds = np.searchsorted(row, np.arange(shape[0] + 1))
    counts = csr_matrix((np.ones(len(row), dtype=np.float32), column.astype(np.int32), bounds), shape)
    counts.sum_duplicates()
    return counts


def renumbered(counts: csr_matrix, kept: Ints) -> csr_matrix:
    """The columns `kept` of `counts`, in order: quicker than indexing where there are millions."""
    number = np.full(counts.shape[1], -1, dtype=np.int32)
    number[kept] = np.arange(len(kept))
    there = number[counts.indices] >= 0
    bounds = np.concatenate([[0], np.cumsum(there)])[counts.indptr]
    return csr_matrix((counts.data[there], number[counts.indices[there]], bounds), (counts.shape[0], len(kept)))


def frequent(counts: csr_matrix, most: int) -> Ints:
    """All columns that are in some row, or where there are more than `most`, those in the most rows."""
    rows_with = np.bincount(counts.indices, minlength=counts.shape[1])
    ordered = np.sort(rows_with)
    least = max(1, int(ordered[-most - 1]) + 1) if len(ordered) > most else 1
    return np.flatnonzero(rows_with >= least)


def rarity(counts: csr_matrix) -> Floats:
    """log((1 + rows) / (1 + rows with it)) + 1 for every column."""
    rows_with = np.bincount(counts.indices, minlength=counts.shape[1])
    return np.asarray(np.log((1 + counts.shape[0]) / (1 + rows_with)) + 1, dtype=np.float32)


def weighted(counts: csr_matrix, idf: Floats) -> csr_matrix:
    """(1 + log count) * idf, rows of length one."""
    weights = (1 + np.log(counts.data)) * idf[counts.indices]
    squares = np.concatenate([[0.0], np.cumsum(weights.astype(np.float64) ** 2)])
    lengths = np.sqrt(np.maximum(np.diff(squares[counts.indptr]), 1e-24))
    weights = np.asarray(weights / np.repeat(lengths, np.diff(counts.indptr)), dtype=np.float32)
    return csr_matrix((weights, counts.indices, counts.indptr), counts.shape)
