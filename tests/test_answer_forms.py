"""From Python, answers come in the form of what was asked, and labels in the type that they were learned in."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import transferkit
from tiny_reviews import examples
from transferkit.data.label_types import type_of
from transferkit.errors import ArtifactError, ConfigError, DataError
from transferkit.model import Model

pd = pytest.importorskip("pandas")

RUNS = Path(__file__).parent / "artifact" / "before" / "runs"
TEXTS = ["the old cat", "", "a red hammer"]


@pytest.fixture(scope="module")
def model() -> Model:
    return transferkit.load(RUNS / "text-classification")


def test_one_text_has_one_answer_and_a_list_a_list(model: Model) -> None:
    assert model.predict("the old cat") == "animal" and model.predict(["the old cat"]) == ["animal"]
    assert model.predict(np.array(TEXTS)) == model.predict(tuple(TEXTS)) == ["animal", None, "tool"]
    assert model.predict_proba("the old cat").shape == (3,) and model.predict_proba(TEXTS).shape == (3, 3)
    assert model.records("the old cat") == model.records(["the old cat"])[0]


def test_a_series_has_a_series_with_its_index(model: Model) -> None:
    answers = model.predict(pd.Series(TEXTS, index=[7, 3, 5], name="notes"))
    assert isinstance(answers, pd.Series) and answers.index.tolist() == [7, 3, 5] and answers.name == "label"
    assert answers[7] == "animal" and pd.isna(answers[3])
    shares = model.predict_proba(pd.Series(TEXTS, index=[7, 3, 5]))
    assert shares.index.tolist() == [7, 3, 5] and list(shares.columns) == ["animal", "colour", "tool"]
    assert shares.loc[7].sum() == pytest.approx(1, abs=1e-6) and shares.loc[3].isna().all()


def test_a_frame_has_a_frame_of_answers_with_its_index(model: Model) -> None:
    frame = pd.DataFrame({"id": [1, 2, 3], "text": TEXTS, "label": ["x", "y", "z"]}, index=list("abc"))
    answers = model.predict(frame)
    assert isinstance(answers, pd.DataFrame) and list(answers.columns) == ["label", "probability"]
    assert answers.index.tolist() == ["a", "b", "c"]
    records = model.records(TEXTS)
    assert answers.loc["a"].to_dict() == {name: records[0][name] for name in ("label", "probability")}
    assert answers.loc["b"].isna().all()
    beside = frame.join(answers.add_prefix("predicted_"))
    assert list(beside.columns) == ["id", "text", "label", "predicted_label", "predicted_probability"]
    assert model.predict_proba(frame).index.tolist() == ["a", "b", "c"]
    empty = model.predict(frame[:0])
    assert list(empty.columns) == ["label", "probability"] and len(empty) == 0


def test_columns_of_a_frame_may_be_named(model: Model) -> None:
    frame = pd.DataFrame({"body": TEXTS})
    assert model.predict(frame.rename(columns={"body": "x"}), named={"text": "x"})["label"][0] == "animal"
    with pytest.raises(DataError, match="expected the column 'text', which the model was trained on"):
        model.predict(frame.rename(columns={"body": "x"}).assign(y=TEXTS))
    with pytest.raises(ConfigError, match="goes with a DataFrame"):
        model.predict(TEXTS, named={"text": "x"})


def test_a_pair_is_one_and_a_frame_of_pairs_is_read() -> None:
    model = transferkit.load(RUNS / "question-answering")
    pair = ("who sat ?", "the cat sat here")
    frame = pd.DataFrame({"question": [pair[0]], "context": [pair[1]]}, index=[9])
    answers = model.predict(frame)
    assert list(answers.columns) == ["answer", "start", "end", "score"] and answers.index.tolist() == [9]
    assert model.predict(pair) == model.predict([pair])[0] == answers["answer"][9]


def test_tags_of_one_text_are_its_entities() -> None:
    model = transferkit.load(RUNS / "token-classification")
    tagged = model.predict("the cat sat in rome")
    assert tagged.words == ["the", "cat", "sat", "in", "rome"] and len(tagged) == 5
    answers = model.predict(pd.Series(["the cat sat", "in rome"]))
    assert [len(tags) for tags in answers] == [3, 2]


@pytest.mark.parametrize(
    ("cells", "source", "kind"),
    [
        ([1, 0, None], "DataFrame", "int"),
        ([1.0, 0.0, float("nan")], "DataFrame", "int"),
        ([0.5, 1.0], "DataFrame", "float"),
        ([True, False], "DataFrame", "bool"),
        (["1", "0"], "DataFrame", "str"),
        (["1", "0"], "rows.jsonl", "str"),
        (["1", "0"], "rows.csv.gz", "int"),
        (["01", "2"], "rows.csv", "str"),
        (["0.5", "1.5"], "rows.tsv", "float"),
        (["True", "False"], "rows.csv", "bool"),
        (["yes", "no"], "rows.csv", "str"),
        ([True, 2], "DataFrame", "str"),
        ([[1, 2], [], [2]], "DataFrame", "int"),
        ([np.int64(3), np.int32(4)], "DataFrame", "int"),
    ],
)
def test_the_type_of_labels_is_that_of_their_cells(cells: list[Any], source: str, kind: str) -> None:
    from transferkit.data.labels import written

    single = [item for cell in cells for item in (cell if isinstance(cell, list) else [cell])]
    names = {written(cell) for cell in single if cell is not None and cell == cell}
    assert type_of(cells, names, source) == kind


@pytest.mark.parametrize("values", [(0, 1), (False, True), ("0", "1")], ids=["int", "bool", "str"])
def test_labels_come_back_in_the_type_they_came_in(tiny_model: Path, tmp_path: Path, values: tuple[Any, Any]) -> None:
    texts, names = zip(*examples(60), strict=True)
    frame = pd.DataFrame({"text": texts, "label": [values[name == "good"] for name in names]})
    options = {"model": str(tiny_model), "routes": "baseline", "offline": True, "folds": 0, "cache_dir": tmp_path / "c"}
    transferkit.fit(frame, output_dir=tmp_path / "run", **options)
    model = transferkit.load(tmp_path / "run")
    answers = model.predict(frame)
    assert {type(value) for value in model.predict(list(texts))} == {type(values[0])}
    assert (answers["label"] == frame["label"]).mean() > 0.8
    assert answers["label"].dtype == frame["label"].dtype
    assert model.classes == values and model.labels == tuple(map(str, values))
    assert list(model.predict_proba(frame).columns) == list(values)
    record = model.records(texts[0])
    assert json.loads(json.dumps(record))["label"] == record["label"] in values
    facts = tmp_path / "run" / "models" / "baseline" / "transferkit.json"
    facts.write_text(facts.read_text(encoding="utf-8").replace(f'"{values[0]}"', '"neither"'), encoding="utf-8")
    if values[0] != "0":
        with pytest.raises(ArtifactError, match="label_type"):
            transferkit.load(tmp_path / "run")
