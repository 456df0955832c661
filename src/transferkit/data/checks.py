"""What makes rows unusable for a task, each as one `DataError`; nothing here changes a row."""

from collections.abc import Collection, Mapping

from transferkit.data import audit, content, splitting
from transferkit.data.cleaning import Cleaned
from transferkit.data.columns import TaskColumns
from transferkit.data.duplicates import grouped
from transferkit.data.rows import Rows
from transferkit.data.splits import Finding
from transferkit.data.tags import OUTSIDE
from transferkit.errors import DataError


def same_columns(cleaned: Mapping[str, Cleaned]) -> None:
    """Every table has the same input columns."""
    found = {name: set(part.columns) for name, part in cleaned.items()}
    for name, columns in found.items():
        odd = columns ^ found["train"]
        if odd:
            has, lacks = (name, "train") if odd <= columns else ("train", name)
            raise DataError(
                f"expected the same columns in every split, but {has} has {', '.join(sorted(odd))}, {lacks} has not; "
                "rename columns or name them with --text, --text-pair and --label"
            )


def enough_classes(train: Rows, task: TaskColumns, columns: Mapping[str, str], when: str = "") -> None:
    """A task of labels needs at least two of them, one of numbers two different ones, one of tags or spans any."""
    if task.shape.name in ("TAGS", "SPAN"):
        _anything_marked(train, task, columns, when)
    if task.shape.name not in ("LABEL", "LABELS", "VALUE"):
        return
    classes = audit.class_counts(train, task)
    what = "numbers" if task.shape.name == "VALUE" else "labels"
    if len(classes) < 2:
        only = f"only {next(iter(classes))!r}" if classes else "none"
        raise DataError(
            f"{train.source or 'data'}: expected at least two different {what} in column {columns[task.target]!r}, "
            f"found {only} in {audit.counted(len(train))}; add rows of another kind "
            "or name another column with --label"
        )
    if task.shape.name != "VALUE" and max(classes.values()) < 2 < len(classes):
        raise DataError(
            f"{train.source or 'data'}: column {columns[task.target]!r} has {len(classes):,} different values in "
            f"{audit.counted(len(train))}, so no label can be both learned and tested; is it the label column? "
            "Name it with --label, or give more rows of every label"
        )


def _anything_marked(train: Rows, task: TaskColumns, columns: Mapping[str, str], when: str) -> None:
    """Some word has a tag other than O, or some question an answer."""
    if any(set(target or ()) - {OUTSIDE} if task.shape.name == "TAGS" else target for target in train[task.target]):
        return
    what = f"a tag other than {OUTSIDE}" if task.shape.name == "TAGS" else "a question that has an answer"
    raise DataError(
        f"{train.source or 'data'}: expected {what} in column {columns[task.target]!r}, found none in "
        f"{audit.counted(len(train))}{when}; add rows to learn from or name another column with --label"
    )


def same_labels(parts: Mapping[str, Rows], task: TaskColumns, when: str = "") -> None:
    """No split has a label that train lacks; `when` says at which point."""
    if task.shape.name not in ("LABEL", "LABELS"):
        return
    known = audit.class_counts(parts["train"], task)
    for name, rows in parts.items():
        unknown = sorted(audit.class_counts(rows, task).keys() - known.keys())
        if unknown:
            raise DataError(
                f"labels differ between splits{when}: {name} has {', '.join(map(repr, unknown[:5]))}"
                f"{' ...' if len(unknown) > 5 else ''}, unknown to train (which has "
                f"{', '.join(map(repr, sorted(known)[:10]))}{' ...' if len(known) > 10 else ''}); "
                "rename those labels, add such rows to train, or let the splits be made here"
            )


def usable(parts: Mapping[str, Rows], task: TaskColumns, columns: Mapping[str, str], cross_validated: bool) -> None:
    """After everything was removed, there is enough left, and train still has every label.

    There may be no test row where rows are `cross_validated`.
    """
    for name in ("train", "test"):
        none_needed = name == "test" and cross_validated and not len(parts[name])
        if not none_needed and len(parts[name]) < splitting.MINIMUM:
            raise DataError(
                f"expected at least {splitting.MINIMUM} rows in {name}, found {len(parts[name])} after removing "
                "repeated and leaking rows; give more rows, or keep leaking ones with --keep-leaks"
            )
    enough_classes(parts["train"], task, columns, " left to train on")
    same_labels(parts, task, " after repeated and leaking rows were removed from train")


def nothing_held_out(name: str, train: Rows, task: TaskColumns) -> Finding:
    """A warning where no row could be spared for validation; for test a `DataError`."""
    groups = len(set(content.groups(train, task)))
    shared = (
        f"{audit.counted(len(train))} have {groups:,} different texts to answer from" if groups < len(train) else ""
    )
    message = f"no row can be held out for {name}: {shared or 'every label has one row only'}"
    if name == "test":
        raise DataError(f"{message}, and rows that share one are never parted; give other rows or a file with --test")
    return Finding("no-validation", "warning", message, (), "the last epoch is kept")


def categories(train: Rows, task: TaskColumns, columns: Mapping[str, str]) -> list[Finding]:
    """A finding where so many pairs have the same first text that a split made here may part them."""
    if "text_pair" not in task.optional_inputs or "text_pair" not in train:
        return []
    found = content.categories([content.normalised(text) for text in train["text"]])
    if not found:
        return []
    count = audit.verb(len(found), "it counts as a category", "these count as categories")
    message = (
        f"{audit.counted(sum(found.values()))} share {audit.counted(len(found), 'text')} in column "
        f"{columns['text']!r}, so many that {count}"
    )
    return [Finding("shared-texts", "info", message, (), "pairs with the same one may stand on both sides of a split")]


def shared_texts(parts: Mapping[str, Rows], task: TaskColumns, given: Collection[str]) -> list[Finding]:
    """A warning where given rows to judge on are about texts that train has other rows about."""
    train, found = parts["train"], []
    for name in [name for name in ("validation", "test") if name in given and "text_pair" in train]:
        about = content.groups(train.join(parts[name]), task)
        known, asked = set(about[: len(train)]), about[len(train) :]
        numbers = tuple(int(parts[name].numbers[i]) for i, text in enumerate(asked) if text in known)
        if numbers:
            message = (
                f"{audit.counted(len(numbers))} of {name} {audit.verb(len(numbers), 'is', 'are')} about a text that "
                f"train has other rows about ({audit.shown(numbers)})"
            )
            action = "kept: given rows are not touched; on new texts scores may differ"
            found.append(Finding("shared-texts", "warning", message, numbers, action))
    return found


def repeats_in_test(test: Rows | None, task: TaskColumns) -> list[Finding]:
    """Copies inside given test rows: reported, since they count more than once, and left alone."""
    if test is None:
        return []
    later = sorted(position for group in grouped(content.keys(test, task)) for position in group[1:])
    if not later:
        return []
    numbers = tuple(int(test.numbers[position]) for position in later)
    repeat = audit.verb(len(later), "repeats", "repeat")
    message = f"{audit.counted(len(later))} of test {repeat} the text of an earlier one ({audit.shown(numbers)})"
    return [Finding("duplicates", "info", message, numbers, "kept: given test rows are not touched")]
