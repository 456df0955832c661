"""Several labels in the forms in which people keep them: every value is the right one, or it is refused."""

from typing import Any

import numpy as np
import pytest

import transferkit
from transferkit.config import parse
from transferkit.data import Rows, Splits, prepare, read
from transferkit.errors import ConfigError, DataError
from transferkit.tasks import get

TASK = get("multi-label-classification")
COUNT = 40
TEXTS = [f"第{i}篇 text {i * 7} of {i * 13}" for i in range(COUNT)]
SPORT, MONEY = [i % 2 == 0 for i in range(COUNT)], [i % 3 == 0 for i in range(COUNT)]
RIGHT = {
    text: [name for name, holds in (("体育", sport), ("财经", money)) if holds]
    for text, sport, money in zip(TEXTS, SPORT, MONEY, strict=True)
}


def splits(columns: dict[str, Any], test: dict[str, Any] | None = None, **asked: Any) -> Splits:
    tables = {"train": read(columns), **({"test": read(test)} if test else {})}
    return prepare(tables, parse({"data": {"path": "x", "folds": 0, **asked}}).data, TASK, 0)


def found(columns: dict[str, Any], **asked: Any) -> dict[str, list[str]]:
    made = splits(columns, **asked)
    rows = made.train.join(made.validation).join(made.test)
    return dict(zip(rows["text"], rows["labels"], strict=True))


def of(cells: Any, **asked: Any) -> dict[str, list[str]]:
    return found({"text": TEXTS, "labels": cells}, **asked)


FLAGS = list(zip(SPORT, MONEY, strict=True))
CELLS: list[tuple[str, list[Any], dict[str, Any]]] = [
    ("mapping of floats", [{"体育": float(a), "财经": float(b)} for a, b in FLAGS], {}),
    ("mapping of truths", [{"体育": a, "财经": b} for a, b in FLAGS], {}),
    ("mapping written by pandas", [str({"体育": a, "财经": b}) for a, b in FLAGS], {}),
    ("vector", [[int(a), int(b)] for a, b in FLAGS], {"label_names": "体育,财经"}),
    ("vector of truths", [[a, b] for a, b in FLAGS], {"label_names": ["体育", "财经"]}),
    ("vector as text", [f"[{int(a)}, {int(b)}]" for a, b in FLAGS], {"label_names": "体育,财经"}),
    ("array printed", [str(np.array([a, b], dtype=float)) for a, b in FLAGS], {"label_names": "体育,财经"}),
    ("bare digits", [f"{int(a)} {int(b)}" for a, b in FLAGS], {"label_names": "体育,财经"}),
    ("numbers of labels", [[i for i in (0, 1) if pair[i]] for pair in FLAGS], {"label_names": "体育,财经"}),
    ("doccano", [RIGHT[text] for text in TEXTS], {}),
    ("Label Studio", [{"choices": RIGHT[text]} for text in TEXTS], {}),
    ("list written by pandas", [str(RIGHT[text]) for text in TEXTS], {}),
    ("array of texts printed", [str(np.array(RIGHT[text], dtype=object)) for text in TEXTS], {}),
]


@pytest.mark.parametrize(("cells", "asked"), [case[1:] for case in CELLS], ids=[case[0] for case in CELLS])
def test_a_column_of_several_labels(cells: list[Any], asked: dict[str, Any]) -> None:
    assert of(cells, **asked) == RIGHT


@pytest.mark.parametrize("mark", ["|", ";", "#", "、", "，", ",", "；", ", "])
def test_what_stands_between_names(mark: str) -> None:
    assert of([mark.join(RIGHT[text]) or "[]" for text in TEXTS]) == RIGHT


@pytest.mark.parametrize("one", [1, "1", 1.0, "1.0", True, "true"])
@pytest.mark.parametrize("asked", [{}, {"label": "体育,财经"}, {"label": ["体育", "财经"]}])
def test_a_column_for_every_label(one: Any, asked: dict[str, Any]) -> None:
    none = {1: 0, "1": "0", "1.0": "0.0", "true": "false"}.get(one, type(one)(0)) if one is not True else False
    columns = {
        "id": [f"a{i}" for i in range(COUNT)],
        "comment_text": TEXTS,
        "体育": [one if holds else none for holds in SPORT],
        "财经": [one if holds else none for holds in MONEY],
    }
    made = splits(columns, **asked)
    assert dict(zip(made.train["text"], made.train["labels"], strict=True)).items() <= RIGHT.items()
    assert made.columns == {"text": "comment_text", "labels": "体育,财经"}
    [told] = made.audit.of("label-columns")
    assert told.message == "2 columns of 0 and 1 read as labels: '体育', '财经'"


def test_other_columns_beside_flags_are_asked_about() -> None:
    columns = {"text": TEXTS, "length": list(range(COUNT)), "new": [1, 0] * 20, "urgent": [0, 0, 1, 1] * 10}
    with pytest.raises(DataError, match=r"2 columns of 0 and 1 \('new', 'urgent'\); .* pass --label 'new,urgent'"):
        splits(columns)
    assert found(columns, label="new,urgent")[TEXTS[2]] == ["new", "urgent"]


def test_flags_of_a_row_may_be_unknown() -> None:
    columns = {"text": TEXTS, "new": [-1, *[1, 0] * 19, 1], "urgent": [-1, *[0, 1] * 19, 1]}
    made = splits(columns)
    assert made.audit.of("unlabelled")[0].rows == (1,)
    with pytest.raises(DataError, match="row 2, column 'new,urgent': expected 0 or 1 for every label, or -1 for all"):
        splits({**columns, "new": [-1, -1, *[1, 0] * 19]})


def test_vectors_without_names_are_refused() -> None:
    with pytest.raises(DataError, match=r"vectors of 2 times 0 or 1 without names; .* --label-names NAME,NAME"):
        of([[int(a), int(b)] for a, b in FLAGS])
    with pytest.raises(DataError, match="found 3 names for vectors of 2"):
        of([[int(a), int(b)] for a, b in FLAGS], label_names="a,b,c")


@pytest.mark.parametrize("cells", [[0, 1] * 20, [[0], [0, 1]] * 20, ["0", "1"] * 20, ["0|1", "1"] * 20])
def test_labels_are_never_called_0_and_1(cells: list[Any]) -> None:
    with pytest.raises(DataError, match="expected names of labels, found 0 and 1 only"):
        of(cells)


def test_one_separator_for_the_whole_column() -> None:
    cells = ["Food, drink" if i % 2 else "Food, drink|Arts, culture" if i % 4 else "Travel" for i in range(COUNT)]
    made = splits({"text": TEXTS, "labels": cells})
    assert TASK.bound(made.train).labels == ("Arts, culture", "Food, drink", "Travel")
    [told] = made.audit.of("label-separator")
    assert told.severity == "warning" and "separated by '|', more than one in 10 rows" in told.message
    assert "',' kept as part of names" in told.action


def test_one_separator_for_all_files() -> None:
    train = {"text": TEXTS, "labels": ["a, b|c", "a, b", "c", "a, b"] * 10}
    test = {"text": [f"other {text}" for text in TEXTS], "labels": ["a, b", "c"] * 20}
    made = splits(train, test)
    assert {label for labels in made.test["labels"] for label in labels} == {"a, b", "c"}


def test_a_comma_that_may_belong_to_names_is_asked_about() -> None:
    cells = ["Food, drink", "Arts, culture"] * 20
    with pytest.raises(DataError, match=r"--label-separator ',' or --label-separator none"):
        of(cells)
    assert of(cells, label_separator="none")[TEXTS[0]] == ["Food, drink"]
    assert of(cells, label_separator=",")[TEXTS[0]] == ["Food", "drink"]


def test_a_sign_that_ends_names_parts_none() -> None:
    assert of(["C#", "F#", "C#,F#", "Java"] * 10)[TEXTS[2]] == ["C#", "F#"]
    assert of(["C#", "F#"] * 20)[TEXTS[0]] == ["C#"]


def test_a_row_per_label_is_made_a_row_per_text() -> None:
    pairs = [(text, label) for text in TEXTS for label in RIGHT[text]]
    table = {"text": [text for text, _ in pairs], "label": [label for _, label in pairs]}
    made = splits(table)
    rows = made.train.join(made.validation).join(made.test)
    assert dict(zip(rows["text"], rows["labels"], strict=True)) == {
        text: names for text, names in RIGHT.items() if names
    }
    [told] = made.audit.of("merged-rows")
    assert len(told.rows) == len(pairs) - len(rows)


def test_a_label_that_always_holds_is_said() -> None:
    [told] = splits({"text": TEXTS, "labels": ["all|some", "all"] * 20}).audit.of("constant")
    assert "1 label that holds in every row to train on: 'all'" in told.message


def test_a_mapping_to_scores_is_refused() -> None:
    with pytest.raises(DataError, match=r"row 1, column 'cats': expected 0 or 1, found 0\.7"):
        splits({"text": TEXTS, "cats": [{"a": 0.7, "b": 0.3}] * COUNT})


def test_options_of_labels_are_for_several() -> None:
    with pytest.raises(DataError, match="--label-separator and --label-names are for --task multi-label"):
        prepare(
            {"all": read({"text": TEXTS, "label": ["a", "b"] * 20})},
            parse({"data": {"path": "x", "label_separator": ";"}}).data,
            get("text-classification"),
            0,
        )
    with pytest.raises(ConfigError):
        parse({"data": {"path": "x", "label_separator": ""}})


@pytest.mark.parametrize(
    ("cells", "right"),
    [
        ([["a"], ["b"]] * 20, "a"),
        (["['a']", "['b']"] * 20, "a"),
        ([{"a": 1.0, "b": 0.0}, {"a": 0.0, "b": 1.0}] * 20, "a"),
        ([{"choices": ["a"]}, {"choices": ["b"]}] * 20, "a"),
        (["[draft]", "final"] * 20, "[draft]"),
    ],
)
def test_one_label_in_a_form_for_several(cells: list[Any], right: str) -> None:
    task = get("text-classification")
    made = prepare(
        {"all": Rows({"text": TEXTS, "label": cells}, np.arange(1, COUNT + 1))},
        parse({"data": {"path": "x", "folds": 0}}).data,
        task,
        0,
    )
    rows = made.train.join(made.validation).join(made.test)
    assert dict(zip(rows["text"], rows["label"], strict=True))[TEXTS[0]] == right


@pytest.mark.parametrize("cell", [["a", "b"], {"a": 1, "b": 1}, "['a', 'b']"])
def test_more_than_one_label_is_refused_with_the_task_for_it(cell: Any) -> None:
    with pytest.raises(
        ValueError, match=r"expected one label, found \['a', 'b'\]; .*--task multi-label-classification"
    ):
        get("text-classification").read_target(cell)


def test_texts_of_several_columns() -> None:
    table = {"title": ["好", "坏"] * 20, "body": TEXTS, "price": list(range(COUNT)), "labels": ["a", "a|b"] * 20}
    made = splits(table, text="title,body,price")
    assert made.columns == {"text": "title,body,price", "labels": "labels"}
    assert f"title: 好\nbody: {TEXTS[0]}\nprice: 0" in made.train["text"]
    with pytest.raises(DataError, match="expected a column 'title,boddy' as named"):
        splits(table, text="title,boddy")


def test_what_empty_cells_were_printed_as_is_no_part_of_a_text() -> None:
    table = {"title": ["nan", "x"] * 20, "body": TEXTS, "labels": ["a", "a|b"] * 20}
    made = splits(table, text="title,body").train["text"]
    assert not any("nan" in text for text in made) and f"body: {TEXTS[0]}" in made


def test_a_column_with_a_comma_in_its_name() -> None:
    table = {"title,body": TEXTS, "title": ["x"] * COUNT, "labels": ["a", "a|b"] * 20}
    assert set(splits(table, text="title,body").train["text"]) <= set(TEXTS)


def test_empty_cells_beside_flags_are_told() -> None:
    rows = [{"text": f"t{i}", "toxic": i % 2, "obscene": (i + 1) % 2} for i in range(6)]
    rows[3]["toxic"] = None
    found = transferkit.look(rows, task="multi-label-classification")
    assert [each.rows for each in found.findings if each.kind == "empty-flags"] == [(4,)]
