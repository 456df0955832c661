"""The forms in which this field publishes and exports its data, read as they are."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from transferkit.config import parse
from transferkit.data import Splits, prepare, read_splits
from transferkit.data.columns import canonical
from transferkit.errors import DataError
from transferkit.reading import compression
from transferkit.reading.files import read
from transferkit.tasks import get

TEXTS = [f"第{i}篇评论 number {i * 7}" for i in range(30)]
LABELS = ["正面", "负面", "中性"]
ROWS = [{"text": text, "label": LABELS[i % 3]} for i, text in enumerate(TEXTS)]


def saved(path: Path, content: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    path.write_text(text, encoding="utf-8")
    return path


def prepared(path: Path, task: str = "text-classification", **asked: Any) -> Splits:
    config = parse({"data": {"path": str(path), "folds": 0, **asked}}).data
    return prepare(read_splits(path, test=asked.get("test")), config, get(task), 0)


def answers(path: Path, task: str = "text-classification", **asked: Any) -> dict[str, Any]:
    """Text -> target of all rows."""
    made = prepared(path, task, **asked)
    rows = made.train.join(made.validation).join(made.test)
    return dict(zip(rows["text"], rows[get(task).target], strict=True))


SINGLE = {row["text"]: row["label"] for row in ROWS}
BY_COLUMN = {name: [row[name] for row in ROWS] for name in ("text", "label")}
DOCUMENTS: dict[str, Any] = {
    "array": ROWS,
    "array, pretty": json.dumps(ROWS, indent=2, ensure_ascii=False),
    "array under a key": {"version": "1.0", "data": ROWS},
    "array under a key, pretty": json.dumps({"name": "x", "examples": ROWS}, indent=1),
    "lines": "\n".join(map(json.dumps, ROWS)),
    "objects, pretty": "\n".join(json.dumps(row, indent=2) for row in ROWS),
    "columns": BY_COLUMN,
    "columns as pandas writes them": {name: dict(enumerate(cells)) for name, cells in BY_COLUMN.items()},
    "rows under their names": {f"r{i}": row for i, row in enumerate(ROWS)},
    "the hub's viewer": {
        "features": [{"name": "text"}],
        "rows": [{"row_idx": i, "row": r} for i, r in enumerate(ROWS)],
    },
    "spaCy": [[row["text"], {"cats": {name: float(name == row["label"]) for name in LABELS}}] for row in ROWS],
    "Label Studio": [
        {
            "id": i,
            "data": {"text": row["text"]},
            "annotations": [
                {
                    "result": [
                        {"from_name": "s", "to_name": "text", "type": "choices", "value": {"choices": [row["label"]]}}
                    ]
                }
            ],
            "predictions": [{"result": [{"from_name": "s", "type": "choices", "value": {"choices": ["负面"]}}]}],
        }
        for i, row in enumerate(ROWS)
    ],
    "Label Studio, short": [{"text": row["text"], "sentiment": row["label"], "id": i} for i, row in enumerate(ROWS)],
}


@pytest.mark.parametrize("content", DOCUMENTS.values(), ids=DOCUMENTS)
def test_json(tmp_path: Path, content: Any) -> None:
    assert answers(saved(tmp_path / "a.json", content)) == SINGLE


def test_doccano_lines(tmp_path: Path) -> None:
    lines = [{"id": i, "text": row["text"], "label": [row["label"]]} for i, row in enumerate(ROWS)]
    path = saved(tmp_path / "all.jsonl", "\n".join(map(json.dumps, lines)))
    assert answers(path) == SINGLE
    assert answers(path, "multi-label-classification") == {text: [label] for text, label in SINGLE.items()}


def test_doccano_table(tmp_path: Path) -> None:
    lines = [f"{i},{row['text']},{'体育#财经' if i % 2 else '财经'}" for i, row in enumerate(ROWS)]
    found = answers(saved(tmp_path / "all.csv", "\n".join(["id,text,label", *lines])), "multi-label-classification")
    assert found[TEXTS[1]] == ["体育", "财经"] and found[TEXTS[0]] == ["财经"]


def test_label_studio_with_several_annotators_and_skipped_tasks(tmp_path: Path) -> None:
    def annotation(*choices: str, cancelled: bool = False) -> dict[str, Any]:
        result = [{"from_name": "s", "to_name": "text", "type": "choices", "value": {"choices": list(choices)}}]
        return {"result": result, "was_cancelled": cancelled}

    tasks = [{"data": {"text": text}, "annotations": [annotation(LABELS[i % 3])]} for i, text in enumerate(TEXTS)]
    tasks[0]["annotations"] = [annotation("正面"), annotation("正面"), annotation("负面")]
    tasks[1]["annotations"] = [annotation("正面", cancelled=True)]
    made = prepared(saved(tmp_path / "a.json", tasks))
    rows = made.train.join(made.validation).join(made.test)
    found = dict(zip(rows["text"], rows["label"], strict=True))
    assert found[TEXTS[0]] == "正面" and TEXTS[1] not in found
    assert len(made.audit.of("label-conflicts")) == 1 and len(made.audit.of("unlabelled")) == 1


BAD: dict[str, tuple[Any, str]] = {
    "nested": ({"a": {"b": [1]}, "c": 2}, "expected rows as an array of objects, .* one document with 'a', 'c'"),
    "two arrays": ({"train": ROWS, "test": ROWS}, "one document with 'train', 'test'; write a list of its rows"),
    "numbers": ([1, 2], "row 1: expected an object such as .*, found 1; write every row as one"),
    "broken": ('{"a": [1,\n2', "is not JSON from line 2 on"),
}


@pytest.mark.parametrize(("content", "message"), BAD.values(), ids=BAD)
def test_a_document_that_holds_no_rows(tmp_path: Path, content: Any, message: str) -> None:
    with pytest.raises(DataError, match=message) as caught:
        read(saved(tmp_path / "a.json", content))
    assert "SQuAD" not in str(caught.value)


def test_thucnews(tmp_path: Path) -> None:
    names = ["体育", "财经", "房产"]
    for split, numbers in (("train", range(24)), ("dev", range(24, 27)), ("test", range(27, 30))):
        saved(tmp_path / "data" / f"{split}.txt", "".join(f"{TEXTS[i]}\t{i % 3}\n" for i in numbers))
    saved(tmp_path / "data" / "class.txt", "\n".join(names) + "\n")
    saved(tmp_path / "data" / "stopwords.txt", "的\n了\n")
    made = prepared(tmp_path)
    assert [len(made.train), len(made.validation), len(made.test)] == [24, 3, 3]
    assert list(made.test["text"]) == TEXTS[27:] and list(made.test["label"]) == names
    alone = read(tmp_path / "data" / "test.txt")
    assert list(alone["label"]) == names and alone.numbers.tolist() == [1, 2, 3]
    saved(tmp_path / "data" / "class.txt", "体育\n财经\n")
    with pytest.raises(
        DataError, match=r"row 3: expected a name that class\.txt beside it has, or a number from 0 to 1"
    ):
        read(tmp_path / "data" / "test.txt")


def test_labels_before_the_tab(tmp_path: Path) -> None:
    """As SMS spam has them."""
    lines = "".join(f"{'ham' if i % 2 else 'spam'}\t{text}\n" for i, text in enumerate(TEXTS))
    rows = read(saved(tmp_path / "SMSSpamCollection.txt", lines))
    assert rows["text"] == TEXTS and set(rows["label"]) == {"ham", "spam"}


def test_a_few_texts_that_repeat_do_not_become_labels(tmp_path: Path) -> None:
    lines = "".join(f"text {i % 3}\tlabel {i % 4}\n" for i in range(12))
    assert set(read(saved(tmp_path / "a.txt", lines))["text"]) == {"text 0", "text 1", "text 2"}


def test_names_with_their_own_numbers(tmp_path: Path) -> None:
    saved(tmp_path / "train.txt", "".join(f"{text}\t{i % 2}\n" for i, text in enumerate(TEXTS)))
    for written in ("money\t1\nsport\t0\n", "1 money\n0 sport\n", "sport\nmoney\n"):
        saved(tmp_path / "class.txt", written)
        assert read(tmp_path / "train.txt")["label"][:2] == ["sport", "money"]


def test_fast_text(tmp_path: Path) -> None:
    lines = [f"__label__{row['label']} {row['text']}" for row in ROWS]
    assert answers(saved(tmp_path / "a.txt", "\n".join(lines))) == SINGLE
    lines = [f"__label__a __label__b-c {text}" if i % 2 else f"__label__a {text}" for i, text in enumerate(TEXTS)]
    found = answers(saved(tmp_path / "b.txt", "\n".join(lines)), "multi-label-classification")
    assert found == {text: ["a", "b-c"] if i % 2 else ["a"] for i, text in enumerate(TEXTS)}


def test_lines_of_text(tmp_path: Path) -> None:
    rows = read(saved(tmp_path / "a.txt", 'first line\n\n第二, "行"\n'))
    assert dict(rows.columns) == {"text": ["first line", '第二, "行"']} and rows.numbers.tolist() == [1, 3]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a\tx\nb\n", "found one tab in line 1, neither in line 2"),
        ("a\tb\tx\nb\tc\ty\n", "found several tabs in line 1"),
        ("__label__a x\ny\n", "found __label__NAME in line 1, neither in line 2"),
        ("EU\tB-ORG\nsays\tO\n", r"found a word and its tag and no empty line .* call the file \.conll"),
        ("text\tlabel\na\tx\n", r"found a table with the columns 'text', 'label'; call the file \.tsv"),
    ],
)
def test_text_files_that_are_something_else(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read(saved(tmp_path / "a.txt", content))


def test_text_files_beside_tables_are_no_data(tmp_path: Path) -> None:
    saved(tmp_path / "data.csv", "text,label\na,x\n")
    saved(tmp_path / "train.txt", "notes on the training\n")
    assert list(read_splits(tmp_path)["all"]["text"]) == ["a"]


@pytest.mark.parametrize("columns", [["text", "label"], ["label", "text"]])
def test_tsv_with_line_ends_as_pandas_writes_it(tmp_path: Path, columns: list[str]) -> None:
    texts = ["one\ntwo", "a\n\nb", 'say "hi"\n\tthen', "plain", "\n第二行"]
    frame = pd.DataFrame({"text": texts, "label": list("abcde")})[columns]
    frame.to_csv(tmp_path / "a.tsv", sep="\t", index=False)
    found = read(tmp_path / "a.tsv")
    assert list(found["text"]) == texts and list(found["label"]) == list("abcde")
    frame[["text"]].to_csv(tmp_path / "b.tsv", sep="\t", index=False)
    assert list(read(tmp_path / "b.tsv")["text"]) == texts


def test_tsv_with_quotes_that_are_no_quotes(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.tsv", 'text\tlabel\n"a\tx\nb"\ty\nc\tz\n')
    assert list(read(path)["text"]) == ['"a', 'b"', "c"]
    with pytest.raises(DataError, match="row 3: expected 2 fields as in the header"):
        read(saved(tmp_path / "b.tsv", 'text\tlabel\n"a\tx\nb\ty\nc\n'))


def test_simpletransformers(tmp_path: Path) -> None:
    vectors = [[i % 2, int(i % 3 == 0), 1 - i % 2] for i in range(30)]
    pd.DataFrame({"text": TEXTS, "labels": vectors}).to_csv(tmp_path / "a.csv", index=False)
    found = answers(tmp_path / "a.csv", "multi-label-classification", label_names="甲,乙,丙")
    names = ["甲", "乙", "丙"]
    assert found == {
        text: sorted(name for name, holds in zip(names, vector, strict=True) if holds)
        for text, vector in zip(TEXTS, vectors, strict=True)
    }
    pd.DataFrame({"text": TEXTS, "labels": [i % 2 for i in range(30)]}).to_csv(tmp_path / "b.csv", index=False)
    assert answers(tmp_path / "b.csv")[TEXTS[1]] == "1"


def test_vectors_whose_names_datasets_knows(tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    names, vectors = ["甲", "乙", "丙"], [[i % 2, int(i % 3 == 0), 1] for i in range(30)]
    features = datasets.Features(
        {"text": datasets.Value("string"), "labels": datasets.Sequence(datasets.ClassLabel(names=names))}
    )
    table = datasets.Dataset.from_dict({"text": TEXTS, "labels": vectors}, features=features)
    assert list(read(table)["labels"])[:2] == [["乙", "丙"], ["甲", "丙"]]
    numbers = datasets.Dataset.from_dict({"text": TEXTS, "labels": [[2, 0], [1]] * 15}, features=features)
    assert list(read(numbers)["labels"])[:2] == [["丙", "甲"], ["乙"]]


CONTEXTS = [f"第{i}段：巴黎 is the capital {i} of France." for i in range(12)]


def test_squad_on_the_hub_written_by_pandas(tmp_path: Path) -> None:
    cells = [{"text": np.array(["巴黎"], dtype=object), "answer_start": np.array([c.index("巴黎")])} for c in CONTEXTS]
    cells[3] = {"text": np.array([], dtype=object), "answer_start": np.array([], dtype=np.int32)}
    frame = pd.DataFrame({"question": [f"什么 {i}?" for i in range(12)], "context": CONTEXTS, "answers": cells})
    frame.to_csv(tmp_path / "a.csv", index=False)
    rows, _ = canonical(read(tmp_path / "a.csv"), get("question-answering"))
    assert rows["answers"][0] == [("巴黎", CONTEXTS[0].index("巴黎"))] and rows["answers"][3] == []


def test_other_mappings_of_the_hub_written_by_pandas(tmp_path: Path) -> None:
    pd.DataFrame({"translation": [{"en": "home", "zh": "家"}, {"en": "it's", "zh": "它"}]}).to_csv(tmp_path / "a.csv")
    rows, _ = canonical(read(tmp_path / "a.csv"), get("translation"))
    assert list(rows["text"]) == ["home", "it's"] and list(rows["translation"]) == ["家", "它"]
    cells = [{"text": np.array(["巴黎", "Paris"], dtype=object), "answer_start": np.array([0, 5])}]
    frame = pd.DataFrame({"question": ["什么?"], "context": ["巴黎 or Paris"], "answers": cells})
    frame.to_csv(tmp_path / "b.csv")
    rows, _ = canonical(read(tmp_path / "b.csv"), get("generative-question-answering"))
    assert list(rows["answer"]) == [["巴黎", "Paris"]]
    assert get("text-generation").read_target('{"name": "w", "text": ["x"]}') == '{"name": "w", "text": ["x"]}'
    turns = np.array([{"role": "user", "content": "你好"}, {"role": "assistant", "content": "在"}], dtype=object)
    pd.DataFrame({"messages": [turns]}).to_csv(tmp_path / "c.csv")
    rows, _ = canonical(read(tmp_path / "c.csv"), get("text-generation"))
    assert list(rows["text"]) == ["你好"] and list(rows["completion"]) == ["在"]


@pytest.mark.parametrize("version", ["1.1", "v2.0"])
def test_squad(tmp_path: Path, version: str) -> None:
    qas = [{"id": "a", "question": "什么?", "answers": [{"text": "巴黎", "answer_start": 4}]}]
    if version == "v2.0":
        other = {"id": "b", "question": "谁?", "answers": [], "is_impossible": True}
        qas = [{**qas[0], "is_impossible": False}, {**other, "plausible_answers": [{"text": "F", "answer_start": 0}]}]
    whole = {"version": version, "data": [{"title": "t", "paragraphs": [{"context": CONTEXTS[0], "qas": qas}]}]}
    rows, _ = canonical(read(saved(tmp_path / "a.json", whole)), get("question-answering"))
    assert list(rows["answers"]) == [[("巴黎", 4)], []][: len(qas)] and rows["text"][0] == "什么?"


def test_plain_answers_get_their_place(tmp_path: Path) -> None:
    contexts = [*CONTEXTS, "巴黎 and 巴黎 again", "伦敦"]
    with (tmp_path / "a.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(
            [("question", "context", "answer"), *((f"什么 {i}?", c, "巴黎") for i, c in enumerate(contexts))]
        )
    made = prepared(tmp_path / "a.csv", "question-answering", test_size=2, validation_size=0)
    rows = made.train.join(made.test)
    found = dict(zip(rows["text_pair"], rows["answers"], strict=True))
    assert all(found[c] == [("巴黎", c.index("巴黎"))] for c in contexts[:-1]) and contexts[-1] not in found
    assert len(made.audit.of("placed-spans")[0].rows) == 13
    assert made.audit.of("ambiguous-spans")[0].rows == (13,)
    assert made.audit.of("spans-without-text")[0].rows == (14,)


def test_one_row_per_label_with_a_test_file_is_enough(tmp_path: Path) -> None:
    train = saved(tmp_path / "a.jsonl", "\n".join(map(json.dumps, ROWS[:3])))
    test = saved(tmp_path / "b.jsonl", "\n".join(map(json.dumps, ROWS[3:])))
    made = prepared(train, test=str(test))
    assert len(made.train) == 3 and len(made.test) == 27 and not len(made.validation)
    with pytest.raises(DataError, match=r"no label can be both learned and tested; .* or test rows with --test"):
        prepared(train)


@pytest.mark.parametrize("key", ["", "data"])
def test_a_document_in_one_line_may_be_longer_than_any_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setattr(compression, "MAX_LINE", 100)
    path = saved(tmp_path / "a.json", {"version": 1, key: ROWS} if key else ROWS)
    assert list(read(path)["text"]) == TEXTS


def test_test_rows_without_labels_are_refused_with_the_way_out(tmp_path: Path) -> None:
    """As the files of a competition are."""
    saved(tmp_path / "train.csv", "text,label\n" + "".join(f"{text},{i % 2}\n" for i, text in enumerate(TEXTS)))
    saved(tmp_path / "test.csv", "text\n" + "".join(f"new {text}\n" for text in TEXTS))
    with pytest.raises(DataError, match=r"expected a column 'label' as in train, found none, .*transferkit predict"):
        prepared(tmp_path)
