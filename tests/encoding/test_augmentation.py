"""Altered copies: as many as asked for, the same for the same seed, a fifth of their words exchanged."""

import numpy as np

from tiny_models import some_rows
from transferkit.encoding.augmentation import altered
from transferkit.language.words import signs
from transferkit.table.rows import Rows

OTHERS = ["zebra", "lion"]


def test_a_fifth_of_the_words_is_exchanged() -> None:
    rows = some_rows(200, pairs=True)
    made = altered(rows, 4, OTHERS, seed=1)
    assert len(made) == 800 and made.numbers.tolist() == rows.numbers.tolist() * 4
    assert list(made["text_pair"]) == list(rows["text_pair"]) * 4
    old = [word for text in list(rows["text"]) * 4 for word in text.split()]
    new = [word for text in made["text"] for word in text.split()]
    assert len(old) == len(new) and set(new) == {*old, *OTHERS}
    # Half of the fifth are of the other words.
    assert 0.08 < np.mean([word in OTHERS for word in new]) < 0.12
    assert 0.15 < np.mean([a != b for a, b in zip(old, new, strict=True)]) < 0.22


def test_the_same_seed_gives_the_same_copies() -> None:
    rows = some_rows(30)
    first = list(altered(rows, 2, OTHERS, seed=1)["text"])
    assert first == list(altered(rows, 2, OTHERS, seed=1)["text"]) != list(altered(rows, 2, OTHERS, seed=2)["text"])


def test_texts_of_one_word_or_none_and_no_other_words() -> None:
    rows = Rows({"text": ["cat", "  ", "a b"]}, np.arange(1, 4))
    made = altered(rows, 20, [], seed=0)
    assert len(made) == 60 and {len(text.split()) for text in made["text"]} == {0, 1, 2}
    assert len(altered(rows.take([1]), 3, [], seed=0)) == 3


def test_signs_are_exchanged_for_signs() -> None:
    texts = ["这本书 iPhone 很好看，值得买" * 3] * 40
    rows = Rows({"text": texts}, np.arange(40))
    made = list(altered(rows, 2, ["word", "字", "另"], seed=3)["text"])
    assert {len(signs(each)) for each in made} == {len(signs(texts[0]))}
    changed = [sum(a != b for a, b in zip(signs(each), signs(texts[0]), strict=True)) for each in made]
    assert 0.1 < np.mean(changed) / len(signs(texts[0])) < 0.25
    assert any("字" in each for each in made) and any("word" in each for each in made)
    assert all(each.count(" ") == texts[0].count(" ") for each in made)
