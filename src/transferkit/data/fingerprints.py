"""Whether two runs have the same rows: a hash over splits, of what their task reads of them."""

import hashlib

from transferkit.data import content
from transferkit.data.columns import TaskColumns
from transferkit.table.splits import Splits


def of(splits: Splits, task: TaskColumns) -> str:
    """Changes when any input, target or assignment to a split changes."""
    digest = hashlib.blake2b(digest_size=16)
    for rows in (splits.train, splits.validation, splits.test):
        inputs = content.inputs(rows, task)
        targets = [cells for name, cells in rows.columns.items() if name not in inputs]
        for identity, *target in zip(content.identities(rows, task), *targets, strict=True):
            digest.update(f"{identity}={','.join(map(str, target))};".encode())
        digest.update(b"|")
    return digest.hexdigest()


def of_unlabelled(splits: Splits, task: TaskColumns) -> str:
    """Of the unlabelled rows; "" where there are none."""
    known = content.identities(splits.unlabelled, task) if splits.unlabelled is not None else []
    return hashlib.blake2b("".join(known).encode(), digest_size=16).hexdigest() if known else ""
