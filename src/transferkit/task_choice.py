"""The task of a run: the one that is named, that of the catalogue's data, or the one that the rows look like."""

from collections.abc import Mapping
from dataclasses import dataclass

from transferkit import sources, tasks
from transferkit.config import DataConfig, RunConfig
from transferkit.data import columns, contents, flags
from transferkit.data.contents import Content
from transferkit.errors import DataError
from transferkit.shapes import Shape
from transferkit.table.rows import Rows
from transferkit.table.splits import Finding
from transferkit.tasks import Sign, Task

USUAL = "text-classification"


@dataclass(frozen=True)
class Choice:
    """The task, the findings on how it was chosen, and the others that the rows may be of, each with the sign."""

    task: Task
    findings: tuple[Finding, ...] = ()
    others: tuple[tuple[str, Sign], ...] = ()


def named(config: RunConfig) -> Task | None:
    """The task that the user or the catalogue names; None where the rows have to show it."""
    name = config.task or sources.task_of(config.data.path)
    return tasks.get(name) if name else None


def seen(tables: Mapping[str, Rows], settings: DataConfig) -> Choice:
    """The task that raw `tables` are of beyond doubt, or else the usual one."""
    rows = tables.get("train", next(iter(tables.values())))
    signs = _signs(rows, settings)
    sure = [name for name, sign in signs if sign.sure]
    task = tasks.get(sure[0] if len(sure) == 1 else USUAL)
    others = tuple((name, sign) for name, sign in signs if name != task.name)
    findings = [_taken(name, sign) for name, sign in signs if name == task.name]
    if task.name == USUAL:
        findings += [_possible(name, sign) for name, sign in others]
    return Choice(task, tuple(findings), others)


def _signs(rows: Rows, settings: DataConfig) -> list[tuple[str, Sign]]:
    """What `rows` look like, by task; texts to be written are looked for where there are no labels."""
    labelled = _has_labels(rows, settings)
    found = []
    for name in tasks.names():
        task = tasks.get(name)
        if labelled and task.shape.form.WRITTEN:
            continue
        try:
            sign = task.recognised(rows, columns.explicit(task, settings))
        except DataError:  # the columns that are named are not there, or are not what this task reads
            continue
        if sign is not None:
            found.append((name, sign))
    return found


def _has_labels(rows: Rows, settings: DataConfig) -> bool:
    """Whether a column is named as the label, or is called as one and has few values."""
    if settings.label:
        return True
    task = tasks.get(USUAL)
    raw = columns.by_name(list(rows.columns), task, {}, True).get(task.target)
    return raw is not None and contents.of(rows, raw).content is Content.CATEGORIES


def _taken(name: str, sign: Sign) -> Finding:
    return Finding("task", "info", sign.words, (), f"read as {name}; --task {USUAL}, or another, says otherwise")


def _possible(name: str, sign: Sign) -> Finding:
    return Finding("task", "warning", sign.words, (), f"read as {USUAL}; --task {name} reads them so")


def hint(tables: Mapping[str, Rows], settings: DataConfig, choice: Choice) -> str:
    """What else `tables` may be that cannot be used for the task of `choice`: its columns are those of others."""
    if not tables:
        return ""
    if choice.others:
        words = next(sign.words for _, sign in choice.others)
        return f"; {words}, as for {' or '.join(f'--task {name}' for name, _ in choice.others)}"
    rows, task = next(iter(tables.values())), choice.task
    if _fits(rows, task, {}) or _fits(rows, task, columns.explicit(task, settings)):
        return ""
    fitting = [name for name in tasks.names() if name != task.name and _fits(rows, tasks.get(name), {})]
    ones, _ = flags.columns(rows, ())
    if len(ones) > 1 and task.shape is not Shape.LABELS:
        return "; several columns of 0 and 1 are usual for --task multi-label-classification"
    return f"; columns of these names are usual for --task {' or '.join(fitting)}" if fitting else ""


def _fits(rows: Rows, task: Task, asked: Mapping[str, str]) -> bool:
    try:
        columns.find(list(task.unpack(rows).columns), task, asked, need_target=True)
    except DataError:
        return False
    return True
