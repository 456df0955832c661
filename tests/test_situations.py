"""Every situation of `tests/situations` gives its right value, or is refused with the right words: none is silent."""

import re
from pathlib import Path
from typing import Any

import pytest

from situations import Situation, all_of_them
from transferkit import intake
from transferkit.config import parse
from transferkit.data import Splits
from transferkit.errors import TransferkitError
from transferkit.shapes import Shape
from transferkit.table.rows import Rows
from transferkit.tasks import Task

FOUND = all_of_them()
LEAST = 80


def taken_in(folder: Path, situation: Situation) -> tuple[Splits, Task]:
    for name, content in situation.files.items():
        (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    files = situation.files.keys()
    asked = {k: str(folder / v) if isinstance(v, str) and v in files else v for k, v in situation.asked.items()}
    data = {"path": str(folder / next(iter(files))), **asked}
    found = intake.take_in(parse({"data": data, "task": situation.task, "output_dir": str(folder / "run")}))
    return found.splits, found.task


def answers(rows: Rows, task: Task) -> dict[Any, Any]:
    """Inputs -> target; inputs that are not there are left out, and a single one stands for itself."""
    inputs = [tuple(part for part in each if part is not None) for each in rows.inputs()]
    named = [each[0] if len(each) == 1 else each for each in inputs]
    if task.shape is Shape.TAGS:
        named = [tuple(words.split(" ")) for words in named]
    return {_plain(each): _target(target, task) for each, target in zip(named, rows[task.target], strict=True)}


def _target(target: Any, task: Task) -> Any:
    """Of an answer in a context its text and its place as `text@place`; "" where there is none."""
    if task.shape is Shape.SPAN:
        return " or ".join(f"{text}@{place}" for text, place in map(_plain, target))
    return _plain(target)


def _plain(value: Any) -> Any:
    return tuple(map(_plain, value)) if isinstance(value, list | tuple) else value


def test_there_are_many_and_every_one_says_what_is_right() -> None:
    assert len({each.name for each in FOUND}) == len(FOUND) >= LEAST
    assert all(bool(each.refused) != bool(each.gives or each.says) for each in FOUND)


@pytest.mark.parametrize("situation", FOUND, ids=lambda each: each.name)
def test_situation(tmp_path: Path, situation: Situation) -> None:
    if situation.refused:
        with pytest.raises(TransferkitError, match=f"(?s){situation.refused}") as refused:
            taken_in(tmp_path, situation)
        assert "\n" not in str(refused.value) or "decoded" in str(refused.value)
        return
    splits, task = taken_in(tmp_path, situation)
    if situation.gives is not None:
        rows = splits.labelled.join(splits.test) if len(splits.test) else splits.labelled
        assert answers(rows, task) == {_plain(k): _plain(v) for k, v in situation.gives.items()}
    if situation.says:
        said = "\n".join([str(splits.overview), *(f"{f.message}: {f.action}" for f in splits.audit.findings)])
        assert re.search(situation.says, said), said
