"""Raw column names -> the canonical columns of a task."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Protocol

from transferkit.config import DataConfig
from transferkit.data import decimals, headers, joined, no_labels
from transferkit.errors import DataError, nearest, shown
from transferkit.kinds import Kind
from transferkit.language.parting import BLANKS, Parting
from transferkit.language.words import has_signs
from transferkit.places import listed
from transferkit.reading import word_columns
from transferkit.shapes import Shape
from transferkit.table import others, values
from transferkit.table.column_names import ALIASES, ASIDE, GROUP, PAIRS, TIME, WEIGHT, plain
from transferkit.table.rows import Rows
from transferkit.table.splits import Finding
from transferkit.tagging import sentences


class TaskColumns(Protocol):
    """What `data` needs to know of a task: its columns and the shape of its answer."""

    @property
    def name(self) -> str:
        """What the task is called."""

    @property
    def inputs(self) -> Mapping[str, Kind]:
        """Columns a row must have, and what they hold."""

    @property
    def optional_inputs(self) -> Mapping[str, Kind]:
        """Columns used where there are any, and what they hold."""

    @property
    def target(self) -> str:
        """The column with the answer."""

    @property
    def usual(self) -> Mapping[str, tuple[str, ...]]:
        """Canonical column -> names that it usually has in data for this task, tried first."""

    @property
    def unpack(self) -> Callable[[Rows], Rows]:
        """Parts what such data usually has in one column."""

    @property
    def unpacks(self) -> tuple[str, ...]:
        """What the columns are called that `unpack` reads."""

    @property
    def notices(self) -> Callable[[Rows, str], list[Finding]]:
        """Findings on what `unpack` leaves of the rows of a split."""

    @property
    def conversations(self) -> bool:
        """Whether a text may be a conversation."""

    @property
    def shape(self) -> Shape:
        """The form of the answer; LABEL means one class per row."""

    @property
    def read_target(self) -> Callable[[Any], Any]:
        """From a cell to a target; raises `ValueError` saying what was expected and found."""


PREFERENCES = (("chosen", "rejected"), ("preferred_output", "non_preferred_output"))
"""Usual names of the better and the worse of two answers: TRL's, OpenAI's."""
_WORDS_OF_A_NAME, _SIGNS_OF_A_NAME = 2, 6
_FEWEST_OF_LABELS = 2
_MOST_NAMES, _MOST_CHINESE_NAMES = 5, 3
"""Of the usual names of a column, as a hint lists them."""


def canonical(
    rows: Rows,
    task: TaskColumns,
    named: Mapping[str, str] | None = None,
    need_target: bool = True,
    parting: Parting = BLANKS,
) -> tuple[Rows, dict[str, str]]:
    """`rows` under the task's column names, and which source column each came from.

    `named` (canonical -> raw name) wins over the usual names. Cells of inputs become values of their kind: text, ""
    where it is missing. Missing targets become None, and so does the whole target column if it is not needed. Groups,
    times and weights stay what they are. Texts of words are given as these with single blanks between them, and where
    no target is needed in a column `sentences.GIVEN` as they were; `parting` says how one without tags is parted. One
    whose entities are given by places stays as it is. All other columns of the user's become the rows' `others`.
    No row is dropped. Raises `DataError` when a column that is needed cannot be found, or the names look like a row.
    """
    headers.refuse(rows)
    raw_columns = rows.columns
    rows = joined.with_texts(task.unpack(rows), named or {}, (*task.inputs, *task.optional_inputs))
    chosen = find(list(rows.columns), task, named or {}, need_target, rows.source)
    kinds = {**task.inputs, **task.optional_inputs}
    columns: dict[str, list[Any]] = {}
    if task.target in chosen:
        raw = chosen[task.target]
        cells = values.targets(rows[raw], no_labels.of(task.shape, raw))
        if task.shape is Shape.VALUE:
            decimals.refuse_thousands(cells, raw, rows)
            cells = decimals.with_points(cells)
        columns[task.target] = values.read(cells, task.read_target, raw, rows)
    else:
        columns[task.target] = [None] * len(rows)
    for name, raw in chosen.items():
        if name in ASIDE:
            columns[name] = list(rows[raw])
        elif name != task.target and not _of_words(task):
            columns[name] = values.inputs(rows[raw], raw, rows, kinds[name].read)
    if _of_words(task):
        columns |= sentences.read(rows, chosen, columns[task.target], parting, named or {})
        if need_target:
            del columns[sentences.GIVEN]
    ordered = {name: columns[name] for name in (*(n for n in chosen if n != task.target), task.target)}
    left = _others(rows, raw_columns, chosen)
    return Rows({**ordered, **columns}, rows.numbers, rows.source, others=left, unit=rows.unit), chosen


def _others(rows: Rows, raw_columns: Collection[str], chosen: Mapping[str, str]) -> others.Others:
    """The columns of `rows` that were among `raw_columns` and are not read; what is called as several of them is made
    of these."""
    read = {part for raw in chosen.values() for part in (raw, *joined.parts(raw, {*raw_columns} - {raw}))}
    return others.whole({name: rows[name] for name in raw_columns if name in rows and name not in read}, len(rows))


def explicit(task: TaskColumns, config: DataConfig) -> dict[str, str]:
    """Canonical -> raw name for the columns the user named: first input, second input, target, and those `ASIDE`."""
    inputs = (*task.inputs, *task.optional_inputs)
    second = inputs[1] if len(inputs) > 1 else None
    if config.text_pair and second is None:
        raise DataError(f"--text-pair {config.text_pair}: this task reads single texts; join both in one column")
    raw_names = {
        inputs[0]: config.text,
        second: config.text_pair,
        task.target: config.label,
        GROUP: config.group,
        TIME: config.time,
        WEIGHT: config.weight,
    }
    return {name: raw for name, raw in raw_names.items() if name is not None and raw is not None}


def find(
    names: Sequence[str], task: TaskColumns, named: Mapping[str, str], need_target: bool, source: str = ""
) -> dict[str, str]:
    """Which of `names` stands for which canonical column of `task`.

    Where one text alone is needed and there is one column, it is that, unless its name may be a row. Raises `DataError`
    where one that is needed is not there, or would be what is named as the group, the time or the weight: that must not
    change what is learned.
    """
    chosen = by_name(names, task, named, need_target, source)
    needed = (*task.inputs, task.target) if need_target else (*task.inputs,)
    missing = [name for name in needed if name not in chosen]
    if missing and not need_target and len(needed) == 1 == len(names) and not (named or _looks_like_a_text(names[0])):
        return {missing[0]: names[0]}
    if missing:
        raise DataError(_all_read(missing, names, task, named, source) or _missing(missing, names, task, source))
    return chosen


def by_name(
    names: Sequence[str], task: TaskColumns, named: Mapping[str, str], need_target: bool, source: str = ""
) -> dict[str, str]:
    """`find`, without the columns that have no usual name."""
    table = {plain(name): name for name in reversed(names)} | {name: name for name in names if name == plain(name)}
    chosen = {name: _asked(raw, flags(task).get(name, ""), names, table, source) for name, raw in named.items()}
    twice = next((raw for raw, count in Counter(chosen.values()).items() if count > 1), None)
    if twice is not None:
        raise DataError(f"{_at(source)}column {twice!r} is named for two purposes; name another for one")
    if "text_pair" in task.optional_inputs and not {"text", "text_pair"} & chosen.keys():
        free = table.keys() - {plain(raw) for raw in _taken(chosen)}
        pair = next((pair for pair in PAIRS if free.issuperset(pair)), None)
        for name, raw in zip(("text", "text_pair"), pair or (), strict=False):
            _require_other(name, table[raw], chosen, task, source)
            chosen[name] = table[raw]
    wanted = (*task.inputs, *(name for name in task.optional_inputs if name != "text_pair"))
    wanted = (task.target, *wanted) if need_target else wanted
    for name in wanted:
        if name not in chosen:
            match = _first(usual_names(name, task), table, _taken(chosen))
            if match is not None:
                _require_other(name, match, chosen, task, source)
                chosen[name] = match
    return chosen


def _taken(chosen: Mapping[str, str]) -> set[str]:
    """The columns that are read already; one that is `ASIDE` may still be asked for."""
    return {raw for name, raw in chosen.items() if name not in ASIDE}


def _require_other(name: str, raw: str, chosen: Mapping[str, str], task: TaskColumns, source: str) -> None:
    for role in ASIDE:
        if chosen.get(role) == raw:
            flag = flags(task).get(name)
            raise DataError(
                f"{_at(source)}column {raw!r} is named as the {role} but is the {name}; name another"
                + (f", or name the column of the {name} with {flag}" if flag else "")
            )


def usual_names(name: str, task: TaskColumns) -> tuple[str, ...]:
    """What the canonical column `name` is usually called in data for `task`, the likeliest first."""
    return tuple(dict.fromkeys((*task.usual.get(name, ()), *ALIASES.get(name, (name,)))))


def _of_words(task: TaskColumns) -> bool:
    return task.shape.form.OF_WORDS


def flags(task: TaskColumns) -> dict[str, str]:
    """Canonical column -> the flag that names it."""
    inputs = (*task.inputs, *task.optional_inputs)
    flag_of = {task.target: "--label", **{name: f"--{name}" for name in ASIDE}}
    return flag_of | dict(zip(inputs, ("--text", "--text-pair"), strict=False))


def _asked(raw: str, flag: str, names: Sequence[str], table: Mapping[str, str], source: str) -> str:
    if raw in names:
        return raw
    if plain(raw) in table:
        return table[plain(raw)]
    if (numbered := _by_number(raw, names)) is not None:
        return numbered
    near = nearest(raw, names)
    meant = f"did you mean {near!r}? Name" if near else "name"
    by = f" with {flag}" if flag else ""
    if len(listed(raw)) > 1 and flag in ("--text", "--text-pair"):
        by += ", or several as NAME,NAME"
    raise DataError(
        f"{_at(source)}expected a column {raw!r} as named, but found {_listed(names)}; {meant} one of these{by}"
    )


def _by_number(raw: str, names: Sequence[str]) -> str | None:
    """The column with this number in a file of columns of words, which has no header or one that is known."""
    of_words = word_columns.is_one(names)
    return names[int(raw) - 1] if of_words and raw.isdecimal() and 1 <= int(raw) <= len(names) else None


def _first(aliases: Iterable[str], table: Mapping[str, str], taken: set[str]) -> str | None:
    return next((table[alias] for alias in aliases if alias in table and table[alias] not in taken), None)


def _missing(missing: Sequence[str], names: Sequence[str], task: TaskColumns, source: str) -> str:
    usual = "; ".join(f"{name} (usual names: {', '.join(_examples(usual_names(name, task)))} ...)" for name in missing)
    options = " and ".join(f"{flags(task)[name]} NAME" for name in missing)
    hint = _one_per_label(missing, names, task) + _by_their_numbers(names, task)
    way_out = f"pass {options}" if options else "give data with that column"
    way_out = other_encoding(names) or way_out
    return (
        f"{_at(source)}expected a column for {usual}, but only {_listed(names)} were found; "
        f"{way_out}{hint}{headless(names)}{_preferences(names, task)}"
    )


def _all_read(
    missing: Sequence[str], names: Sequence[str], task: TaskColumns, named: Mapping[str, str], source: str
) -> str:
    """What to say where the column of the answer is one of several that are named as one text; "" where it is not."""
    several = {name: listed(raw) for name, raw in named.items() if name != task.target and len(listed(raw)) > 1}
    usual = usual_names(task.target, task)
    for name, parts in several.items() if task.target in missing else ():
        taken = [part for part in parts if plain(part) in usual]
        if named[name] in names and (taken or not set(names) - {*named.values()}):
            flag, what = flags(task)[name], ", ".join(map(repr, taken)) or "every column"
            return (
                f"{_at(source)}{flag} takes {what} as a part of the {name}, so no column is left for the "
                f"{task.target}; name fewer with {flag}, or the column of the {task.target} with --label"
            )
    return ""


def _examples(names: Sequence[str]) -> list[str]:
    """The likeliest of `names`, and after them the likeliest Chinese ones."""
    return [*names[:_MOST_NAMES], *[name for name in names[_MOST_NAMES:] if has_signs(name)][:_MOST_CHINESE_NAMES]]


def _preferences(names: Sequence[str], task: TaskColumns) -> str:
    """A hint where rows have answers to prefer and answers to reject."""
    pair = next((pair for pair in PREFERENCES if set(pair) <= set(names)), None)
    if pair is None:
        return ""
    other = "" if task.conversations else "--task text-generation "
    way = f"{other}--label {pair[0]}" if pair == PREFERENCES[0] else "write them behind the input as messages"
    return (
        f"; pairs of answers ({pair[0]} and {pair[1]}) are for preference learning, which is not done here, but the "
        f"better ones can be learned: {way}"
    )


def _one_per_label(missing: Sequence[str], names: Sequence[str], task: TaskColumns) -> str:
    """A hint where there may be a column of 0 and 1 for every label."""
    if task.shape is Shape.LABELS and missing == [task.target] and len(names) > _FEWEST_OF_LABELS:
        return ", or where every label has a column of 0 and 1 all of these: --label NAME,NAME ..."
    return ""


def _by_their_numbers(names: Sequence[str], task: TaskColumns) -> str:
    """A hint where columns of words have no names."""
    if not _of_words(task) or not word_columns.is_one(names):
        return ""
    return f"; NAME may be a column's number, such as --label {word_columns.likely_tags(names)}"


def other_encoding(names: Sequence[str]) -> str:
    """What to do where names hold bytes that are not UTF-8."""
    if not any("\ufffd" in name for name in names):
        return ""
    return "their names are in another encoding: give it with --encoding, or save the file as UTF-8"


def headless(names: Sequence[str]) -> str:
    """A hint where the names look like a row: one of them is a number or a sentence."""
    if word_columns.is_one(names) or not any(map(_looks_like_a_text, names)):
        return ""
    return ", and if that is a row, put a line with the columns' names above it"


def _looks_like_a_text(name: str) -> bool:
    """Whether a name may be a cell: a number, or more words than names have."""
    if has_signs(name) and len(name) > _SIGNS_OF_A_NAME:
        return True
    return name.replace(".", "", 1).isdigit() or len(name.split()) > _WORDS_OF_A_NAME


def _listed(names: Sequence[str]) -> str:
    return f"the columns {', '.join(shown(name, 60) for name in names[:20])}" if names else "no columns"


def _at(source: str) -> str:
    return f"{source}: " if source else ""
