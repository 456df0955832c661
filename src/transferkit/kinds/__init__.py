"""What an input of a task is: how its cells are read, told apart, compared and shown. One kind, one file."""

from collections.abc import Sequence
from importlib import import_module
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from transferkit.arrays import Ints


class Signatures(NamedTuple):
    """What several values have in common with others: all their features, and how many of these are of each.

    Features are hashed. Those of a value are distinct and sorted, one at least, and follow on those of the value
    before it.
    """

    features: npt.NDArray[np.uint32]
    counts: Ints


class Kind(Protocol):
    """What `data` and the report ask of an input; a task has one for each of its inputs.

    A value is what `read` makes of a cell, and what rows hold. A kind can be pickled.
    """

    @property
    def name(self) -> str:
        """What such an input is called in messages: text ..."""

    def read(self, cell: Any) -> Any:
        """The value of a cell, which may be empty (None, NaN). Raises `ValueError` saying what was expected and
        found."""

    def is_blank(self, value: Any) -> bool:
        """Whether there is nothing in it; rows whose inputs are blank are left out."""

    def key(self, value: Any) -> str:
        """Its normal form, without U+001F: equal exactly for duplicates."""

    def identity(self, value: Any) -> str:
        """What tells it from every other value, duplicates in another form too: goes into fingerprints."""

    def signatures(self, values: Sequence[Any], keys: Sequence[str]) -> Signatures:
        """What near-duplicates have in common, of many values at a time, given their `keys`: values are nearly the same
        whose features have a Jaccard similarity of 0.9 at least. Values of one key have the same features."""

    def shown(self, value: Any) -> str:
        """It in words: a cell of the report and of the table of predictions."""


def get(name: str) -> Kind:
    """The kind called `name`: the file of that name."""
    kind: Kind = import_module(f"{__name__}.{name}").KIND
    return kind
