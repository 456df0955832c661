"""Python users get what the command line prints: answers as records, and two runs side by side."""

import json
import shutil
from pathlib import Path

import pytest

import transferkit
from calling import Call
from transferkit.errors import ArtifactError, ConfigError, DataError

KEPT = Path(__file__).parent / "artifact" / "before"
KEYS = {
    "text-classification": ["row", "label", "probability"],
    "multi-label-classification": ["row", "labels", "scores"],
    "text-regression": ["row", "value"],
    "token-classification": ["row", "words", "tags", "entities"],
    "question-answering": ["row", "answer", "start", "end", "score"],
    "summarization": ["row", "summary"],
}
CLASSES = ("text-classification", "multi-label-classification")


@pytest.mark.parametrize("task", KEYS)
def test_records_are_what_predict_writes(call: Call, task: str) -> None:
    file = KEPT / "rows" / f"{task}.questions.jsonl"
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    texts = [next(iter(row.values())) if len(row) == 1 else tuple(row.values()) for row in rows]
    every = ["--probabilities"] if task in CLASSES else []
    ended = call("predict", KEPT / "runs" / task, file, *every, "--quiet", "--keep", "none")
    model = transferkit.load(KEPT / "runs" / task)
    records = model.records(texts, probabilities=bool(every))
    assert [json.loads(line) for line in ended.out.splitlines()] == records
    keys = KEYS[task] + ["probabilities"] * len(every)
    assert [list(record) for record in records] == [keys] * len(texts)
    assert [record["row"] for record in records] == list(range(1, len(texts) + 1))
    (streamed,) = model.stream(file)
    assert streamed.records(bool(every)) == records


def test_probabilities_are_by_label() -> None:
    model = transferkit.load(KEPT / "runs" / "text-classification")
    known, blank = model.records(["the old cat was here", ""], probabilities=True)
    assert list(known["probabilities"]) == list(model.labels)
    assert known["probability"] == max(known["probabilities"].values()) == known["probabilities"][known["label"]]
    assert blank == {"row": 2, "label": None, "probability": None, "probabilities": None}


def test_records_refuse_what_predict_refuses() -> None:
    with pytest.raises(ConfigError, match="no probabilities"):
        transferkit.load(KEPT / "runs" / "text-regression").records(["a"], probabilities=True)
    with pytest.raises(DataError, match="expected a list of texts"):
        transferkit.load(KEPT / "runs" / "text-regression").records(7)


def test_two_runs_are_compared_as_on_the_command_line(call: Call, tmp_path: Path) -> None:
    first, second = KEPT / "runs" / "text-classification", KEPT / "runs" / "question-answering"
    copy = shutil.copytree(first, tmp_path / "copy")
    pair = transferkit.compare(first, str(copy))
    assert pair.same_rows and pair.same_data and len(pair.first.rows) == 15
    assert set(pair.tests) == {*pair.first.values} and pair.of_best.difference == 0
    ended = call("compare", first, copy)
    assert pair.of_best.words in ended.out and str(pair).split() == ended.out.split()
    assert all(f"{interval.value:.3f}" in ended.out for interval in pair.first.values.values())
    assert transferkit.compare(transferkit.open(first), copy) == pair
    in_chinese = transferkit.compare(first, copy, language="zh")
    assert (
        in_chinese == pair and str(in_chinese).split() == call("compare", first, copy, "--language", "zh").out.split()
    )
    assert "二者在相同的 15 行上评测" in str(in_chinese) and "二者在相同的" in in_chinese._repr_html_()
    with pytest.raises(ConfigError, match="unknown language 'xx'"):
        transferkit.compare(first, copy, language="xx")
    with pytest.raises(ConfigError, match="are one run; name two runs to compare"):
        transferkit.compare(first, first)
    with pytest.raises(ConfigError, match="compare like runs"):
        transferkit.compare(first, second)
    with pytest.raises(ArtifactError, match="no such folder"):
        transferkit.compare(first, "nowhere")
    for no_run in (None, 3):
        with pytest.raises(ConfigError, match="expected a run or its folder"):
            transferkit.compare(no_run, first)  # type: ignore[arg-type]
