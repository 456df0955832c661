"""Another kind of input, which the product does not know, goes from a table to audited splits."""

import pickle
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from transferkit import tasks
from transferkit.artifact import learned_rows
from transferkit.config import DataConfig
from transferkit.data import Splits, content, fingerprints, look, naive_split, prepare, read
from transferkit.errors import DataError
from transferkit.kinds import Kind, Signatures
from transferkit.kinds.text import KIND as TEXT
from transferkit.tasks import Task

SIDE = 16


@dataclass(frozen=True)
class Picture:
    """Grey pixels as bytes, the first of which says how it is stored and is not seen."""

    name: str = "picture"

    def read(self, cell: Any) -> bytes:
        if cell is None:
            return b""
        if not isinstance(cell, bytes):
            raise ValueError(f"expected a picture, found a {type(cell).__name__}")
        return cell

    def is_blank(self, value: Any) -> bool:
        return len(value) < 2

    def key(self, value: Any) -> str:
        return str(value[1:].hex())

    def identity(self, value: Any) -> str:
        return str(value.hex())

    def signatures(self, values: Sequence[Any], keys: Sequence[str]) -> Signatures:
        pixels = [[256 * place + pixel for place, pixel in enumerate(value[1:])] or [0] for value in values]
        return Signatures(np.concatenate(pixels).astype(np.uint32), np.array([len(each) for each in pixels]))

    def shown(self, value: Any) -> str:
        return f"{len(value) - 1} pixels"


PICTURE = Picture()
TASK = replace(
    tasks.get("text-classification"),
    name="picture-classification",
    inputs={"picture": PICTURE},
    optional_inputs={},
)


def picture(seed: int, stored: int = 1, changed: int = 0) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 200, SIDE * SIDE)
    pixels[:changed] += 50
    return bytes([stored, *pixels.tolist()])


def table(count: int, first: int = 0) -> dict[str, list[Any]]:
    return {"picture": [picture(first + i) for i in range(count)], "label": [f"{i % 2}" for i in range(count)]}


def split(train: Mapping[str, Any], test: Mapping[str, Any] | None = None, task: Task = TASK) -> Splits:
    tables = {"train": read(train)} | ({"test": read(test)} if test else {})
    return prepare(tables, DataConfig(path="x", folds=0), task, 0)


def test_blank_cells_duplicates_and_leaks_are_asked_of_the_kind() -> None:
    train, test = table(60), table(20, first=100)
    train["picture"][3] = None
    train["picture"][5] = picture(7, stored=2)  # row 8 is a copy of it in another form
    train["label"][5] = train["label"][7]
    train["picture"][10] = test["picture"][0]
    train["picture"][11] = picture(101, stored=3)
    train["picture"][12] = picture(102, changed=5)  # 251 of 261 pixels are the same
    train["picture"][13] = picture(103, changed=40)
    found = split(train, test)
    rows = {
        kind: [each.rows for each in found.audit.of(kind)] for kind in ("empty", "duplicates", "leaks", "near-leaks")
    }
    assert rows == {"empty": [(4,)], "duplicates": [(8,)], "leaks": [(11, 12)], "near-leaks": [(13,)]}
    assert "1 row of train has no picture" in found.audit.of("empty")[0].message
    assert 14 in [*found.train.numbers, *found.validation.numbers]
    assert all(isinstance(value, bytes) for value in found.test["picture"])


def test_splits_made_here_part_no_copies() -> None:
    train = table(60)
    train["picture"] += [picture(i, stored=2) for i in range(30)]
    train["label"] += train["label"][:30]
    assert len(split(train).labelled) + len(split(train).test) == 60
    naive = naive_split({"all": read(train)}, DataConfig(path="x", folds=0), TASK, 0)
    assert naive is not None and naive[2] > 0


def test_fingerprints_and_what_was_learned_know_the_value(tmp_path: Any) -> None:
    one = split(table(60))
    other = table(60)
    other["picture"] = [bytes([2]) + value[1:] for value in other["picture"]]
    assert fingerprints.of(one, TASK) == fingerprints.of(split(table(60)), TASK)
    assert fingerprints.of(one, TASK) != fingerprints.of(split(other), TASK)
    run = tmp_path / "run"
    (run / "models" / "full").mkdir(parents=True)
    learned_rows.note(run / learned_rows.NAME, one, TASK)
    known = learned_rows.findings(run / "models" / "full", split(other).train, TASK)
    assert [len(each.rows) for each in known] == [len(one.train)]


def test_it_is_shown_as_the_kind_says() -> None:
    found = look({"all": read(table(60))}, DataConfig(path="x", folds=0), TASK, 0)
    assert found.example[0] == ("picture", "256 pixels") and found.problem == ""


def test_what_is_none_of_the_kind_is_refused_by_row_and_column() -> None:
    train = table(60)
    train["picture"][4] = "a text"
    with pytest.raises(DataError, match=r"row 5, column 'picture': expected a picture, found a str$"):
        split(train)


def test_a_task_may_have_inputs_of_two_kinds() -> None:
    task = replace(TASK, inputs={"picture": PICTURE}, optional_inputs={"caption": TEXT})
    train, test = table(60), table(20, first=100)
    for part in (train, test):
        part["caption"] = [f"a caption of several words, number {i * i}" for i in range(len(part["label"]))]
    train["picture"][:2] = [picture(100, changed=5), picture(101, changed=5)]
    train["caption"][0] = "Another caption"
    found = split(train, test, task)
    assert [each.rows for each in found.audit.of("near-leaks")] == [(2,)]
    assert [*content.inputs(found.test, task)] == ["picture", "caption"]


def test_tasks_with_it_can_be_pickled_like_others() -> None:
    kinds: Mapping[str, Kind] = TASK.inputs
    assert pickle.loads(pickle.dumps(kinds)) == kinds
