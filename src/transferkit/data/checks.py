"""What makes rows unusable for a task, each as one `DataError`; nothing here changes a row."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from transferkit.data import audit, content, labels, splitting
from transferkit.data.cleaning import Cleaned
from transferkit.data.columns import TaskColumns
from transferkit.data.content import Keyed
from transferkit.data.duplicates import grouped
from transferkit.errors import DataError
from transferkit.shapes import Shape
from transferkit.table import prose
from transferkit.table.column_names import GROUP, WEIGHT
from transferkit.table.rows import Rows
from transferkit.table.splits import Finding
from transferkit.table.values import names_in


def same_columns(cleaned: Mapping[str, Cleaned]) -> None:
    """Every table has the same input columns; weights of test rows are not read."""
    columns_of = {name: set(part.columns) - {WEIGHT} for name, part in cleaned.items()}
    for name, columns in columns_of.items():
        odd = columns ^ columns_of["train"]
        if odd:
            has, lacks = (name, "train") if odd <= columns else ("train", name)
            raise DataError(
                f"expected the same columns in every split, but {has} has {', '.join(sorted(odd))}, {lacks} has not; "
                "rename columns or name them with --text, --text-pair and --label"
            )


def enough_classes(
    train: Rows, task: TaskColumns, columns: Mapping[str, str], when: str = "", tested: bool = False
) -> None:
    """A task of labels needs at least two of them, one of numbers two different ones, one of tags or spans any. Labels
    of one row each can be learned where they are `tested` on other rows."""
    if task.shape.form.OF_TOKENS:
        _anything_marked(train, task, columns, when)
    if not task.shape.whole:
        return
    classes = audit.class_counts(train, task)
    what = task.shape.form.WANTED
    if len(classes) < 2:
        only = f"only {next(iter(classes))!r}" if classes else "none"
        raise DataError(
            f"{train.source or 'data'}: expected at least two different {what} in column {columns[task.target]!r}, "
            f"found {only} in {prose.counted(len(train))}; add rows of another kind "
            "or name another column with --label"
        )
    no_identifiers(train, task, columns, tested)


def no_identifiers(train: Rows, task: TaskColumns, columns: Mapping[str, str], tested: bool) -> None:
    """Some label is that of two rows, unless they are all `tested` on other rows."""
    if tested or not (task.shape.whole and task.shape.form.CLASSES):
        return
    classes = audit.class_counts(train, task)
    if max(classes.values(), default=2) < 2 < len(classes):
        raise DataError(
            f"{train.source or 'data'}: column {columns[task.target]!r} has {len(classes):,} different values in "
            f"{prose.counted(len(train))}, another one in every row, as an identifier has, so no label can be both "
            "learned and tested; name another column with --label, or give more rows of every label or test rows "
            "with --test"
        )


def _anything_marked(train: Rows, task: TaskColumns, columns: Mapping[str, str], when: str) -> None:
    """Some word has a tag other than O, or some question an answer."""
    form = task.shape.form
    if any(form.is_telling(target) for target in train[task.target]):
        return
    raise DataError(
        f"{train.source or 'data'}: expected {form.TELLING} in column {columns[task.target]!r}, found none in "
        f"{prose.counted(len(train))}{when}; add rows to learn from or name another column with --label"
    )


def several_texts(train: Keyed, task: TaskColumns, columns: Mapping[str, str]) -> None:
    """Rows that have one answer each are about two texts at least."""
    if not task.shape.whole or len(train) < 2 or len(set(train.keys)) > 1:
        return
    names = " and ".join(repr(columns[name]) for name in train.kinds)
    raise DataError(
        f"{train.rows.source or 'data'}: all {prose.counted(len(train))} have the same text in column {names}, so "
        "nothing can be learned from it; give rows with different texts, or name another column with --text"
    )


def any_left(train: Rows, repeats: Sequence[Finding], columns: Mapping[str, str]) -> None:
    """Some text has one label, or one that most of its rows have."""
    if not len(train):
        told = next((finding.message for finding in repeats if finding.kind == "label-conflicts"), "no row is left")
        raise DataError(
            f"{train.source or 'data'}: every text carries contradictory labels, none of which has a majority: {told}; "
            f"are {' and '.join(map(repr, columns.values()))} the right columns? Name others with --text and --label, "
            "or fix the labels"
        )


_ANOTHER_SET = 0.1
"""Where more than this share of a given split's labels are unknown, they are another set of labels."""


def one_number(parts: Mapping[str, Rows], task: TaskColumns) -> tuple[dict[str, Rows], list[Finding]]:
    """`parts` with `1` for `1.0` where both stand in them and all labels are numbers, and the findings."""
    if not task.shape.form.CLASSES:
        return dict(parts), []
    names = labels.same_numbers({label for rows in parts.values() for label in audit.class_counts(rows, task)})
    if not names:
        return dict(parts), []
    new_parts, findings = {}, []
    for name, rows in parts.items():
        what = "has a whole number", "have whole numbers"
        split = name if len(parts) > 1 else ""
        new_parts[name], told = _respelt(rows, split, task, names, what, "in another spelling than the others")
        findings += told
    return new_parts, findings


def _respelt(
    rows: Rows, name: str, task: TaskColumns, names: Mapping[str, str], what: tuple[str, str], how: str
) -> tuple[Rows, list[Finding]]:
    """`rows` of the split called `name` with labels as `names` spells them, and a finding if that changes any."""
    renamed, where = labels.renamed(rows, task.target, names)
    if not where:
        return renamed, []
    numbers = tuple(int(rows.numbers[i]) for i in where)
    listed = ", ".join(f"{old!r} for {new!r}" for old, new in sorted(names.items())[:5])
    message = (
        f"{prose.counted(len(where))}{prose.of(name)} {prose.verb(len(where), *what)} {how}: "
        f"{listed}{' ...' if len(names) > 5 else ''} ({rows.named(numbers)})"
    )
    return renamed, [Finding("respelt-labels", "fixed", message, numbers, "read as the same labels")]


def one_spelling(parts: Mapping[str, Rows], task: TaskColumns) -> tuple[dict[str, Rows], list[Finding]]:
    """`parts` with the spelling that train has for labels written otherwise (`1.0` for `1`), and the findings."""
    if not task.shape.form.CLASSES:
        return dict(parts), []
    known, new_parts, findings = audit.class_counts(parts["train"], task), {}, []
    for name, rows in parts.items():
        names, what = labels.respelt(audit.class_counts(rows, task), known), ("has labels", "have labels")
        new_parts[name], told = _respelt(rows, name, task, names, what, "in another spelling than train")
        findings += told
    return new_parts, findings


def same_labels(parts: Mapping[str, Rows], task: TaskColumns) -> None:
    """No given split has another set of labels than train; a few that train lacks are no reason to refuse it."""
    if not task.shape.form.CLASSES:
        return
    known = audit.class_counts(parts["train"], task)
    for name, rows in parts.items():
        counts = audit.class_counts(rows, task)
        unknown = sorted(counts.keys() - known.keys())
        if sum(counts[label] for label in unknown) > _ANOTHER_SET * counts.total():
            raise DataError(
                f"labels differ between splits: {name} has {', '.join(map(repr, unknown[:5]))}"
                f"{' ...' if len(unknown) > 5 else ''}, unknown to train (which has "
                f"{', '.join(map(repr, sorted(known)[:10]))}{' ...' if len(known) > 10 else ''}); "
                "rename those labels, add such rows to train, or let the splits be made here"
            )


def learnable(parts: Mapping[str, Rows], task: TaskColumns) -> tuple[dict[str, Rows], list[Finding]]:
    """`parts` without the labels that train has no row of, which no route can give, and the findings.

    Of one label per row that takes the row out of validation or test; of several the label alone.
    """
    if not task.shape.form.CLASSES:
        return dict(parts), []
    known, new_parts, findings = audit.class_counts(parts["train"], task), dict(parts), []
    for name in ("validation", "test"):
        rows, several = parts[name], task.shape is Shape.LABELS
        counts = audit.class_counts(rows, task)
        unknown = {label: many for label, many in counts.items() if label not in known}
        if not unknown:
            continue
        where = [i for i, target in enumerate(rows[task.target]) if unknown.keys() & set(names_in(target))]
        findings.append(_unlearned(rows, name, unknown, where, several))
        if several:
            targets = [[label for label in target if label not in unknown] for target in rows[task.target]]
            new_parts[name] = replace(rows, columns={**rows.columns, task.target: targets})
        else:
            new_parts[name] = rows.take(sorted(set(range(len(rows))) - set(where)))
    return new_parts, findings


def _unlearned(rows: Rows, name: str, unknown: Mapping[str, int], where: Sequence[int], several: bool) -> Finding:
    listed = ", ".join(f"{label!r} ({prose.counted(many)})" for label, many in sorted(unknown.items())[:5])
    numbers = tuple(int(rows.numbers[i]) for i in where)
    message = (
        f"{prose.counted(len(unknown), 'label')} of {name} without a row to train on: {listed}"
        f"{' ...' if len(unknown) > 5 else ''} ({rows.named(numbers)})"
    )
    share = f"{len(where) / len(rows):.1%} of {name}"
    action = (
        f"these labels are left out of {share}, which no route could give"
        if several
        else f"left out: {share}, which every route would miss"
    )
    return Finding("unlearned-labels", "warning", message, numbers, f"{action}; add rows to learn from")


def usable(
    parts: Mapping[str, Rows], task: TaskColumns, columns: Mapping[str, str], cross_validated: bool, tested: bool
) -> None:
    """After everything was removed, there is enough left; no test row is needed where rows are `cross_validated`.
    `tested` as in `enough_classes`."""
    _enough_rows(parts, "train")
    enough_classes(parts["train"], task, columns, " left to train on", tested)
    if len(parts["test"]) or not cross_validated:
        _enough_rows(parts, "test")


def _enough_rows(parts: Mapping[str, Rows], name: str) -> None:
    if len(parts[name]) < splitting.MINIMUM:
        raise DataError(
            f"{parts[name].source or 'data'}: expected at least {splitting.MINIMUM} rows in {name}, found "
            f"{len(parts[name])} after removing repeated and leaking rows; give rows with more different texts, or "
            "where training rows also appear in test, let fit keep them, with --keep-leaks"
        )


def nothing_held_out(name: str, train: Rows, task: TaskColumns) -> Finding:
    """A warning where no row could be spared for validation; for test a `DataError`."""
    groups = len(set(content.groups(train, task)))
    what = "groups or texts" if GROUP in train else "different texts to answer from"
    shared = f"{prose.counted(len(train))} have {groups:,} {what}" if groups < len(train) else ""
    message = f"no row can be held out for {name}: {shared or 'every label has one row only'}"
    if name == "test":
        raise DataError(
            f"{message}, and rows that share one are never separated; give other rows or a file with --test"
        )
    return Finding("no-validation", "warning", message, (), "the last epoch is kept")


def categories(train: Rows, task: TaskColumns, columns: Mapping[str, str]) -> list[Finding]:
    """A finding where so many pairs have the same first text that a split made here may part them."""
    if "text_pair" not in task.optional_inputs or "text_pair" not in train:
        return []
    common_texts = content.categories([task.inputs["text"].key(text) for text in train["text"]])
    if not common_texts:
        return []
    count = prose.verb(len(common_texts), "it counts as a category", "these count as categories")
    message = (
        f"{prose.counted(sum(common_texts.values()))} share {prose.counted(len(common_texts), 'text')} in column "
        f"{columns['text']!r}, so many that {count}"
    )
    return [Finding("shared-texts", "info", message, (), "pairs with the same one may be on both sides of a split")]


def shared_texts(parts: Mapping[str, Rows], task: TaskColumns, given_names: Collection[str]) -> list[Finding]:
    """A warning where given rows to judge on are about texts that train has other rows about."""
    train, findings = parts["train"], []
    for name in [name for name in ("validation", "test") if name in given_names and "text_pair" in train]:
        about = content.groups(train.join(parts[name]), task)
        known, texts = set(about[: len(train)]), about[len(train) :]
        numbers = tuple(int(parts[name].numbers[i]) for i, text in enumerate(texts) if text in known)
        if numbers:
            message = (
                f"{prose.counted(len(numbers))} of {name} {prose.verb(len(numbers), 'is', 'are')} about a text that "
                f"train has other rows about ({prose.shown(numbers)})"
            )
            action = "kept: given rows are not touched; on new texts scores may differ"
            findings.append(Finding("shared-texts", "warning", message, numbers, action))
    return findings


def repeats_in_test(test: Rows | None, task: TaskColumns) -> list[Finding]:
    """Copies inside given test rows: reported, since they count more than once, and left alone."""
    if test is None:
        return []
    later = sorted(position for group in grouped(content.keys(test, task)) for position in group[1:])
    if not later:
        return []
    numbers = tuple(int(test.numbers[position]) for position in later)
    repeat = prose.verb(len(later), "repeats", "repeat")
    message = f"{prose.counted(len(later))} of test {repeat} the text of an earlier one ({test.named(numbers)})"
    return [Finding("duplicates", "info", message, numbers, "kept: given test rows are not touched")]
