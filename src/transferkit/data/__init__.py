"""Rows in, disjoint and audited splits out.

`read`, `read_splits` and `stream` give raw tables, `canonical` maps their columns to a task's,
`prepare` makes `Splits` of them, `look` says what they would be read as (`unusable` where they cannot).
"""

from transferkit.data.audit import truncation
from transferkit.data.columns import canonical, explicit
from transferkit.data.overview import unusable
from transferkit.data.partition import part_of_folds
from transferkit.data.preparation import look, naive_split, prepare
from transferkit.reading.files import read, read_splits, stream
from transferkit.table.rows import Rows, from_texts
from transferkit.table.splits import Audit, Finding, Overview, Splits

__all__ = [
    "Audit",
    "Finding",
    "Overview",
    "Rows",
    "Splits",
    "canonical",
    "explicit",
    "from_texts",
    "look",
    "naive_split",
    "part_of_folds",
    "prepare",
    "read",
    "read_splits",
    "stream",
    "truncation",
    "unusable",
]
