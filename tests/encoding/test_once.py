"""A text is tokenised once while a run lasts, and its tokens are those that tokenising it again would give."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from transformers import AutoTokenizer, PreTrainedTokenizerFast

import architectures
import transferkit
from tiny_models import Tiny, save_model, some_rows
from transferkit import estimate, judging
from transferkit.config import parse
from transferkit.encoding import once
from transferkit.encoding.encoded import Encoded, encode
from transferkit.encoding.once import tokenised_anew, tokenised_once
from transferkit.encoding.ragged import joined, one_by_one, ragged
from transferkit.intake import take_in
from transferkit.table.rows import Rows


class Spied:
    """A backend that counts the texts that it is given."""

    def __init__(self, backend: Any, counted: Counter[Any]) -> None:
        self.__dict__.update(backend=backend, counted=counted)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__dict__["backend"], name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self.__dict__["backend"], name, value)

    def encode_batch_fast(self, texts: Any, **options: Any) -> Any:
        self.__dict__["counted"].update(texts)
        return self.__dict__["backend"].encode_batch_fast(texts, **options)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counter[Any]:
    """How often a text was given to a backend."""
    found: Counter[Any] = Counter()
    monkeypatch.setattr(
        PreTrainedTokenizerFast, "backend_tokenizer", property(lambda self: Spied(self._tokenizer, found))
    )
    return found


def same(one: Encoded, other: Encoded) -> bool:
    pairs = [(one.ids, other.ids), *([(one.type_ids, other.type_ids)] if one.type_ids and other.type_ids else [])]
    return (
        (one.type_ids is None) == (other.type_ids is None)
        and one.full_lengths.tolist() == other.full_lengths.tolist()
        and all([a.tolist() for a in ours] == [b.tolist() for b in theirs] for ours, theirs in pairs)
        and one.keys() == other.keys()
        and one.lengths.tolist() == other.lengths.tolist()
    )


def of(texts: list[str], second: list[str] | None = None) -> Rows:
    return Rows({"text": texts} | ({} if second is None else {"text_pair": second}), np.arange(len(texts)))


TEXTS = ["a good film", "", "an awful book, a dull meal", "\u6b63\u9762 \U0001f600", "a good film", "[SEP] good </s>"]


@pytest.mark.parametrize("family", ["bert", "roberta", "gpt2", "albert", "xlnet", "llama", "canine"])
@pytest.mark.parametrize("paired", [False, True])
@pytest.mark.parametrize("prompt", ["", "query: "])
def test_the_tokens_are_the_same(family: str, paired: bool, prompt: str, tmp_path: Path) -> None:
    folder = architectures.save(tmp_path / family, family)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    tokenizer.pad_token = tokenizer.pad_token or tokenizer.eos_token
    second = [*TEXTS[2:], "one", ""] if paired else None
    whole, part = of(TEXTS, second), of([*TEXTS[3:], "new"], second and [*second[3:], "other"])
    for most in (5, 9, 200):
        expected = [encode(rows, tokenizer, most, prompt) for rows in (whole, part, whole)]
        with tokenised_once():
            read = [encode(rows, tokenizer, most, prompt) for rows in (whole, part, whole)]
            others = [encode(rows, tokenizer, most, "other") for rows in (whole, part)]
        assert all(map(same, expected, read))
        assert all(map(same, [encode(rows, tokenizer, most, "other") for rows in (whole, part)], others))


def test_what_was_read_is_not_read_again(tiny: Tiny, counted: Counter[Any]) -> None:
    rows, first, again = some_rows(20), tiny("bert").tokenizer(), tiny("bert").tokenizer()
    with tokenised_once():
        encode(rows, first, 16)
        encode(rows.take([3, 1, 3]), again, 16)
        encode(of(["new here", rows["text"][0]]), again, 16)
        assert set(counted.values()) == {1} and len(counted) == 21
        with tokenised_anew():
            encode(rows.take([0]), again, 16)
        assert counted[rows["text"][0]] == 2
        encode(rows, tiny("mpnet").tokenizer(), 16)
        assert counted[rows["text"][1]] == 1, "another model with the same tokenizer"
        encode(rows, again, 12)
        encode(rows, tiny("llama").tokenizer(), 16)
        assert counted[rows["text"][1]] == 3, "in another length, with another tokenizer"
    encode(rows, first, 16)
    assert counted[rows["text"][1]] == 4, "nothing is kept when the run has ended"


def test_no_more_is_kept_than_there_is_room_for(tiny: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(once, "_MOST_TOKENS", 10)
    tokenizer = tiny("bert").tokenizer()
    with tokenised_once():
        encode(some_rows(10), tokenizer, 16)
        held = next(iter((once._kept.get() or {}).values()))
        assert len(held.lines) == 10
        other = some_rows(20, seed=5)
        assert same(encode(other, tokenizer, 16), encode(other, tokenizer, 16)) and len(held.lines) == 10


def test_no_tokens_are_copied(tiny: Tiny) -> None:
    rows, tokenizer = some_rows(30), tiny("bert").tokenizer()
    with tokenised_once():
        whole, part = encode(rows, tokenizer, 16), encode(rows.take(range(5, 20)), tokenizer, 16)
    assert whole.ids.values is part.ids.values and whole.ids.values.dtype == np.int32


def test_lines_in_one_array() -> None:
    lines = [np.array([5, 6, 7]), np.array([], dtype=np.int64), np.array([9])]
    made = ragged(lines)
    assert [line.tolist() for line in made] == [[5, 6, 7], [], [9]] and made[0].dtype == np.int64
    assert [line.tolist() for line in made.take(np.array([2, 0, 2]))] == [[9], [5, 6, 7], [9]]
    assert made.take(np.array([2])).distinct().tolist() == [9] and made.distinct().tolist() == [5, 6, 7, 9]
    both = joined(made.take(np.array([2, 0])), ragged([np.array([1, 2])]))
    assert [line.tolist() for line in both] == [[9], [5, 6, 7], [1, 2]] and both.lengths.tolist() == [1, 3, 2]
    assert len(ragged([])) == 0 and len(one_by_one((), ())) == 0 and not len(ragged([]).distinct())
    with pytest.raises(IndexError):
        made[3]


@contextmanager
def uncounted(counted: Counter[Any]) -> Iterator[None]:
    before = counted.copy()
    yield
    counted.clear()
    counted.update(before)


ROUTES: list[Any] = [
    "feature_transfer",
    {"full": {"epochs": 1}},
    {"lora": {"epochs": 1}},
    {"fewer_layers": {"epochs": 1, "teachers": ["full"], "augment": 0}},
    {"static": {"epochs": 1, "width": 8, "hidden": 8, "teachers": ["full"], "augment": 0}},
]


@pytest.mark.parametrize("settings", [{"folds": 0, "seeds": 2}, {"folds": 2}, {"long_texts": "windows", "folds": 0}])
def test_a_run_tokenises_every_row_once(
    settings: Any, tmp_path: Path, counted: Counter[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Speed is measured with texts that are tokenised for it."""
    measure = judging.measure_cost

    def apart(*given: Any, **named: Any) -> Any:
        with uncounted(counted):
            return measure(*given, **named)

    monkeypatch.setattr(judging, "measure_cost", apart)
    rows = some_rows(60)
    save_model(tmp_path / "model", "bert", 2)
    places = {"model": str(tmp_path / "model"), "output_dir": tmp_path / "run", "cache_dir": tmp_path / "cache"}
    transferkit.fit(dict(rows.columns), routes=ROUTES, offline=True, **places, **settings)
    assert [counted[text] for text in rows["text"]] == [1] * 60


def test_a_dry_run_tokenises_every_row_once(tmp_path: Path, counted: Counter[Any]) -> None:
    rows = some_rows(60)
    save_model(tmp_path / "model", "bert", 2)
    places = {
        "model": str(tmp_path / "model"),
        "output_dir": str(tmp_path / "run"),
        "cache_dir": str(tmp_path / "cache"),
    }
    config = parse({"data": {"path": "rows.csv"}, "routes": ROUTES, "offline": True, **places})
    assert estimate.of_run(take_in(config, dict(rows.columns))).routes
    assert [counted[text] for text in rows["text"]] == [1] * 60
