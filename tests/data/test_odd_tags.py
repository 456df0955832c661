"""Files of words and tags that say who is what in an unusual way."""

from pathlib import Path

import numpy as np

import transferkit
from transferkit.data import read
from transferkit.table.rows import Rows
from transferkit.tagging import word_rows


def test_tags_before_their_words(tmp_path: Path) -> None:
    """As the MIT restaurant corpus has them."""
    path = tmp_path / "a.bio"
    path.write_text("O\twhat\nB-GENRE\tfunny\nO\tfilms\n\nO\tgood\nO\tones\n", encoding="utf-8")
    rows = read(path)
    assert rows["tokens"][0] == ["what", "funny", "films"]
    assert rows["ner_tags"][0] == ["O", "B-GENRE", "O"]


def test_marks_that_were_rejected_are_not_learned() -> None:
    def row(text: str, label: str, answer: str) -> dict[str, object]:
        return {"text": text, "spans": [{"start": 0, "end": 2, "label": label}], "answer": answer}

    rows = [row(f"Al ran {i}", "PER", "accept") for i in range(4)] + [row("Al sat", "WRONG", "reject")]
    found = transferkit.look(rows, task="ner")
    assert "WRONG" not in found.targets and "PER (4)" in found.targets


def test_an_entity_that_stands_elsewhere_is_found() -> None:
    def row(text: str, end: int) -> dict[str, object]:
        return {"text": text, "entities": [{"start": 2, "end": end, "type": "LOC", "entity": "北京"}]}

    rows = [row(f"我在北京{sign}", 4) for sign in "工作生活学习等你吃饭喝茶"] + [row("我在北京", 3)]
    found = transferkit.look(rows, task="ner")
    assert [each.rows for each in found.findings if each.kind == "other-entities"] == [(13,)]


def test_tags_that_differ_in_case_are_found() -> None:
    rows = [{"tokens": ["Ada", "ran"], "tags": ["B-PER", "O"]}] * 3 + [
        {"tokens": ["Al", "sat"], "tags": ["b-per", "o"]}
    ]
    assert "alike-labels" in {each.kind for each in transferkit.look(rows, task="ner").findings}


def test_empty_rows_end_sentences_whatever_batch_they_are_in() -> None:
    words = ["Ada", "ran", "", "Al", "sat", "", "", "Bo", "is", "cold"]
    table = Rows({"word": words}, np.arange(1, 11))
    for size in (3, 4, 10):
        batches = (table.take(range(i, min(i + size, 10))) for i in range(0, 10, size))
        found = [row["word"] for batch in word_rows.whole(batches) for row in batch]
        assert found == [["Ada", "ran"], ["Al", "sat"], ["Bo", "is", "cold"]]
    numbered = Rows({"word": ["Ada", "ran", "Al", "sat"]}, np.array([1, 2, 4, 5]))
    assert word_rows.sentences(numbered)["word"] == [["Ada", "ran"], ["Al", "sat"]]
    apart = Rows({"word": ["Ada", "Al", "Bo"]}, np.array([1, 3, 5]))
    assert word_rows.sentences(apart) is apart
