"""What is said of tables before anything is learned from them."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

import transferkit
from calling import Call
from transferkit import locales
from transferkit.table.splits import Overview


def looked(rows: list[dict[str, object]], task: str) -> Overview:
    return transferkit.look(rows, task=task)


def another(row: dict[str, object], number: int) -> dict[str, object]:
    """A row like `row` with another text."""
    changes: dict[str, object] = {
        "tokens": ["另", "外", "有", str(number)],
        "question": f"另外 {number}",
        "messages": [{"role": "user", "content": f"另外 {number}"}, {"role": "assistant", "content": "好"}],
        "text": f"另外 {number}",
        "score": number,
        "labels": [["好"], ["快"], ["慢", "好"]][number % 3],
    }
    return row | {name: changes[name] for name in row.keys() & changes.keys()}


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
        ("columns", "text from '评论' (named), label from '类别' (named)"),
        ("not used", "'编号'"),
        ("to learn", "2 labels: 正面 (2), 负面 (1)"),
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
    found = looked([row, *(another(row, i) for i in range(8))], task)
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


@pytest.mark.parametrize("text", ["nan", "<NA>", "NULL", "#N/A", " nan "])
def test_texts_that_were_empty_cells_are_found(text: str) -> None:
    rows = [{"text": text if i == 3 else f"text {i}", "label": "ab"[i % 2]} for i in range(12)]
    (odd,) = (each for each in looked(rows, "text-classification").findings if each.kind == "texts-of-nothing")
    assert odd.message == f"1 row has nothing but {text.strip()!r} in column 'text', read as text (row 4)"
    assert locales.get("zh").found(odd.message) != odd.message


@pytest.mark.parametrize("text", ["None", "?", "-", "unknown", "nana", "无"])
def test_short_texts_are_texts(text: str) -> None:
    rows = [{"text": text if i == 3 else f"text {i}", "label": "ab"[i % 2]} for i in range(12)]
    assert "texts-of-nothing" not in kinds(looked(rows, "text-classification"))


@pytest.mark.parametrize("form", ["2024-01-{:02}", "2024/1/{}", "2024年1月{}日", "{}.1.2024", "2024-01-{:02} 10:30:00"])
def test_dates_as_labels_are_found(form: str) -> None:
    rows = [{"text": f"text {i}", "date": form.format(i // 2 + 1)} for i in range(20)]
    found = transferkit.look(rows, task="text-classification", label="date")
    (odd,) = (each for each in found.findings if each.kind == "dates-as-labels")
    assert "column 'date', read as the label, holds dates or times" in odd.message and "10 classes" in odd.message
    assert "--label" in odd.action and locales.get("zh").found(odd.message) != odd.message


@pytest.mark.parametrize("labels", [("1998", "2004"), ("a", "b"), ("1", "2"), ("5-1", "sometime")])
def test_years_and_other_classes_may_be_labels(labels: tuple[str, str]) -> None:
    rows = [{"text": f"text {i}", "when": labels[i % 2]} for i in range(20)]
    found = transferkit.look(rows, task="text-classification", label="when")
    assert found.problem == "" and "dates-as-labels" not in kinds(found)


@pytest.mark.parametrize(
    ("labels", "dates"),
    [
        (("2-Jan", "4-Mar", "6+"), "'2-Jan', '4-Mar'"),
        (("1月2日", "20以上", "3月4日"), "'1月2日', '3月4日'"),
        (("2026-01-02", "Jan-20", "20+"), "'2026-01-02', 'Jan-20'"),
        (("1-2", "3-4", "6+"), ""),
        (("may", "5-star", "jan-ken"), ""),
    ],
)
def test_labels_that_a_spreadsheet_made_dates_of_are_found(labels: tuple[str, ...], dates: str) -> None:
    rows = [{"text": f"text {i}", "label": labels[i % len(labels)]} for i in range(12)]
    odd = [each for each in looked(rows, "text-classification").findings if each.kind == "dates-among-labels"]
    assert [each.message for each in odd] == [
        f"labels in column 'label' that are written like dates: {dates}" for _ in range(bool(dates))
    ]


def test_one_label_alone_is_counted_as_one() -> None:
    rows = [{"text": f"text {i}", "labels": ["new"] if i % 2 else []} for i in range(20)]
    found = transferkit.look(rows, task="multi-label-classification", label="labels")
    (odd,) = (each for each in found.findings if each.kind == "balance")
    assert odd.message == "1 label in 20 rows to train on: 'new' 10 rows (50.0%)"
    assert locales.get("zh").found(odd.message) == "20 行训练样本共 1 个标签：'new' 有 10 行（50.0%）"


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
    assert "2 labels: a (2), b (2)" in ended.out
    ended = call("look", str(path), "--label", "missing")
    assert ended.code == 3
    assert "row 1, text" in ended.out
    assert "'missing'" in ended.error


def test_findings_are_part_of_what_is_printed() -> None:
    found = looked([{"text": i, "label": "ab"[i % 2]} for i in range(1, 11)], "text-classification")
    assert "numbers-as-text" in str(found)
    assert "numbers-as-text" not in str(replace(found, findings=()))


def rows(count: int, prefix: str = "text", labels: str = "ab") -> list[dict[str, object]]:
    return [{"text": f"{prefix} {i * i + 7}", "label": labels[i % len(labels)]} for i in range(count)]


REFUSED: dict[str, tuple[dict[str, object], str]] = {
    "another set of labels": ({"train": rows(9), "test": rows(9, "other", "xy")}, "labels differ between splits"),
    "the same table twice": ({"train": rows(9), "test": rows(9)}, "every one of 9 training rows also appears in test"),
    "a test without labels": (
        {"train": rows(9), "test": [{"text": "other"}]},
        "expected a column 'label' as in train, found none",
    ),
    "a column too few": (
        {"train": [row | {"text_pair": "b"} for row in rows(9)], "test": rows(9, "other")},
        "expected the same columns in every split",
    ),
    "one label": ({"train": rows(9, labels="a")}, "expected at least two different labels"),
    "one row to test": ({"train": rows(9), "test": rows(1, "other")}, "expected at least 2 rows in test, found 1"),
}


@pytest.mark.parametrize(("tables", "problem"), REFUSED.values(), ids=REFUSED)
def test_what_fit_refuses_is_said_in_the_same_words(tables: dict[str, object], problem: str, tmp_path: Path) -> None:
    found = transferkit.look(tables)
    assert problem in found.problem
    with pytest.raises(transferkit.TransferkitError) as refused:
        transferkit.fit(tables, output_dir=tmp_path / "run", model=str(tmp_path / "none"))
    assert str(refused.value) == found.problem


def test_splits_are_compared() -> None:
    train = [*rows(30), {"text": "Other  7", "label": "a"}]
    test = [*rows(8, "other"), {"text": "once more", "label": "c"}, {"text": "ONCE more", "label": "a"}]
    found = transferkit.look({"train": train, "test": test})
    assert found.problem == ""
    told = {each.kind: each.message for each in found.findings}
    assert told["leaks"] == "1 row of train also appears in test (row of train = row of test: 31 = 1)"
    assert "'c'" in told["unlearned-labels"]
    assert told["duplicates"].startswith("1 row of test repeats the text of an earlier one")


def test_the_command_shows_what_was_read_and_the_refusal(tmp_path: Path, call: Call) -> None:
    for name in ("a", "b"):
        lines = (json.dumps(row) + "\n" for row in rows(9))
        (tmp_path / f"{name}.jsonl").write_text("".join(lines), encoding="utf-8")
    ended = call("look", str(tmp_path / "a.jsonl"), "--test", str(tmp_path / "b.jsonl"))
    assert ended.code == 3 and "2 labels: a (5), b (4)" in ended.out
    assert "every one of 9 training rows also appears in test" in ended.error
    ended = call("fit", str(tmp_path / "a.jsonl"), "--test", str(tmp_path / "b.jsonl"), "--output-dir", tmp_path / "r")
    assert ended.code == 3 and "every one of 9 training rows also appears in test" in ended.error
