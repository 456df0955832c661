"""What is said of tables before anything is learned from them."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

import transferkit
from calling import Call
from transferkit.data.splits import Overview


def looked(rows: list[dict[str, object]], task: str) -> Overview:
    return transferkit.look(rows, task=task)


def kinds(found: Overview) -> set[str]:
    return {finding.kind for finding in found.findings}


def test_encoding_columns_labels_and_a_row_are_said(tmp_path: Path) -> None:
    path = tmp_path / "评论.csv"
    lines = ["编号,评论,类别", "1,很好的酒店,正面", "2,太差了,负面", "3,不错,正面"]
    path.write_bytes("\n".join(lines).encode("gb18030"))
    found = transferkit.look(path, text="评论", label="类别", encoding="gb18030")
    assert found.problem == ""
    assert found.facts == [
        ("read", f"3 rows of {path}, gb18030"),
        ("task", "text-classification"),
        ("columns", "text from '评论', label from '类别'"),
        ("not used", "'编号'"),
        ("to learn", "2 labels: 正面 2, 负面 1"),
        ("row 1, text", "很好的酒店"),
        ("row 1, label", "正面"),
    ]


def test_the_training_rows_come_first(tmp_path: Path) -> None:
    for name in ("dev", "test", "train"):
        lines = [json.dumps({"text": f"{name} {i}", "label": "ab"[i % 2]}) for i in range(4)]
        (tmp_path / f"{name}.jsonl").write_text("\n".join(lines), encoding="utf-8")
    found = transferkit.look(tmp_path)
    assert [table.split for table in found.tables] == ["train", "validation", "test"]
    assert found.example[0] == ("text", "train 0")


def test_what_cannot_be_used_is_shown_with_the_reason() -> None:
    found = looked([{"first": "一个文本", "second": "x"}] * 3, "text-classification")
    assert "expected a column for text" in found.problem
    assert ("columns", "'first', 'second'") in found.facts
    assert ("row 1, first", "一个文本") in found.facts


@pytest.mark.parametrize(
    ("task", "row", "learned"),
    [
        (
            "token-classification",
            {"tokens": ["王", "明", "在", "北京"], "ner_tags": ["B-PER", "I-PER", "O", "B-LOC"]},
            [("words and tags", "王/B-PER 明/I-PER 在/O 北京/B-LOC")],
        ),
        (
            "question-answering",
            {"question": "谁来了", "context": "王明来了", "answers": {"text": ["王明"], "answer_start": [0]}},
            [("text", "谁来了"), ("text_pair", "王明来了"), ("answers", "'王明' at 0")],
        ),
        (
            "text-generation",
            {"messages": [{"role": "user", "content": "你好"}, {"role": "assistant", "content": "您好"}]},
            [("text", "你好"), ("completion", "您好")],
        ),
        ("text-regression", {"text": "不错", "score": 3.5}, [("text", "不错"), ("value", "3.5")]),
        (
            "multi-label-classification",
            {"text": "不错", "labels": ["好", "快"]},
            [("text", "不错"), ("labels", "好, 快")],
        ),
    ],
)
def test_a_row_as_it_is_learned(task: str, row: dict[str, object], learned: list[tuple[str, str]]) -> None:
    other = row | ({"score": 1.0} if task == "text-regression" else {})
    found = looked([row, row, other | ({"labels": ["慢"]} if "labels" in row else {})], task)
    assert found.problem == ""
    assert list(found.example) == learned


def test_rows_inside_a_cell_are_found(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        'text,label\ngood,pos\n"bad,neg\nworse,neg\nfine",pos\nso so,neg\n"two\nlines",pos\n', encoding="utf-8"
    )
    found = transferkit.look(path)
    (odd,) = (finding for finding in found.findings if finding.kind == "swallowed-rows")
    assert odd.rows == (2,)
    assert "2 lines" in odd.message


def test_texts_with_line_ends_are_not_odd() -> None:
    rows = [{"text": f"Dear all,\n{i} is fine, I think\nBye", "label": "ab"[i % 2]} for i in range(10)]
    assert "swallowed-rows" not in kinds(looked(rows, "text-classification"))


def test_numbers_read_as_texts_are_found() -> None:
    rows = [{"text": i, "label": "ab"[i % 2]} for i in range(1, 11)]
    (odd,) = (each for each in looked(rows, "text-classification").findings if each.kind == "numbers-as-text")
    assert "counts the rows" in odd.message


def test_one_label_in_every_row_and_labels_that_always_hold_are_found() -> None:
    one = [{"text": f"text {i}", "labels": ["ab"[i % 2]]} for i in range(10)]
    assert "single-labels" in kinds(looked(one, "multi-label-classification"))
    always = [{"text": f"text {i}", "labels": ["all", "ab"[i % 2]]} for i in range(10)]
    (odd,) = (each for each in looked(always, "multi-label-classification").findings if each.kind == "constant")
    assert "'all'" in odd.message


@pytest.mark.parametrize("other", ["正面\u200b", "正 面".replace(" ", "\u2060"), "\ufeff正面"])
def test_labels_that_look_alike_are_found(other: str) -> None:
    rows = [{"text": f"text {i}", "label": ["正面", other, "负面"][i % 3]} for i in range(9)]
    (odd,) = (each for each in looked(rows, "text-classification").findings if each.kind == "alike-labels")
    assert "正面" in odd.message


def test_both_unicode_forms_of_a_label_look_alike() -> None:
    rows = [{"text": f"text {i}", "label": ["한글", "한글".encode().decode(), "b"][i % 3]} for i in range(9)]
    rows[1]["label"] = "\u1112\u1161\u11ab\u1100\u1173\u11af"
    assert "alike-labels" in kinds(looked(rows, "text-classification"))


def test_the_command_shows_it(tmp_path: Path, call: Call) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("".join(json.dumps({"text": f"t{i}", "label": "ab"[i % 2]}) + "\n" for i in range(4)))
    ended = call("look", str(path))
    assert ended.code == 0
    assert "2 labels: a 2, b 2" in ended.out
    ended = call("look", str(path), "--label", "missing")
    assert ended.code == 3
    assert "row 1, text" in ended.out
    assert "'missing'" in ended.error


def test_findings_are_part_of_what_is_printed() -> None:
    found = looked([{"text": i, "label": "ab"[i % 2]} for i in range(1, 11)], "text-classification")
    assert "numbers-as-text" in str(found)
    assert "numbers-as-text" not in str(replace(found, findings=()))
