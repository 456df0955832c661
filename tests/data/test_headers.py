"""Files without a header: never a row lost in silence, and never an ordinary header taken for a row."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from transferkit.config import DataConfig
from transferkit.data import Splits, canonical, prepare, read, stream
from transferkit.errors import DataError
from transferkit.tasks import get

FILMS = ["a good film", "really boring", "I loved it", "not my taste at all", "a waste of two hours", "great fun"]
LONG = [f"{text} and {' or '.join(FILMS)}" for text in FILMS]
CHINESE = ["房间很干净", "服务态度太差了", "性价比不错，推荐", "不会再来第二次了", "早餐很丰富", "位置不好找"]


def written(path: Path, header: tuple[str, ...], rows: list[tuple[Any, ...]]) -> Path:
    pd.DataFrame(rows, columns=list(header)).to_csv(path, index=False, sep="\t" if path.suffix == ".tsv" else ",")
    return path


def of(texts: list[str], labels: list[Any], times: int = 5) -> list[tuple[Any, ...]]:
    return [
        (f"{text} {i}" if i else text, labels[j % len(labels)]) for i in range(times) for j, text in enumerate(texts)
    ]


def split(source: Any, task: str = "text-classification", **named: str) -> Splits:
    return prepare({"all": read(source)}, DataConfig(path="x", folds=0, keep_leaks=True, **named), get(task), seed=0)  # type: ignore[arg-type]


@pytest.mark.parametrize("suffix", [".csv", ".tsv"])
@pytest.mark.parametrize(
    ("header", "rows", "task"),
    [
        (("good film", "positive"), of(FILMS, ["positive", "negative"]), "text-classification"),
        (("I hated every minute", "0"), of(FILMS, [0, 1]), "text-classification"),
        (("I hated every minute", "2.5"), of(FILMS, [1, 2.5, 4.75]), "text-regression"),
        (("I hated every minute", "3.1"), of(FILMS, [1, 2.5, 4.75]), "text-regression"),
        (("环境还可以", "好评"), of(CHINESE, ["好评", "差评"]), "text-classification"),
        (("I hated every minute", "sad"), of(FILMS, ["sad", "glad;sad"]), "multi-label-classification"),
    ],
)
def test_a_first_row_is_not_lost(tmp_path: Path, suffix: str, header: tuple[str, ...], rows: Any, task: str) -> None:
    path = written(tmp_path / f"some{suffix}", header, rows)
    said = f"some{suffix}: expected names of columns above the rows, found what looks like a row: '{header[0]}' is like"
    for named in ({}, {"text": header[0], "label": header[1]}, {"text": "0", "label": "1"}):
        with pytest.raises(DataError, match=said):
            split(path, task, **named)
    with pytest.raises(DataError, match=said):
        canonical(next(stream(path, 10)), get(task), {"text": header[0]}, need_target=False)
    lines = path.read_text(encoding="utf-8").splitlines()
    mark = "\t" if suffix == ".tsv" else ","
    path.write_text("\n".join([mark.join(("text", "value" if "regr" in task else "label")), *lines]), encoding="utf-8")
    assert len(read(path)) == len(rows) + 1
    assert not split(path, task).audit.of("header")


ORDINARY = [
    ("text", "label"),
    ("review text", "sentiment"),
    ("Review Text", "Recommended IND"),
    ("What did you like about the course?", "How would you rate it?"),
    ("文本内容", "情感标签"),
    ("full_text", "positive "),
    ("Tweet", "2019"),
]


@pytest.mark.parametrize("header", ORDINARY)
@pytest.mark.parametrize("labels", [["positive", "negative"], [1, 0], [2018, 2500], ["1", "5", "3"]], ids=str)
@pytest.mark.parametrize("texts", [FILMS, CHINESE, LONG], ids=["films", "Chinese", "long"])
def test_ordinary_headers(header: tuple[str, str], labels: list[Any], texts: list[str]) -> None:
    frame = pd.DataFrame(of(texts, labels), columns=list(header))
    splits = split(frame, text=header[0], label=header[1])
    assert bool(splits.audit.of("header")) == (header[1] == "positive " and "positive" in labels)


def test_boxes_that_are_ticked_with_their_names() -> None:
    rows = [(text, label, "By train" if i % 3 else "") for i, (text, label) in enumerate(of(FILMS, ["a", "b"]))]
    splits = split(pd.DataFrame(rows, columns=["What else", "verdict", "By train"]), text="What else", label="verdict")
    assert not splits.audit.of("header")


def test_a_header_once_more_and_columns_by_number() -> None:
    rows = [*of(FILMS, ["a", "b"]), ("film review", "verdict"), *of(FILMS, ["a", "b"], 3)]
    splits = split(pd.DataFrame(rows, columns=["film review", "verdict"]), text="film review", label="verdict")
    assert splits.audit.of("repeated-header") and not splits.audit.of("header")
    splits = split(pd.DataFrame(of(FILMS, [0, 1])), text="0", label="1")
    assert not splits.audit.of("header")


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (("comment", "toxic"), "1 column with a name that looks like a cell: 'toxic'"),
        (
            ("this was a very good film, I think", "happy"),
            "1 column with a name that looks like a cell: 'this was a very good film, I",
        ),
    ],
)
def test_where_it_cannot_be_told_it_is_said(header: tuple[str, str], said: str) -> None:
    texts = ["it was a very long film", "I would not see it again", "we left after one hour or so"]
    splits = split(
        pd.DataFrame(of(texts, ["toxic", "fine"], 10), columns=list(header)), text=header[0], label=header[1]
    )
    (found,) = splits.audit.of("header")
    assert found.message.startswith(said) and "put a line with the columns' names above it" in found.action


def test_a_row_with_one_cell_twice(tmp_path: Path) -> None:
    path = tmp_path / "some.csv"
    path.write_text("a good film,1,0,1\nanother one,0,0,1\n", encoding="utf-8")
    with pytest.raises(DataError, match="names '1' more than once; rename one, or put names above it if it is a row"):
        read(path)
