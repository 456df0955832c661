"""Entities that are given by their places, in the forms that annotation tools have."""

import json
from pathlib import Path
from typing import Any

import pytest

from transferkit import tasks
from transferkit.data import read
from transferkit.data.cleaning import Cleaned, clean
from transferkit.errors import DataError

TEXTS = ["Ada Lovelace lives in Paris.", "王小明在北京。"]
MARKS: list[list[list[Any]]] = [[[0, 12, "PER"], [22, 27, "LOC"]], [[0, 3, "PER"], [4, 6, "LOC"]]]
WORDS = ["Ada Lovelace lives in Paris .", "王 小 明 在 北 京 。"]
TAGS = [["B-PER", "I-PER", "O", "O", "B-LOC", "O"], ["B-PER", "I-PER", "I-PER", "O", "B-LOC", "I-LOC", "O"]]


def cleaned(source: Any, **named: str) -> Cleaned:
    return clean(read(source), tasks.get("ner"), named, "")


def lines(tmp_path: Path, records: list[Any]) -> Path:
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(each, ensure_ascii=False) + "\n" for each in records), encoding="utf-8")
    return path


def mappings(marks: list[list[Any]], start: str, end: str, kind: str) -> list[dict[str, Any]]:
    return [{"id": 7, start: a, end: b, kind: name} for a, b, name in marks]


def studio(text: str, marks: list[list[Any]]) -> dict[str, Any]:
    result = [
        {
            "value": {"start": a, "end": b, "text": text[a:b], "labels": [name]},
            "from_name": "label",
            "to_name": "text",
            "type": "labels",
        }
        for a, b, name in marks
    ]
    skipped = {"was_cancelled": True, "result": []}
    return {"id": 1, "annotations": [skipped, {"result": result}], "predictions": [], "data": {"text": text}}


RECORDS: dict[str, list[Any]] = {
    "spaCy, mappings": [{"text": t, "entities": m} for t, m in zip(TEXTS, MARKS, strict=True)],
    "spaCy, pairs": [[t, {"entities": m}] for t, m in zip(TEXTS, MARKS, strict=True)],
    "doccano, label": [{"id": 1, "text": t, "label": m} for t, m in zip(TEXTS, MARKS, strict=True)],
    "doccano, labels": [{"id": 1, "text": t, "labels": m} for t, m in zip(TEXTS, MARKS, strict=True)],
    "doccano, relations": [
        {"text": t, "entities": mappings(m, "start_offset", "end_offset", "label"), "relations": []}
        for t, m in zip(TEXTS, MARKS, strict=True)
    ],
    "Prodigy": [
        {
            "text": t,
            "tokens": [{"text": "x", "start": 0, "end": 1, "id": 0}],
            "spans": mappings(m, "start", "end", "label"),
        }
        for t, m in zip(TEXTS, MARKS, strict=True)
    ],
    "Label Studio": [studio(t, m) for t, m in zip(TEXTS, MARKS, strict=True)],
    "lists, as datasets have them": [
        {"text": t, "spans": {"start": [a for a, _, _ in m], "end": [b for _, b, _ in m], "type": [k for *_, k in m]}}
        for t, m in zip(TEXTS, MARKS, strict=True)
    ],
    "CLUENER": [
        {"text": t, "label": {name: {t[a:b]: [[a, b - 1]]} for a, b, name in m}}
        for t, m in zip(TEXTS, MARKS, strict=True)
    ],
}


@pytest.mark.parametrize("form", RECORDS)
def test_published_forms(form: str, tmp_path: Path) -> None:
    for source in (lines(tmp_path, RECORDS[form]), RECORDS[form]):
        found = cleaned(source)
        assert found.rows["text"] == WORDS and found.rows["tags"] == TAGS and not found.findings


def test_documents(tmp_path: Path) -> None:
    pairs = [[text, {"entities": marks}] for text, marks in zip(TEXTS, MARKS, strict=True)]
    under = {"classes": ["PER", "LOC"], "annotations": [pairs[0], None, pairs[1]]}
    studios = [studio(text, marks) for text, marks in zip(TEXTS, MARKS, strict=True)]
    path = tmp_path / "rows.json"
    for whole in (pairs, under, studios, {"data": RECORDS["doccano, label"]}):
        path.write_text(json.dumps(whole, ensure_ascii=False, indent=1), encoding="utf-8")
        found = cleaned(path)
        assert found.rows["text"] == WORDS and found.rows["tags"] == TAGS


@pytest.mark.parametrize("write", [json.dumps, str])
def test_places_written_into_cells(write: Any) -> None:
    table = {"body": TEXTS, "spans": [write(MARKS[0]), write([tuple(each) for each in MARKS[1]])]}
    found = cleaned(table, text="body", tags="spans")
    assert found.rows["text"] == WORDS and found.rows["tags"] == TAGS


def test_no_entity_and_none_given() -> None:
    found = cleaned({"text": ["a b", "c", "d e"], "label": [[[0, 1, "X"]], [], None]})
    assert found.rows["tags"] == [["B-X", "O"], ["O"]] and found.unlabelled["text"] == ["d e"]


def test_places_are_of_the_text_and_not_of_words_beside_it() -> None:
    table = {"text": TEXTS, "tokens": [["?"], ["?"]], "entities": MARKS}
    assert cleaned(table).rows["text"] == WORDS
    with pytest.raises(DataError, match="row 1: expected entities inside of a text of 1 word, found 'PER'"):
        cleaned({"tokens": [["Ada"]], "entities": [[[0, 3, "PER"]]]})


def many(odd: list[list[Any]], text: str = "in Paris or Rome") -> dict[str, list[Any]]:
    return {"text": [text] * 20, "label": [odd, *[[[3, 8, "LOC"]]] * 19]}


@pytest.mark.parametrize(
    ("odd", "kind", "says"),
    [
        ([[3, 6, "LOC"]], "parted-words", "begins or ends inside of a word (row 1)"),
        ([[3, 8, "LOC"], [3, 16, "X"]], "overlapping-entities", "entities that share words (row 1)"),
        ([{"start": 3, "end": 8, "label": "LOC", "text": "Rome"}], "other-entities", "is not at its place"),
    ],
)
def test_entities_that_words_cannot_have_are_left_out_and_said(odd: list[Any], kind: str, says: str) -> None:
    found = cleaned(many(odd))
    [finding] = found.findings
    assert finding.kind == kind and finding.rows == (1,) and says in finding.message
    assert finding.action.startswith("left out") and found.rows.numbers.tolist() == list(range(2, 21))


def test_blanks_at_the_ends_are_left_off_and_said() -> None:
    found = cleaned(many([[2, 9, "LOC"]]))
    [finding] = found.findings
    assert finding.kind == "blank-ends" and finding.severity == "fixed" and finding.rows == (1,)
    assert found.rows["tags"][0] == ["O", "B-LOC", "O", "O"]


@pytest.mark.parametrize(
    ("label", "says"),
    [
        ([[[3, 80, "LOC"]]], "expected entities inside of a text of 16 characters, found 'LOC' from 3 to 80"),
        ([[[8, 3, "LOC"]]], "found 'LOC' from 8 to 3"),
        ([[[3, 8, 2]]], r"expected entities such as .* found \[3, 8, 2\]"),
        ([[[3, 8]]], "expected entities such as"),
        ([[{"start": 3, "end": 8}]], "expected entities such as"),
        ([[[3, 8, "LOC"]], ["O", "B-LOC", "O", "O"]], "row 2: expected entities by their places as in other rows"),
        ([[[3, 6, "LOC"]]] * 5, "check that places count characters"),
    ],
)
def test_what_cannot_be_read_is_refused(label: list[Any], says: str) -> None:
    with pytest.raises(DataError, match=says):
        cleaned({"text": ["in Paris or Rome"] * len(label), "label": label})


def test_a_label_studio_task_with_several_labels_at_one_place_is_left_out() -> None:
    task = studio(TEXTS[0], [[0, 3, "PER"]])
    task["annotations"][1]["result"][0]["value"]["labels"] = ["PER", "LOC"]
    with pytest.raises(DataError, match=r"1 row has entities that share words \(row 1\)"):
        cleaned([task])
