"""Label Studio's exports, as arrays and lines, for tasks of every kind."""

import json
from pathlib import Path
from typing import Any

import pytest

from transferkit import tasks
from transferkit.config import DataConfig
from transferkit.data import look, prepare, read, stream
from transferkit.data.cleaning import Cleaned, clean
from transferkit.errors import DataError

RATED = [("很好", "很棒", 5, "正面"), ("差", "不行", 1, "负面"), ("一般", "还行", 3, "中性")]


def task(data: dict[str, Any], *annotations: Any, name: str = "annotations") -> dict[str, Any]:
    model = {"result": [result("choices", ["WRONG"]), result("rating", 99)]}
    return {"id": 7, "data": data, name: list(annotations), "predictions": [model], "drafts": []}


def result(kind: str, value: Any, control: str = "") -> dict[str, Any]:
    return {"from_name": control or f"my {kind}", "to_name": "text", "type": kind, "value": {kind: value}}


def mark(start: int, end: int, label: str, text: str) -> dict[str, Any]:
    value = {"start": start, "end": end, "labels": [label], "text": text}
    return {"from_name": "marks", "to_name": "text", "type": "labels", "value": value}


def done(*results: Any, cancelled: bool = False) -> dict[str, Any]:
    return {"id": 1, "result": list(results), "was_cancelled": cancelled, "completed_by": 1}


def saved(path: Path, records: list[Any]) -> Path:
    lines = "\n".join(json.dumps(record, ensure_ascii=False) for record in records)
    path.write_text(lines if path.suffix == ".jsonl" else json.dumps(records, indent=1), encoding="utf-8")
    return path


def cleaned(source: Any, name: str = "ner", **named: str) -> Cleaned:
    return clean(read(source), tasks.get(name), named, "")


@pytest.mark.parametrize("suffix", ["json", "jsonl"])
def test_every_kind_of_answer(tmp_path: Path, suffix: str) -> None:
    def targets(name: str, make: Any, **named: str) -> list[Any]:
        records = [task(*make(*row)) for row in RATED]
        task_ = tasks.get(name)
        found = cleaned(saved(tmp_path / f"a.{suffix}", records), name, **named)
        assert found.rows.numbers.tolist() == ([1, 2, 3])
        return list(found.rows[task_.target])

    def choice(a: str, b: str, n: int, label: str) -> Any:
        return {"text": a}, done(result("choices", [label]))

    def pair(a: str, b: str, n: int, label: str) -> Any:
        return {"text1": a, "text2": b}, done(result("choices", [label]))

    def rating(a: str, b: str, n: int, label: str) -> Any:
        return {"my text": a}, done(result("rating", n))

    def several(a: str, b: str, n: int, label: str) -> Any:
        return {"text": a}, done(result("choices", [label, "新"]))

    labels = [label for *_, label in RATED]
    assert targets("text-classification", choice) == labels
    assert targets("text-classification", pair) == labels
    assert targets("text-regression", rating) == [5, 1, 3]
    assert targets("multi-label-classification", several) == [sorted([label, "新"]) for label in labels]


@pytest.mark.parametrize("suffix", ["json", "jsonl"])
@pytest.mark.parametrize("name", ["annotations", "completions"])
def test_marks_beside_choices_and_texts_without_any(tmp_path: Path, suffix: str, name: str) -> None:
    records = [
        task({"text": "😀我在北京"}, done(mark(4, 6, "LOC", "北京"), result("choices", ["好"])), name=name),
        task({"text": "什么都没有"}, done(result("choices", ["坏"])), name=name),
        task({"text": "没人看过"}, name=name),
        task({"text": "跳过了"}, done(mark(0, 2, "LOC", "跳过"), cancelled=True), name=name),
    ]
    path = saved(tmp_path / f"a.{suffix}", records)
    found = cleaned(path)
    assert found.rows["tags"] == [["O", "O", "O", "B-LOC", "I-LOC"], ["O"] * 5]
    assert list(found.unlabelled["text"]) == ["没 人 看 过", "跳 过 了"]
    assert "places" in {each.kind for each in found.findings}  # JavaScript counts an emoji as two
    assert list(cleaned(path, "text-classification").rows["label"]) == ["好", "坏"]


@pytest.mark.parametrize("suffix", ["json", "jsonl"])
def test_annotators_are_reported(tmp_path: Path, suffix: str) -> None:
    two = (done(mark(2, 4, "LOC", "北京")), done(mark(2, 4, "ORG", "北京")))
    records = [
        task({"text": "我在北京"}, *two),
        *(task({"text": f"{i}在北京"}, done(mark(2, 4, "LOC", "北京"))) for i in range(9)),
    ]
    made = prepare({"all": read(saved(tmp_path / f"a.{suffix}", records))}, DataConfig(path="-"), tasks.get("ner"), 0)
    assert [each.rows for each in made.audit.of("annotators")] == [(1,)]
    assert [each.rows for each in made.audit.of("tag-conflicts")] == [(1, 1)]


def test_texts_to_be_answered_stand_once(tmp_path: Path) -> None:
    records = [task({"text": "我在北京"}, done(result("rating", 1)), done(result("rating", 2))), task({"text": "好"})]
    for suffix in ("json", "jsonl"):
        [rows] = stream(saved(tmp_path / f"a.{suffix}", records))
        assert rows["text"] == ["我在北京", "好"] and list(rows.columns) == ["text"]


@pytest.mark.parametrize("suffix", ["json", "jsonl", "csv"])
def test_the_short_export(tmp_path: Path, suffix: str) -> None:
    def row(i: int, text: str, number: int, *places: int) -> dict[str, Any]:
        marks = [{"start": places[0], "end": places[1], "text": text[slice(*places)], "labels": ["LOC"]}]
        known = {"id": i, "annotator": 1, "annotation_id": i, "created_at": "2024-01-01T00:00:00Z", "lead_time": 1.5}
        return {"text": text, "label": marks, "rating": [{"rating": number}], **known}

    records = [row(1, "我在北京", 5, 2, 4), row(1, "我在北京", 4, 2, 4), row(2, "上海好", 1, 0, 2)]
    if suffix == "csv":
        path = tmp_path / "a.csv"
        lines = ["text,label,rating,id,annotator,annotation_id"]
        for each in records:
            cells = [json.dumps(each[name], ensure_ascii=False).replace('"', '""') for name in ("label", "rating")]
            lines.append(f'{each["text"]},"{cells[0]}","{cells[1]}",{each["id"]},1,1')
        path.write_text("\n".join(lines), encoding="utf-8")
    else:
        path = saved(tmp_path / f"a.{suffix}", records)
    found = cleaned(path)
    assert found.rows["tags"][2] == ["B-LOC", "I-LOC", "O"]
    assert [each.rows for each in found.findings if each.kind == "annotators"] == [(1, 2)]
    assert list(cleaned(path, "text-regression", value="rating").rows["value"]) == [5, 4, 1]


def test_other_tables_with_such_columns_stay() -> None:
    table = {"data": ["a", "b"], "annotations": ["x", "y"], "text": ["1", "2"]}
    assert dict(read(table).columns) == table


def test_a_damaged_export_is_refused(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.json", [task({"text": "我"}, {"results": []})])
    with pytest.raises(
        DataError, match=r"row 1: expected annotations as Label Studio exports them, .* export it again"
    ):
        read(path)


def test_taggings_that_differ_in_their_order_are_no_copies() -> None:
    rows = [{"tokens": ["a", "a"], "tags": tags} for tags in (["B-X", "O"], ["O", "B-X"], ["B-X", "O"])]
    rows += [{"tokens": ["a", str(i)], "tags": ["B-X", "O"]} for i in range(9)]
    made = prepare({"all": read(rows)}, DataConfig(path="-"), tasks.get("ner"), 0)
    assert [each.rows for each in made.audit.of("duplicates")] == [(3,)]
    assert [each.rows for each in made.audit.of("tag-conflicts")] == [(1, 2)]
    assert "annotators" not in str(look({"all": read(rows)}, DataConfig(path="-"), tasks.get("ner"), 0))
