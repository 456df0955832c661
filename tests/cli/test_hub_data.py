"""Data sets of the hub, by name."""

from pathlib import Path
from typing import Any

import datasets
import pytest

from transferkit.config import parse
from transferkit.errors import ConfigError, SourceError
from transferkit.planning import prepare
from transferkit.sources import hub_data


@pytest.mark.parametrize("name", ["org/name", "SetFit/sst-2", "nyu-mll/glue:mrpc"])
def test_what_is_written_like_a_hub_data_set(name: str) -> None:
    assert hub_data.names(name)


@pytest.mark.parametrize("name", ["trec", "a/b.csv", "a/b.jsonl.gz", "a/b/c", "./a/b", "/a/b", "wheel://a==1/b", "a/"])
def test_what_is_not(name: str) -> None:
    assert not hub_data.names(name)


def test_a_folder_of_that_name_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "org" / "name").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    assert not hub_data.names("org/name")


def test_its_splits_and_class_names_reach_the_run(
    tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []
    label = datasets.ClassLabel(names=["no", "yes"])
    classes = datasets.Features({"sentence": datasets.Value("string"), "label": label})

    def serve(*words: Any) -> datasets.DatasetDict:
        asked.append(words)
        sizes = {"train": range(30), "validation": range(30, 40), "test": range(40, 50)}
        tables = {k: {"sentence": [f"text {i}" for i in v], "label": [i % 2 for i in v]} for k, v in sizes.items()}
        return datasets.DatasetDict({k: datasets.Dataset.from_dict(v, features=classes) for k, v in tables.items()})

    monkeypatch.setattr(datasets, "load_dataset", serve)
    values = {"data": {"path": "org/name:part"}, "model": str(tiny_model), "cache_dir": tmp_path}
    prepared = prepare(parse(values | {"output_dir": tmp_path / "run"}))
    assert asked == [("org/name", "part")]
    assert prepared.task.labels == ("no", "yes")
    splits = prepared.splits
    assert [len(rows) for rows in (splits.train, splits.validation, splits.test)] == [30, 10, 10]


@pytest.mark.parametrize(
    ("raised", "kind", "words"),
    [
        (ConnectionError("no route\nmore"), SourceError, "did not serve the data set org/name: no route"),
        (ValueError("Config name is missing.\nPick one of a, b"), ConfigError, "org/name:CONFIGURATION"),
        (RuntimeError("damaged"), SourceError, "cannot be read: damaged"),
    ],
)
def test_what_goes_wrong_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, raised: Exception, kind: type[Exception], words: str
) -> None:
    def fail(*_words: Any) -> None:
        raise raised

    monkeypatch.setattr(datasets, "load_dataset", fail)
    with pytest.raises(kind) as caught:
        hub_data.load("org/name", offline=False)
    assert words in str(caught.value) and "\n" not in str(caught.value)
