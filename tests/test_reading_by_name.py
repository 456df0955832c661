"""`transferkit.read` takes what `fit` takes: catalogue names and folders of splits too."""

from pathlib import Path
from typing import Any

import pytest

import transferkit
from transferkit import sources
from transferkit.data import read_splits
from transferkit.errors import DataError
from transferkit.table.rows import Rows

TRAIN, TEST = {"text": ["a", "b"]}, {"text": ["c"]}


@pytest.fixture
def catalogue(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The tables that the catalogue's data sets have."""
    tables: dict[str, Any] = {"train": TRAIN}

    def load(name: str, *, cache_dir: Path, offline: bool) -> dict[str, Rows]:
        assert offline
        return read_splits(dict(tables))

    monkeypatch.setattr(sources, "load_tables", load)
    return tables


def test_a_catalogue_name(catalogue: dict[str, Any]) -> None:
    assert transferkit.read("trec", offline=True)["text"] == ["a", "b"]


def test_of_several_splits_one_is_named(catalogue: dict[str, Any]) -> None:
    catalogue["test"] = TEST
    with pytest.raises(DataError, match=r"trec has the splits train and test; name one: split=\.\.\."):
        transferkit.read("trec", offline=True)
    assert transferkit.read("trec", split="test", offline=True)["text"] == ["c"]
    with pytest.raises(DataError, match="no split 'dev'; name one of these"):
        transferkit.read("trec", split="dev", offline=True)


def test_a_folder_of_splits(tmp_path: Path) -> None:
    (tmp_path / "train.csv").write_text("text,label\na,x\nb,y\n")
    (tmp_path / "dev.csv").write_text("text,label\nc,x\n")
    assert transferkit.read(tmp_path, split="dev")["text"][0] == "c"
    with pytest.raises(DataError, match="has the splits train and validation"):
        transferkit.read(tmp_path)


def test_one_table_has_no_other_split(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("text,label\na,x\n")
    assert len(transferkit.read(tmp_path / "a.csv")) == 1
    with pytest.raises(DataError, match="no split 'test'"):
        transferkit.read(tmp_path / "a.csv", split="test")
