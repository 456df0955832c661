"""Raw tables -> `Splits`: columns mapped, rows cleaned, splits made disjoint, everything reported."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from transferkit.config import DataConfig
from transferkit.data import audit, checks, content, folding, splitting
from transferkit.data.cleaning import clean, without_repeats
from transferkit.data.columns import TaskColumns, explicit
from transferkit.data.leaks import Part, separate
from transferkit.data.reading import split_name
from transferkit.data.rows import Rows
from transferkit.data.splits import Audit, Finding, Splits
from transferkit.data.unlabelled import gathered
from transferkit.errors import DataError

SPLITS = ("train", "validation", "test")
DEFAULT_TEST_SIZE = 0.1
_FEWEST_TO_PART = 10
UNLABELLED = "unlabelled"


def prepare(tables: Mapping[str, Rows], config: DataConfig, task: TaskColumns, seed: int) -> Splits:
    """Disjoint, audited splits of raw `tables` (a single one under any key, or train, validation, test).

    Missing test rows are held out of train, then validation rows likewise (none if `validation_size` is 0).
    Copies and, for one-label tasks, contradictory labels are resolved in train; train and validation rows that
    also stand in test are removed unless `keep_leaks`. Given test rows are never touched, save empty and
    unlabelled ones. Where rows are cross-validated (`config.folds`), no test rows are held out
    unless asked for. A table `unlabelled` adds to `Splits.unlabelled`. Raises `DataError`.
    """
    named = assigned(tables)
    extra = named.pop(UNLABELLED, None)
    single = len(named) == 1
    asked = explicit(task, config)
    cleaned = {name: clean(table, task, asked, "" if single else name) for name, table in named.items()}
    checks.same_columns(cleaned)
    given = {name: part.rows for name, part in cleaned.items()}
    checks.enough_classes(given["train"], task, cleaned["train"].columns)
    checks.same_labels(given, task)
    findings = [finding for part in cleaned.values() for finding in part.findings]
    findings += checks.repeats_in_test(given.get("test"), task)
    given["train"], repeats = without_repeats(given["train"], task, "" if single else "train")
    if "test" not in given or ("validation" not in given and config.validation_size > 0):
        repeats += checks.categories(given["train"], task, cleaned["train"].columns)
    folds = folding.folds_of(config, task, {name: len(rows) for name, rows in given.items()})
    if folds and config.test_size is None:
        given.setdefault("test", given["train"].take([]))
    parts, leaks = _disjoint(given, config, task, seed)
    checks.usable(parts, task, cleaned["train"].columns, cross_validated=bool(folds))
    findings += [*repeats, *leaks, *checks.shared_texts(parts, task, given), *_label_findings(parts, task)]
    spare = [part.unlabelled for name, part in cleaned.items() if name != "test"]
    unlabelled = gathered(spare, extra, parts, task, asked)
    counts = _counts(named, parts, findings, task) | {"unlabelled_kept": len(unlabelled or ())}
    return Splits(
        train=parts["train"],
        validation=parts["validation"],
        test=parts["test"],
        audit=Audit(tuple(findings), counts),
        columns=dict(cleaned["train"].columns),
        unlabelled=unlabelled,
        folds=folds,
    )


def naive_split(
    tables: Mapping[str, Rows], config: DataConfig, task: TaskColumns, seed: int
) -> tuple[Rows, Rows, float] | None:
    """What a random stratified split that ignores duplicates gives: train, test, share of test also in train.

    None where splits were given or no text repeats. Only empty and unlabelled rows are left out.
    """
    named = assigned(tables)
    named.pop(UNLABELLED, None)
    if len(named) > 1:
        return None
    rows = clean(named["train"], task, explicit(task, config), "").rows
    keys = content.keys(rows, task)
    if len(set(keys)) == len(keys):
        return None
    size = config.test_size or DEFAULT_TEST_SIZE
    held = _held_out(rows, [str(i) for i in range(len(rows))], size, "--test-size", task, seed)
    seen = {key for key, out in zip(keys, held, strict=True) if not out}
    leaked = [key in seen for key, out in zip(keys, held, strict=True) if out]
    return rows.take(~held), rows.take(held), float(np.mean(leaked))


def assigned(tables: Mapping[str, Rows]) -> dict[str, Rows]:
    """`tables` under `train`, `validation`, `test`, `unlabelled`; a single one is `train` whatever its key."""
    named: dict[str, Rows] = {}
    for name, table in tables.items():
        if split_name(name) in named:
            raise DataError(f"expected one table per split, found two for {split_name(name)}; leave one out")
        named[split_name(name)] = table
    main = [name for name in named if name != UNLABELLED]
    if len(main) == 1:
        named = {("train" if name == main[0] else name): table for name, table in named.items()}
    unknown = [name for name in named if name not in (*SPLITS, UNLABELLED)]
    if "train" not in named or unknown:
        raise DataError(
            f"expected splits named {', '.join(SPLITS)} (train at least), found {', '.join(tables) or 'none'}; "
            "rename them or give a single table"
        )
    return named


def _disjoint(
    given: Mapping[str, Rows], config: DataConfig, task: TaskColumns, seed: int
) -> tuple[dict[str, Rows], list[Finding]]:
    parts = dict(given)
    findings: list[Finding] = []

    def part_from(name: str, held: str) -> None:
        if name in parts and held in parts:
            whole, other = Part(name, parts[name]), Part(held, parts[held])
            parts[name], found = separate(whole, other, task, config.keep_leaks)
            findings.extend(found)

    def carve(name: str, size: float, salt: int) -> None:
        train = parts["train"]
        held = _held_out(train, content.groups(train, task), size, f"--{name}-size", task, seed + salt)
        parts["train"], parts[name] = train.take(~held), train.take(held)
        if not held.any():
            findings.append(checks.nothing_held_out(name, train, task))

    part_from("train", "test")
    if not len(parts["train"]):
        raise DataError(
            f"every one of {len(given['train']):,} training rows also stands in test; "
            "name another test file, or keep them with --keep-leaks"
        )
    part_from("validation", "test")
    part_from("train", "validation")
    if "test" not in given:
        carve("test", config.test_size or DEFAULT_TEST_SIZE, 0)
        part_from("train", "test")
        part_from("validation", "test")
    if "validation" not in given:
        parts["validation"] = parts["train"].take([])
        if config.validation_size > 0:
            carve("validation", config.validation_size, 1)
            part_from("train", "validation")
    return {name: parts[name] for name in SPLITS}, findings


def part_of_folds(
    splits: Splits, held: npt.NDArray[np.int64], config: DataConfig, task: TaskColumns, seed: int
) -> Splits:
    """The splits of one part of a cross-validation: the labelled rows at `held` to test, the rest to train and, if the
    run has any, to validate. Copies and near copies of held-out rows are left out of the rest, as of any test."""
    rows, out = splits.labelled, np.zeros(len(splits.labelled), dtype=bool)
    out[held] = True
    test = rows.take(out)
    train, _ = separate(Part("train", rows.take(~out)), Part("test", test), task, config.keep_leaks)
    validation = train.take([])
    if len(splits.validation) and config.validation_size > 0 and len(train) >= _FEWEST_TO_PART:
        apart = _held_out(train, content.groups(train, task), config.validation_size, "--validation-size", task, seed)
        train, validation = train.take(~apart), train.take(apart)
    return replace(splits, train=train, validation=validation, test=test)


def _held_out(
    rows: Rows, groups: list[str], size: float, flag: str, task: TaskColumns, seed: int
) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    strata = splitting.strata(rows[task.target], task.shape.name)
    return splitting.hold_out(groups, strata, splitting.wanted(size, len(rows), flag), seed)


def _label_findings(parts: Mapping[str, Rows], task: TaskColumns) -> list[Finding]:
    if task.shape.name == "TAGS":
        return [
            *audit.improper_tags(parts, task),
            *audit.plain_tags(parts, task),
            *audit.unlearned_tags(parts, task),
        ]
    if task.shape.name not in ("LABEL", "LABELS"):
        return []
    return [
        *audit.alike_labels(parts["train"], task),
        *(audit.rare_labels(parts["train"], parts["test"], task) if len(parts["test"]) else ()),
        *audit.balance(parts["train"], task),
    ]


def _counts(
    named: Mapping[str, Rows], parts: Mapping[str, Rows], findings: list[Finding], task: TaskColumns
) -> dict[str, object]:
    touched = {finding.kind: 0 for finding in findings if finding.rows}
    for finding in findings:
        if finding.rows:
            touched[finding.kind] += len(finding.rows)
    counts: dict[str, object] = {
        "read": {name: len(table) for name, table in named.items()},
        "splits": {name: len(rows) for name, rows in parts.items()},
        "findings": touched,
    }
    if task.shape.name in ("LABEL", "LABELS"):
        counts["classes"] = audit.class_table(parts, task)
    return counts
