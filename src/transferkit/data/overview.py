"""What was read, and as what: the `Overview` of tables, made before anything is learned."""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from typing import Any

from transferkit.data import content, joined
from transferkit.data.cleaning import Cleaned
from transferkit.data.columns import TaskColumns
from transferkit.errors import shown
from transferkit.table import prose
from transferkit.table.column_names import ASIDE
from transferkit.table.rows import Rows
from transferkit.table.splits import Finding, Overview, Table
from transferkit.tagging import word_rows
from transferkit.tagging.tags import OUTSIDE, begun, pairs

_LONGEST = 300  # signs of an example's text
_MOST_WORDS, _MOST_LABELS = 40, 20
_TRAIN = "train"


def of(
    tables: Mapping[str, Rows],
    cleaned: Mapping[str, Cleaned],
    task: TaskColumns,
    findings: Sequence[Finding] = (),
) -> Overview:
    """The overview of raw `tables`, which became `cleaned` for `task`."""
    rows, columns = cleaned[_TRAIN].rows, cleaned[_TRAIN].columns
    raw = tables[_TRAIN].columns
    parts = {part for column in columns.values() for part in joined.parts(column, raw)}
    made = {part for part in parts if part not in raw}
    first = tables[_TRAIN].take([0])
    changed = any(
        list(cells) != list(first.columns.get(name, cells)) for name, cells in task.unpack(first).columns.items()
    )
    made_of = tuple(c for c in raw if (made or changed) and c in task.unpacks and c not in parts)
    if task.shape.name == "TAGS" and (sentence := word_rows.sentence_column(tables[_TRAIN])):
        made_of = (*made_of, sentence)
    used = {*made_of, *parts}
    in_order = (*task.inputs, *task.optional_inputs, task.target, *ASIDE)
    targets = list(rows[task.target])
    position = _telling(rows, task)
    return Overview(
        task=task.name,
        tables=_tables(tables),
        columns={role: columns[role] for role in in_order if role in columns},
        made_of=made_of,
        unused=tuple(column for column in raw if column not in used),
        targets=_TARGETS[task.shape.name](targets),
        number=int(rows.numbers[position]),
        example=_example(rows, position, task),
        findings=tuple(findings),
    )


def unusable(tables: Mapping[str, Rows], task: TaskColumns, problem: str) -> Overview:
    """The overview of raw `tables` that cannot be used for `task`, because of `problem`."""
    rows = next(iter(tables.values()))
    row = next(iter(rows), {})
    cells = tuple(
        (column, _short(cell if isinstance(cell, str) else shown(cell, _LONGEST))) for column, cell in row.items()
    )
    return Overview(
        task=task.name,
        tables=_tables(tables),
        unused=tuple(rows.columns),
        number=int(rows.numbers[0]) if len(rows) else 0,
        example=cells[:_MOST_LABELS],
        problem=problem,
    )


def _tables(tables: Mapping[str, Rows]) -> tuple[Table, ...]:
    return tuple(
        Table("" if len(tables) == 1 else split, rows.source, rows.encoding, len(rows))
        for split, rows in sorted(tables.items(), key=lambda table: table[0] != _TRAIN)
    )


def _telling(rows: Rows, task: TaskColumns) -> int:
    """The position of the first row that has something to learn: a tag besides O, a label, an answer."""

    def tells(target: Any) -> bool:
        return bool(set(target) - {OUTSIDE} if task.shape.name == "TAGS" else target)

    return next((i for i, target in enumerate(rows[task.target]) if tells(target)), 0)


def _example(rows: Rows, position: int, task: TaskColumns) -> tuple[tuple[str, str], ...]:
    """The inputs and the target of one row, name by name."""
    target = rows[task.target][position]
    if task.shape.name == "TAGS":
        return (("words and tags", _tagged(rows["text"][position].split(" "), target)),)
    kinds = content.inputs(rows, task)
    inputs = [(name, _prompt(kind.shown(rows[name][position]))) for name, kind in kinds.items()]
    return (*inputs, (task.target, _target(target, task)))


def _tagged(words: Sequence[str], tags: Sequence[str]) -> str:
    shown_words = [f"{word}/{tag}" for word, tag in zip(words, tags, strict=True)][:_MOST_WORDS]
    return " ".join(shown_words) + (" ..." if len(words) > _MOST_WORDS else "")


def _target(target: Any, task: TaskColumns) -> str:
    if task.shape.name == "SPAN":
        return "; ".join(f"{text!r} at {start}" for text, start in target) or "no answer"
    if isinstance(target, list | tuple):
        return ", ".join(map(str, target)) or "none"
    return _short(f"{target:g}" if isinstance(target, float) else str(target))


def _prompt(text: str) -> str:
    """A text in one line, a conversation turn by turn."""
    try:
        turns = json.loads(text) if text.startswith("[{") else None
        said = [f"{turn['role']}: {turn['content']}" for turn in turns or ()]
    except (ValueError, TypeError, KeyError, RecursionError):
        said = []
    return " | ".join(_short(each) for each in said) or _short(text)


def _short(text: str) -> str:
    line = " ".join(text.split())
    if len(line) <= _LONGEST:
        return line
    half = _LONGEST // 2
    return f"{line[:half]} ... {line[-half:]}"


def _counted(counts: Mapping[str, int], noun: str, nouns: str) -> str:
    listed = [f"{name} {count:,}" for name, count in [*counts.items()][:_MOST_LABELS]]
    more = f" and {len(counts) - _MOST_LABELS:,} more" if len(counts) > _MOST_LABELS else ""
    return f"{len(counts):,} {prose.verb(len(counts), noun, nouns)}: {', '.join(listed)}{more}"


def _labels(targets: Sequence[Any]) -> str:
    return _counted(dict(Counter(map(str, targets)).most_common()), "label", "labels")


def _several(targets: Sequence[Any]) -> str:
    counts = dict(Counter(label for target in targets for label in target).most_common())
    sizes = Counter(len(target) for target in targets)
    words = ", ".join(f"{sizes[size]:,} with {size or 'none'}" for size in sorted(sizes)[:5])
    more = " ..." if len(sizes) > 5 else ""
    return f"{_counted(counts, 'label', 'labels')}; rows: {words}{more}"


def _tags(targets: Sequence[Any]) -> str:
    found = Counter(chain.from_iterable(map(pairs, targets)))
    kinds: Counter[str] = Counter()
    for (tag, before), times in found.items():
        if kind := begun(tag, before):
            kinds[kind] += times
    return _counted(dict(kinds.most_common()), "type of span", "types of spans")


def _numbers(targets: Sequence[Any]) -> str:
    mean = sum(targets) / max(1, len(targets))
    return f"numbers from {min(targets):g} to {max(targets):g}, {mean:.3g} on average"


def _spans(targets: Sequence[Any]) -> str:
    answered = sum(bool(target) for target in targets)
    without = f", {len(targets) - answered:,} without one" if answered < len(targets) else ""
    return f"{prose.counted(answered, 'question')} with an answer{without}"


def _texts(targets: Sequence[Any]) -> str:
    lengths = sorted(len(target if isinstance(target, str) else target[0]) for target in targets)
    return f"answers of {lengths[0]:,} to {lengths[-1]:,} signs, half of them up to {lengths[len(lengths) // 2]:,}"


_TARGETS: Mapping[str, Callable[[Sequence[Any]], str]] = {
    "LABEL": _labels,
    "LABELS": _several,
    "TAGS": _tags,
    "VALUE": _numbers,
    "SPAN": _spans,
    "TEXT": _texts,
}
