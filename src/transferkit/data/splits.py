"""`Splits`: what `data` hands to everything downstream."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from transferkit.data.rows import Rows


@dataclass(frozen=True)
class Finding:
    """One thing the audit noticed, what it touches and what was done about it.

    `rows` are 1-based row numbers in the file; `kind` is one of duplicates, near-duplicates, leaks,
    near-leaks, shared-texts, label-conflicts, empty, empty-pairs, unlabelled, alike-labels, respelt-labels,
    rare-labels, unlearned-labels, balance, groups, shared-groups, time, looking-ahead, parted-groups, truncation,
    unfinished-answers, constant, encoding, unknown-texts, one-word-rows, parted-words, overlapping-entities,
    other-entities, blank-ends.
    `severity` is info, warning or fixed.
    """

    kind: str
    severity: str
    message: str
    rows: tuple[int, ...] = ()
    action: str = ""


@dataclass(frozen=True)
class Audit:
    """Findings plus the plain counts they rest on (JSON values only)."""

    findings: tuple[Finding, ...] = ()
    counts: Mapping[str, Any] = field(default_factory=dict)

    def of(self, kind: str) -> list[Finding]:
        return [finding for finding in self.findings if finding.kind == kind]


@dataclass(frozen=True)
class Splits:
    """Train, validation and test rows with the audit that made them disjoint.

    `test` is touched once, at the end. `columns` maps canonical names of inputs and target to the names in the source.
    Rows may have the columns `group` and `time` too, which no model sees.
    `unlabelled` has the rows without a target that stand in no other split, for distillation. Where `folds` is not 0,
    train and validation rows are cross-validated in so many parts; then `test` may be empty.
    """

    train: Rows
    validation: Rows
    test: Rows
    audit: Audit
    columns: Mapping[str, str] = field(default_factory=dict)
    unlabelled: Rows | None = None
    folds: int = 0

    @property
    def labelled(self) -> Rows:
        """Train and validation rows."""
        return self.train.join(self.validation) if len(self.validation) else self.train

    @property
    def words(self) -> str:
        """How many rows are for what."""
        train, validation, test = map(len, (self.train, self.validation, self.test))
        if not self.folds:
            return f"{train:,} rows to train, {validation:,} to validate, {test:,} to test"
        held_out = f", {test:,} to test" if test else ""
        return f"{train + validation:,} rows to cross-validate in {self.folds} parts{held_out}"

    @property
    def unlabelled_fingerprint(self) -> str:
        """Of the unlabelled rows; "" where there are none."""
        keys = self.unlabelled.keys() if self.unlabelled is not None else ()
        return hashlib.blake2b("".join(keys).encode(), digest_size=16).hexdigest() if len(keys) else ""

    @property
    def fingerprint(self) -> str:
        """Changes when any input, target or assignment to a split changes."""
        digest = hashlib.blake2b(digest_size=16)
        for rows in (self.train, self.validation, self.test):
            targets = [cells for name, cells in rows.columns.items() if name not in ("text", "text_pair")]
            for key, *target in zip(rows.keys(), *targets, strict=True):
                digest.update(f"{key}={','.join(map(str, target))};".encode())
            digest.update(b"|")
        return digest.hexdigest()
