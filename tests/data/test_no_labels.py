"""Rows whose label says that there is none."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from transferkit.config import DataConfig
from transferkit.data import Splits, no_consensus, prepare, read
from transferkit.errors import DataError
from transferkit.tasks import get

SNLI = [("A man sleeps", "He rests", "entailment"), ("A man runs", "He sits", "contradiction"), ("A dog", "A cat", "-")]


def texts(count: int) -> list[str]:
    return [f"text {i * i + 7} of many" for i in range(count)]


def split(given: Any, task: str = "text-classification", **named: str) -> Splits:
    return prepare({"all": read(given)}, DataConfig(path="x", folds=0, **named), get(task), seed=0)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "nothing", ["nan", "NaN", " nan ", "<NA>", "NaT", "", None, float("nan"), pd.NA, ["nan"], "['nan']"], ids=repr
)
def test_what_is_never_a_label(nothing: Any) -> None:
    splits = split({"text": texts(60), "label": ["a", "b", nothing] * 20})
    assert {*splits.train["label"]} == {"a", "b"}
    (found,) = splits.audit.of("unlabelled")
    assert found.rows == tuple(range(3, 61, 3)) and found.action == "set aside for distillation"
    instead = (
        f", {nothing.strip()!r} in 20 of them"
        if isinstance(nothing, str) and nothing.strip("[']") == nothing != ""
        else ""
    )
    assert f"have no label{instead} (rows 3," in found.message


def test_in_files(tmp_path: Path) -> None:
    frame = pd.DataFrame({"text": texts(60), "label": ["a", "b", None] * 20})
    frame.to_csv(tmp_path / "a.csv", index=False, na_rep="NaN")
    frame.astype(str).to_csv(tmp_path / "b.tsv", index=False, sep="\t")
    frame.to_parquet(tmp_path / "c.parquet")
    frame.to_json(tmp_path / "d.jsonl", orient="records", lines=True)
    for path in tmp_path.iterdir():
        splits = split(path)
        assert {*splits.train["label"]} <= {"a", "b", "None"}, path
        assert ("None" in splits.train["label"]) == bool(splits.audit.of("none-labels"))


def test_pairs_without_consensus(tmp_path: Path) -> None:
    rows = [
        {"sentence1": f"{one} {i}", "sentence2": two, "gold_label": label}
        for i in range(10)
        for one, two, label in SNLI
    ]
    splits = split(rows)
    assert {*splits.train["label"]} == {"entailment", "contradiction"} and not splits.audit.of("none-labels")
    assert "have no label, '-' in 10 of them" in splits.audit.of("unlabelled")[0].message
    elsewhere = split([{"text": row["sentence1"], "sign": row["gold_label"]} for row in rows], label="sign")
    assert "-" in elsewhere.train["label"]


@pytest.mark.parametrize("label", ["None", "none", "NONE", "null", "NULL", "NA", "N/A", "n/a", "#N/A", "-"])
def test_what_may_be_a_label_is_one_and_a_finding(label: str) -> None:
    for task, cells in (
        ("text-classification", ["a", "b", label]),
        ("multi-label-classification", ["a;b", "b", f"a;{label}"]),
    ):
        splits = split({"text": texts(60), "label": cells * 20}, task)
        (found,) = splits.audit.of("none-labels")
        assert found.message == f"labels in column 'label' that may say there is none: {label!r} (20 rows)"
        assert found.rows == tuple(range(3, 61, 3)) and "leave these cells empty" in found.action
        assert not splits.audit.of("unlabelled")


@pytest.mark.parametrize("label", ["Nancy", "nano", "Nan", "banana", "nobody", "no", "zero", "0", "\u2013"])
def test_ordinary_labels(label: str) -> None:
    splits = split({"text": texts(60), "label": ["a", "b", label] * 20})
    assert label in splits.train["label"] and not splits.audit.of("none-labels") and not splits.audit.of("unlabelled")


@pytest.mark.parametrize(
    ("cells", "rows"),
    [
        ([["a", "b"], ["b"], ["nan"]], 20),
        ([["a", "b"], ["b"], [None]], 20),
        (["a|b", "b", "nan"], 20),
        (["['a', 'b']", "['b']", "[nan]"], 20),
        ([["a", "b"], ["b"], []], 0),  # is known to have none
        ([["a", "b"], ["b"], ["a", "nan"]], 0),
    ],
    ids=repr,
)
def test_several_labels(cells: list[Any], rows: int) -> None:
    splits = split({"text": texts(60), "labels": cells * 20}, "multi-label-classification")
    assert {label for given in splits.train["labels"] for label in given} == {"a", "b"}
    assert sum(len(found.rows) for found in splits.audit.of("unlabelled")) == rows


def test_columns_of_flags() -> None:
    flags = {"toxic": ["1", "0", "nan"] * 20, "rude": ["0", "1", "NaN"] * 20}
    splits = split({"text": texts(60), **flags}, "multi-label-classification")
    assert len(splits.audit.of("unlabelled")[0].rows) == 20


def test_numbers() -> None:
    for nothing in ("NaN", "nan", "", None, float("nan")):
        splits = split({"text": texts(60), "value": ["1.5", "2", nothing] * 20}, "text-regression")
        assert {*splits.train["value"]} == {1.5, 2.0} and len(splits.audit.of("unlabelled")[0].rows) == 20
    for cell in ("inf", "-inf", float("inf")):
        with pytest.raises(
            DataError, match=r"row 3, column 'value': expected a finite number, found .*leave the cell empty"
        ):
            split({"text": texts(60), "value": ["1.5", "2", cell] * 20}, "text-regression")


def test_an_answer_may_be_any_text() -> None:
    rows = {"source": texts(60), "target": [f"{text} in short" for text in texts(59)] + ["nan"]}
    splits = split(rows, "summarization")
    assert not splits.audit.of("unlabelled")


@pytest.mark.parametrize("nothing", ["nan", "NaN", ""])
def test_a_word_without_a_tag(nothing: str) -> None:
    rows = [
        {"tokens": ["Anna", "likes", f"tea{i}"], "ner_tags": ["B-PER", "O", nothing if i else "O"]} for i in range(20)
    ]
    with pytest.raises(DataError, match=f"row 2, column 'ner_tags': expected a tag per word, .* found '{nothing}'"):
        split(rows, "token-classification")
    whole = [{"tokens": ["Anna", f"tea{i}"], "ner_tags": nothing if i % 4 == 0 else ["B-PER", "O"]} for i in range(40)]
    assert len(split(whole, "token-classification").audit.of("unlabelled")[0].rows) == 10


@pytest.mark.parametrize(("known", "left"), [(("0", "1", "2"), 3), (("0", "1"), 0), (("-1", "0", "1"), 4)])
def test_minus_one_is_judged_by_what_a_model_knows(known: tuple[str, ...], left: int) -> None:
    cells = [0, 1, 2, -1] if len(known) == 3 and left == 3 else [-1, 0, 1, 0] if left else [-1, -1, -1, -1]
    rows = read({"text": texts(4), "label": cells})
    found = no_consensus.without({"": rows}, get("text-classification"), {}, known)[""]
    assert sum(cell is not None for cell in found["label"]) == left
    assert len(found.notes) == (left < 4)
