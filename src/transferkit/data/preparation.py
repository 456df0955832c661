"""Raw tables -> `Splits`: columns mapped, rows cleaned, splits made disjoint, everything reported."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from transferkit.config import DataConfig
from transferkit.data import (
    audit,
    checks,
    content,
    folding,
    guessing,
    headers,
    joined,
    label_sets,
    label_types,
    memberships,
    no_consensus,
    odd_numbers,
    oddities,
    overview,
    partition,
    unused_columns,
    weights,
)
from transferkit.data.cleaning import Cleaned, clean, without_repeats
from transferkit.data.columns import TaskColumns, explicit, find
from transferkit.data.merging import merged as merged_rows
from transferkit.data.unlabelled import gathered
from transferkit.errors import DataError
from transferkit.reading.files import split_name
from transferkit.shapes import Shape
from transferkit.table import collecting
from transferkit.table.column_names import ASIDE, GROUP, TIME, WEIGHT
from transferkit.table.rows import Rows
from transferkit.table.splits import BY_CONTENT, Audit, Finding, LabelType, Overview, Splits

UNLABELLED = "unlabelled"
_MANY = 20_000
"""Of more rows than that some can be held out."""


@collecting.paused()
def prepare(
    tables: Mapping[str, Rows],
    config: DataConfig,
    task: TaskColumns,
    seed: int,
    seen: Callable[[Overview], None] = lambda overview: None,
) -> Splits:
    """Disjoint, audited splits of raw `tables` (a single one under any key, or train, validation, test).

    Missing test rows are held out of train, then validation rows likewise (none if `validation_size` is 0): at random,
    in the proportions of the labels, or the latest ones where `config.time` names a column. Rows of one text or of one
    group (`config.group`) are never parted.
    Copies and, for one-label tasks, contradictory labels are resolved in train; train and validation rows that
    also appear in test are removed unless `keep_leaks`. Given test rows are never touched, save empty and
    unlabelled ones. Where rows are cross-validated (`config.folds`), no test rows are held out
    unless asked for. A table `unlabelled` adds to `Splits.unlabelled`. `seen` is given the overview before anything is
    split. Raises `DataError`.
    """
    named = assigned(tables)
    extra = named.pop(UNLABELLED, None)
    read = _cleaned(named, task, config)
    read_as = overview.of(named, read.tables, task, reasons=read.reasons)
    seen(read_as)
    made = _divided(named, read, task, config, seed)
    parts, columns = made.parts, read.columns
    findings = [*made.findings, *_label_findings(_learned(parts, made.folds), task)]
    spare = [part.unlabelled for name, part in read.tables.items() if name != "test"]
    unlabelled, untouched = gathered(spare, extra, parts, task, read.asked)
    findings += untouched
    counts = _counts(named, parts, findings, task) | {"unlabelled_kept": len(unlabelled or ())}
    return Splits(
        train=parts["train"],
        validation=parts["validation"],
        test=parts["test"],
        audit=Audit(tuple(findings), counts),
        columns={name: raw for name, raw in columns.items() if name not in ASIDE},
        unlabelled=unlabelled,
        folds=made.folds,
        overview=read_as,
        label_type=_label_type(named["train"], parts["train"], columns, task),
    )


def _label_type(table: Rows, rows: Rows, columns: Mapping[str, str], task: TaskColumns) -> LabelType:
    """The type of the labels of `rows` in the `table` that they were read from."""
    raw = columns.get(task.target, "")
    if not task.shape.form.CLASSES or raw not in table:
        return "str"
    return label_types.type_of(table[raw], audit.class_counts(rows, task), table.source)


@collecting.paused()
def look(tables: Mapping[str, Rows], config: DataConfig, task: TaskColumns, seed: int) -> Overview:
    """What `prepare` would read raw `tables` as, and what it would find but for rows that are nearly the same. Where it
    would refuse them although they can be read, the overview's `problem` says why.

    Raises `DataError` where they cannot be read.
    """
    named = assigned(tables)
    named.pop(UNLABELLED, None)
    read = _cleaned(named, task, config)
    try:
        findings, problem = _divided(named, read, task, config, seed, quick=True).findings, ""
    except DataError as error:
        findings, problem = read.findings, str(error)
    train = read.tables["train"].rows
    if task.conversations:
        findings += audit.turns(train)
    if task.shape.form.NAMES:
        findings += audit.alike_labels(train, task)
    rows = {name: part.rows for name, part in read.tables.items()}
    if task.shape is Shape.VALUE and "test" in rows:
        findings += odd_numbers.other_scale(rows, task)
    if task.shape.form.OF_WORDS:
        findings += [*audit.improper_tags(rows, task), *audit.plain_tags(rows, task)]
    if task.shape.form.CLASSES:
        findings += [*audit.always(train, task), *audit.balance(train, task)]
    return replace(overview.of(named, read.tables, task, findings, read.reasons), problem=problem)


@dataclass(frozen=True)
class _Read:
    """The cleaned tables, the columns that the user named or that were taken by their content, the findings, and why
    each column is read."""

    tables: dict[str, Cleaned]
    asked: dict[str, str]
    findings: list[Finding]
    reasons: Mapping[str, str]

    @property
    def columns(self) -> Mapping[str, str]:
        """Canonical -> raw names."""
        return self.tables["train"].columns


@dataclass(frozen=True)
class _Divided:
    """Disjoint parts, in how many they are cross-validated, and all findings."""

    parts: dict[str, Rows]
    folds: int
    findings: list[Finding]


def _divided(
    named: Mapping[str, Rows], read: _Read, task: TaskColumns, config: DataConfig, seed: int, quick: bool = False
) -> _Divided:
    """What was `read` of the tables `named`, made disjoint. Raises `DataError`.

    If it is to be `quick`, rows that are nearly the same are not looked for, and none are held out of many.
    """
    columns = read.columns
    given_parts, respelt = checks.one_spelling({name: part.rows for name, part in read.tables.items()}, task)
    checks.enough_classes(given_parts["train"], task, columns, tested="test" in given_parts)
    train = content.keyed(given_parts["train"], task)
    checks.several_texts(train, task, columns)
    checks.same_labels(given_parts, task)
    memberships.one_kind_of_time(given_parts, columns)
    findings = [*read.findings, *respelt]
    findings += checks.repeats_in_test(given_parts.get("test"), task)
    train, repeats = without_repeats(train, task, "" if len(named) == 1 else "train")
    given_parts["train"] = train.rows
    checks.any_left(given_parts["train"], repeats, columns)
    checks.no_identifiers(given_parts["train"], task, columns, tested="test" in given_parts)
    if "test" not in given_parts or ("validation" not in given_parts and config.validation_size > 0):
        repeats += checks.categories(given_parts["train"], task, columns)
    folds = folding.folds_of(config, task, {name: len(rows) for name, rows in given_parts.items()})
    if folds and "validation" in given_parts:
        given_parts["validation"], idle = weights.left_out(given_parts["validation"], "validation")
        findings += idle
    whole = quick and len(given_parts["train"]) > _MANY and not {GROUP, TIME} & columns.keys()
    if (folds and config.test_size is None) or whole:
        given_parts.setdefault("test", given_parts["train"].take([]))
    if whole:
        given_parts.setdefault("validation", given_parts["train"].take([]))
    keyed = {name: train if name == "train" else content.keyed(rows, task) for name, rows in given_parts.items()}
    parts, leaks = partition.disjoint(keyed, config, task, seed, near_too=not quick)
    parts, unlearned = checks.learnable(parts, task)
    checks.usable(parts, task, columns, cross_validated=bool(folds) or whole, tested="test" in named)
    findings += [*repeats, *leaks, *unlearned, *checks.shared_texts(parts, task, given_parts)]
    findings += [
        *memberships.findings(parts, columns, given_parts),
        *weights.findings(_learned(parts, folds)["train"], columns),
    ]
    return _Divided(parts, folds, findings)


def _cleaned(named: Mapping[str, Rows], task: TaskColumns, config: DataConfig) -> _Read:
    """The tables `named`, cleaned."""
    chosen = guessing.taken(named["train"], task, explicit(task, config))
    tables, raw_names, told = label_sets.in_lists(named, task, chosen.named, _of_labels(config))
    tables = no_consensus.without(tables, task, raw_names)
    called = {name: "" if len(named) == 1 else name for name in named}
    roles = {name: _asked_of(name, tables, raw_names, chosen) for name in tables}
    _require_targets(tables, task, raw_names, roles)
    cleaned = {"train": clean(tables["train"], task, roles["train"], called["train"])}
    how = cleaned["train"].how
    rest = [name for name in tables if name != "train"]
    cleaned |= {name: clean(tables[name], task, roles[name], called[name], how) for name in rest}
    cleaned = {name: cleaned[name] for name in tables}
    checks.same_columns(cleaned)
    train, idle = weights.left_out(cleaned["train"].rows, called["train"])
    taken = {name: part.rows for name, part in cleaned.items()} | {"train": train}
    numbered, respelt = checks.one_number(taken, task)
    whole, merged = merged_rows(numbered, task)
    noted = [finding for part in cleaned.values() for finding in part.findings]
    findings = [*chosen.findings, *told, *noted, *idle, *respelt, *merged]
    findings += unused_columns.found(named, cleaned["train"].columns, task)
    for name, rows in whole.items():
        findings += oddities.found(rows, task, cleaned[name].columns, called[name])
    read = {name: replace(part, rows=whole[name]) for name, part in cleaned.items()}
    return _Read(read, raw_names, findings, chosen.reasons)


def _asked_of(
    name: str, tables: Mapping[str, Rows], raw_names: Mapping[str, str], chosen: guessing.Taken
) -> dict[str, str]:
    """The named columns that are read of a table: how much test rows would count in training is not; what was taken of
    train by its content may be called otherwise there."""
    elsewhere = [
        column
        for column, reason in chosen.reasons.items()
        if reason == BY_CONTENT and not joined.there(raw_names[column], tables[name].columns)
    ]
    idle = [*elsewhere, *([WEIGHT] if name == "test" else [])]
    return {column: raw for column, raw in raw_names.items() if column not in idle}


def _require_targets(
    tables: Mapping[str, Rows], task: TaskColumns, raw_names: Mapping[str, str], roles: Mapping[str, Mapping[str, str]]
) -> None:
    """Raise `DataError` where the rows to evaluate on have no column of targets, but those to learn from have one."""

    def target(name: str) -> str | None:
        first, named = task.unpack(tables[name].take([0])), roles[name]
        try:
            return find(list(joined.with_texts(first, named, named).columns), task, named, True)[task.target]
        except DataError:
            return None

    if not {"validation", "test"} & tables.keys():
        return
    known = target("train")
    for name in ("validation", "test"):
        if name in tables:
            headers.refuse(tables[name])
        if known is not None and name in tables and target(name) is None and known not in tables[name]:
            raise DataError(
                f"{tables[name].source or name}: expected a column {known!r} as in train, found none, so that nothing "
                f"can be evaluated on it; leave that file out, and answer it with `transferkit predict` afterwards"
            )


def naive_split(
    tables: Mapping[str, Rows], config: DataConfig, task: TaskColumns, seed: int
) -> tuple[Rows, Rows, float] | None:
    """What a random stratified split that ignores duplicates gives: train, test, share of test also in train.

    None where splits were given or no text repeats. Only rows that are empty, unlabelled or of weight 0 are left out.
    """
    named = assigned(tables)
    named.pop(UNLABELLED, None)
    if len(named) > 1:
        return None
    asked = guessing.taken(named["train"], task, explicit(task, config)).named
    named, raw_names, _ = label_sets.in_lists(named, task, asked, _of_labels(config))
    named = no_consensus.without(named, task, raw_names)
    train = weights.teaching(clean(named["train"], task, raw_names, "").rows)
    numbered, _ = checks.one_number({"train": train}, task)
    rows = merged_rows(numbered, task)[0]["train"].for_models()
    keys = content.keys(rows, task)
    if len(set(keys)) == len(keys):
        return None
    alone, size = [str(i) for i in range(len(rows))], config.test_size or partition.DEFAULT_TEST_SIZE
    held = partition.held_out(rows, alone, size, "--test-size", task, seed)
    seen = {key for key, out in zip(keys, held, strict=True) if not out}
    leaked = [key in seen for key, out in zip(keys, held, strict=True) if out]
    return rows.take(~held), rows.take(held), float(np.mean(leaked))


def assigned(tables: Mapping[str, Rows]) -> dict[str, Rows]:
    """`tables` under `train`, `validation`, `test`, `unlabelled`; a single one is `train`, unless it is called as
    another split is."""
    named: dict[str, Rows] = {}
    for name, table in tables.items():
        if split_name(name) in named:
            raise DataError(f"expected one table per split, found two for {split_name(name)}; leave one out")
        named[split_name(name)] = table
    main = [name for name in named if name != UNLABELLED]
    if len(main) == 1 and main[0] not in partition.SPLITS:
        named = {("train" if name == main[0] else name): table for name, table in named.items()}
    unknown = [name for name in named if name not in (*partition.SPLITS, UNLABELLED)]
    if "train" not in named or unknown:
        raise DataError(
            f"expected splits named {', '.join(partition.SPLITS)} (train at least), "
            f"found {', '.join(tables) or 'none'}; rename them, or give the file or table to learn from itself"
        )
    return named


def _of_labels(config: DataConfig) -> label_sets.Asked:
    return label_sets.Asked(config.label_separator, config.label_names)


def _learned(parts: Mapping[str, Rows], folds: int) -> Mapping[str, Rows]:
    """`parts`, with all rows in train that cross-validated models learn from."""
    return {**parts, "train": parts["train"].join(parts["validation"])} if folds else parts


def _label_findings(parts: Mapping[str, Rows], task: TaskColumns) -> list[Finding]:
    if task.shape is Shape.VALUE:
        if not len(parts["test"]):
            return []
        return [*audit.constant(parts["test"][task.target], "test"), *odd_numbers.other_scale(parts, task)]
    if task.shape.form.OF_WORDS:
        return [
            *audit.alike_labels(parts["train"], task),
            *audit.improper_tags(parts, task),
            *audit.plain_tags(parts, task),
            *audit.unlearned_tags(parts, task),
        ]
    if not task.shape.form.CLASSES:
        return []
    return [
        *audit.alike_labels(parts["train"], task),
        *(audit.rare_labels(parts["train"], parts["test"], task) if len(parts["test"]) else ()),
        *audit.always(parts["train"], task),
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
    if task.shape.form.CLASSES:
        counts["classes"] = audit.class_table(parts, task)
    return counts
