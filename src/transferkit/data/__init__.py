"""Rows in, disjoint and audited splits out.

`read`, `read_splits` and `stream` give raw tables, `canonical` maps their columns to a task's,
`prepare` makes `Splits` of them.
"""

from transferkit.data.audit import truncation
from transferkit.data.columns import canonical, explicit
from transferkit.data.partition import part_of_folds
from transferkit.data.preparation import naive_split, prepare
from transferkit.data.reading import read, read_splits, stream
from transferkit.data.rows import Rows, from_texts
from transferkit.data.splits import Audit, Finding, Splits

__all__ = [
    "Audit",
    "Finding",
    "Rows",
    "Splits",
    "canonical",
    "explicit",
    "from_texts",
    "naive_split",
    "part_of_folds",
    "prepare",
    "read",
    "read_splits",
    "stream",
    "truncation",
]
