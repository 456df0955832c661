"""Folders of texts and their marks, as brat keeps them."""

from pathlib import Path

import pytest

from transferkit import tasks
from transferkit.data import read_splits
from transferkit.data.cleaning import clean
from transferkit.errors import DataError

MARKS = "T1\tPER 0 3\tAda\nT2\tLOC 7 12\tParis\nR1\tLives Arg1:T1 Arg2:T2\nA1\tSure T1\n#1\tNote T1\tyes\n"


def document(folder: Path, name: str, text: str, marks: str | None) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.txt").write_bytes(text.encode())
    if marks is not None:
        (folder / f"{name}.ann").write_bytes(marks.encode())


def test_a_row_per_document(tmp_path: Path) -> None:
    document(tmp_path, "b", "Ada in Paris\r\n.", MARKS)
    document(tmp_path, "a", "我在\r\n北京", "T1\tLOC 4 6\t北京\n")
    document(tmp_path, "c", "nothing", "")
    document(tmp_path, "d", "not read yet", None)
    [(name, rows)] = read_splits(tmp_path).items()
    assert name == "all" and rows["document"] == ["a", "b", "c", "d"]
    found = clean(rows, tasks.get("ner"), {}, "")
    assert found.rows["text"] == ["我 在 北 京", "Ada in Paris .", "nothing"]
    assert found.rows["tags"] == [["O", "O", "B-LOC", "I-LOC"], ["B-PER", "O", "B-LOC", "O"], ["O"]]
    assert found.unlabelled["text"] == ["not read yet"]


def test_folders_called_as_splits(tmp_path: Path) -> None:
    for split in ("train", "dev", "test"):
        document(tmp_path / split, "a", f"Ada in Paris, {split}", MARKS)
    assert {name: rows["text"] for name, rows in read_splits(tmp_path).items()} == {
        "train": ["Ada in Paris, train"],
        "validation": ["Ada in Paris, dev"],
        "test": ["Ada in Paris, test"],
    }


def test_entities_in_several_parts_are_said(tmp_path: Path) -> None:
    document(tmp_path, "a", "North and South Wales, Bonn", "T1\tLOC 0 5;16 21\tNorth Wales\nT2\tLOC 23 27\tBonn\n")
    found = clean(read_splits(tmp_path)["all"], tasks.get("ner"), {}, "")
    assert found.rows["tags"] == [["O", "O", "O", "O", "O", "B-LOC"]]
    assert [each.kind for each in found.findings] == ["parted-entities"]


def test_damaged_marks_are_refused(tmp_path: Path) -> None:
    document(tmp_path, "a", "Ada", "T1 PER 0 3 Ada\n")
    with pytest.raises(DataError, match=r"a\.ann: line 1: expected an entity such as"):
        read_splits(tmp_path)
