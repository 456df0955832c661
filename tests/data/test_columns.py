"""Raw column names and cells -> canonical ones."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from transferkit import tasks
from transferkit.config import DataConfig
from transferkit.data import canonical, explicit, read
from transferkit.data.columns import find
from transferkit.errors import DataError
from transferkit.kinds import Kind
from transferkit.kinds.text import KIND as TEXT
from transferkit.shapes import Shape
from transferkit.table.rows import Rows


@dataclass(frozen=True)
class Columns:
    inputs: Mapping[str, Kind] = field(default_factory=lambda: {"text": TEXT})
    optional_inputs: Mapping[str, Kind] = field(default_factory=lambda: {"text_pair": TEXT})
    target: str = "label"
    shape: Shape = Shape.LABEL
    usual: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unpack: Callable[[Rows], Rows] = lambda rows: rows

    def read_target(self, cell: Any) -> Any:
        return cell


TASK = Columns()


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        (["text", "label"], {"text": "text", "label": "label"}),
        (["idx", "Sentence", "Target"], {"text": "Sentence", "label": "Target"}),
        (["premise", "hypothesis", "label"], {"text": "premise", "text_pair": "hypothesis", "label": "label"}),
        (["sentence1", "sentence2", "class"], {"text": "sentence1", "text_pair": "sentence2", "label": "class"}),
        (["text", "Text Pair", "labels"], {"text": "text", "text_pair": "Text Pair", "label": "labels"}),
        (["question", "sentence", "label"], {"text": "question", "text_pair": "sentence", "label": "label"}),
        (["text", "coarse_label", "fine_label"], {"text": "text", "label": "coarse_label"}),
        (["question", "text", "category"], {"text": "text", "label": "category"}),
        (["Review", "sentiment"], {"text": "Review", "label": "sentiment"}),
    ],
)
def test_usual_names(names: list[str], chosen: dict[str, str]) -> None:
    assert find(names, TASK, {}, need_target=True) == chosen


def test_named_columns_win_and_text_alone_means_no_pair() -> None:
    config = DataConfig(path="x", text="hypothesis", label="Second")
    found = find(["premise", "hypothesis", "label", "second"], TASK, explicit(TASK, config), need_target=True)
    assert found == {"text": "hypothesis", "label": "second"}


def test_named_text_and_pair() -> None:
    named = explicit(Columns(), DataConfig(path="x", text="b", text_pair="a"))
    assert find(["a", "b", "label"], TASK, named, need_target=True) == {"text": "b", "text_pair": "a", "label": "label"}


def test_later_tasks_are_found_by_the_same_table() -> None:
    reading = Columns(inputs={"question": TEXT, "context": TEXT}, optional_inputs={}, target="answers")
    assert find(["id", "Context", "question", "answers"], reading, {}, True)["context"] == "Context"
    summary = tasks.get("summarization")
    assert find(["article", "highlights"], summary, {}, True) == {"text": "article", "summary": "highlights"}
    assert find(["text", "headline", "body", "label"], summary, {}, True) == {"text": "body", "summary": "headline"}
    named = explicit(reading, DataConfig(path="x", text="q", text_pair="c", label="a"))
    assert named == {"question": "q", "context": "c", "answers": "a"}


def test_nothing_found_says_expected_found_and_what_to_do() -> None:
    with pytest.raises(DataError) as caught:
        find(["foo", "bar"], TASK, {}, need_target=True, source="a.csv")
    message = str(caught.value)
    assert message.startswith("a.csv: expected a column for text (usual names: text, sentence")
    assert "text, sentence, content, review, review_text, 文本, 内容, 评论 ..." in message
    assert "label, labels, target, class, category, 标签, 类别, 分类 ..." in message
    assert "only the columns 'foo', 'bar' were found" in message
    assert message.endswith("were found; pass --text NAME and --label NAME")


def test_only_the_missing_column_is_complained_of() -> None:
    with pytest.raises(DataError, match=r"pass --label NAME$"):
        find(["text", "bar"], TASK, {}, need_target=True)


def test_a_named_column_that_is_not_there() -> None:
    with pytest.raises(DataError, match="expected a column 'txt' as named, but found the columns 'text', 'label'"):
        find(["text", "label"], TASK, {"text": "txt"}, need_target=True)
    with pytest.raises(DataError, match="named for two purposes"):
        find(["text", "label"], TASK, {"text": "text", "label": "text"}, need_target=True)


def test_target_may_be_missing_where_it_is_not_needed() -> None:
    rows, chosen = canonical(read({"sentence": ["a", "b"]}), TASK, need_target=False)
    assert rows["label"] == [None, None]
    assert chosen == {"text": "sentence"}


def test_cells_become_text_and_targets() -> None:
    table = read({"text": ["a", None, float("nan"), 3, 2.5, np.int64(7)], "label": [" x ", "", None, 1, "y", "z"]})
    rows, _ = canonical(table, TASK)
    assert rows["text"] == ["a", "", "", "3", "2.5", "7"]
    assert rows["label"] == ["x", None, None, 1, "y", "z"]


def test_whole_float_labels_are_integers_again_and_real_ones_stay() -> None:
    rows, _ = canonical(read({"text": ["a"] * 3, "label": [1.0, float("nan"), 0.0]}), TASK)
    assert rows["label"] == [1, None, 0]
    rows, _ = canonical(read({"text": ["a"] * 2, "label": [1.0, 0.5]}), TASK)
    assert rows["label"] == [1.0, 0.5]


def test_nested_text_is_refused_with_row_and_column() -> None:
    with pytest.raises(DataError, match="list: row 2, column 'text': expected text, found a dict"):
        canonical(read([{"text": "a", "label": 1}, {"text": {"en": "a"}, "label": 2}]), TASK)


def test_words_stay_words() -> None:
    task = tasks.get("token-classification")
    given = {"text": ["x"] * 3, "tokens": [["a", "b c"], "a  b", []], "ner_tags": [["O", "P"], "O P", None]}
    rows, columns = canonical(read(given), task)
    assert columns == {"text": "tokens", "tags": "ner_tags"}
    assert rows["text"] == ["a b_c", "a b", ""] and rows["tags"] == [["O", "P"], ["O", "P"], None]


def test_a_column_per_label_is_to_be_one() -> None:
    task = tasks.get("multi-label-classification")
    expected = r"pass --label NAME, or where every label has a column of 0 and 1 all of these: --label"
    with pytest.raises(DataError, match=expected):
        canonical(read({"text": ["x"], "single": [1], "thinker": [0]}), task)
    with pytest.raises(DataError, match=r"pass --label NAME$"):
        canonical(read({"text": ["x"], "single": [1]}), task)


@pytest.mark.parametrize(
    ("names", "config", "words"),
    [
        (["text", "label", "stars"], {"group": "label"}, "'label' is named as the group but is the label; .*--label"),
        (["text", "label", "title"], {"time": "text"}, "'text' is named as the time but is the text; .*--text"),
        (["query", "document", "label"], {"group": "query"}, "'query' is named as the group but is the text"),
    ],
)
def test_a_group_does_not_change_what_is_learned(names: list[str], config: dict[str, str], words: str) -> None:
    named = explicit(Columns(), DataConfig(path="x", **config))
    with pytest.raises(DataError, match=words):
        find(names, Columns(), named, need_target=True)


def test_a_group_may_be_what_else_would_be_read_where_another_column_is_named() -> None:
    named = explicit(Columns(), DataConfig(path="x", group="label", label="stars"))
    found = find(["text", "label", "stars"], Columns(), named, need_target=True)
    assert found == {"group": "label", "label": "stars", "text": "text"}
