"""Windows: nothing is lost, everything fits, words stay whole, and answers find their row again."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from tiny_models import Tiny, load
from tiny_reviews import BAD, GOOD
from transferkit import flow, model
from transferkit.config import parse
from transferkit.encoding.encoded import encode
from transferkit.encoding.windows import whole, windowed
from transferkit.table.rows import Rows, from_texts

WORDS = [f"number{i}" for i in range(60)]


def test_windows_fit_overlap_and_hold_every_word(tiny: Tiny) -> None:
    tokenizer = tiny().tokenizer()
    rows = from_texts(["number1", " ".join(WORDS), "number2"])
    found = windowed(rows, tokenizer, 24)
    assert found.owner[0] == 0 and found.owner[-1] == 2 and set(found.owner) == {0, 1, 2}
    assert encode(found.rows, tokenizer, 1000).lengths.max() <= 24
    parts = [text.split() for text, owner in zip(found.rows["text"], found.owner, strict=True) if owner == 1]
    assert list(dict.fromkeys(word for part in parts for word in part)) == WORDS
    assert all(set(one) & set(next_one) for one, next_one in pairwise(parts))
    assert found.rows.numbers.tolist() == [1, *[2] * len(parts), 3]


@pytest.mark.parametrize("first_is_longer", [True, False])
def test_of_a_pair_the_longer_text_is_read_in_windows(tiny: Tiny, first_is_longer: bool) -> None:
    tokenizer = tiny().tokenizer()
    long, short = " ".join(WORDS), "a short one"
    pair = (long, short) if first_is_longer else (short, long)
    found = windowed(from_texts([pair]), tokenizer, 40)
    assert len(found.rows) > 1 and encode(found.rows, tokenizer, 1000).lengths.max() <= 40
    kept = found.rows["text_pair" if first_is_longer else "text"]
    assert set(kept) == {short}


def test_text_without_spaces_is_split_all_the_same(tiny_model: Path) -> None:
    tokenizer = load(tiny_model).tokenizer()
    found = windowed(from_texts(["abcdefghijklmnopqrstuvwxyz" * 2]), tokenizer, 16)
    assert len(found.rows) > 3
    assert found.rows["text"][0].startswith("abc") and found.rows["text"][-1].endswith("xyz")
    assert all(one[-1:] in next_one for one, next_one in pairwise(found.rows["text"]))


def test_room_for_the_prompt_is_kept(tiny: Tiny) -> None:
    tokenizer = tiny().tokenizer()
    found = windowed(from_texts([" ".join(WORDS)]), tokenizer, 32, "the film was number 7 ")
    assert encode(found.rows, tokenizer, 1000, "the film was number 7 ").lengths.max() <= 32


def test_answers_are_averaged_by_row() -> None:
    rows = Rows({"text": list("abc")}, np.arange(1, 4))
    values = np.array([[1.0], [2.0], [4.0], [9.0]], dtype=np.float32)
    assert replace(whole(rows), owner=np.array([0, 1, 1, 2])).averaged(values).tolist() == [[1.0], [3.0], [9.0]]
    assert whole(rows).averaged(values[:3]).tolist() == values[:3].tolist()


@pytest.mark.parametrize("route", ["feature_transfer", "full"])
def test_words_beyond_the_window_count(tmp_path: Path, tiny_model: Path, route: str) -> None:
    filler = " ".join(["the film was a number"] * 8)
    lines = ["text,label"]
    for i in range(160):
        words, label = (GOOD, "good") if i % 2 else (BAD, "bad")
        lines.append(f"number {i} {filler} {words[i // 2 % 5]} {words[i % 5]} {words[i % 3]},{label}")
    (tmp_path / "rows.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    options = {"epochs": 6, "learning_rate": 4e-3} if route == "full" else {}
    scores = {}
    for long_texts in ("cut", "windows"):
        run = {"data": {"path": str(tmp_path / "rows.csv"), "test_size": 40, "folds": 0}, "model": str(tiny_model)}
        run |= {"routes": [{route: options}], "max_length": 32, "long_texts": long_texts, "offline": True}
        run |= {"output_dir": str(tmp_path / long_texts), "cache_dir": str(tmp_path / "cache")}
        result = flow.fit(parse(run))
        scores[long_texts] = result.route(route).scores.metrics["accuracy"].value
        said = next(f for f in result.splits.audit.findings if f.kind == "truncation")
        assert ("windows" in said.action) and (said.severity == ("warning" if long_texts == "cut" else "info"))
    assert scores["windows"] > 0.9 > scores["cut"]
    loaded = model.load(tmp_path / "windows", route)
    texts = [f"number 7 {filler} superb great fine", f"number 8 {filler} awful weak poor"]
    assert loaded.predict(texts) == ["good", "bad"]
