"""Altered copies: as many as asked for, the same for the same seed, and made of the words that were there."""

from tiny_models import some_rows
from transferkit.data.rows import Rows
from transferkit.training.augmentation import altered


def test_copies_are_reproducible_and_made_of_known_words() -> None:
    rows = some_rows(30, pairs=True)
    made = altered(rows, 4, seed=1)
    assert 100 < len(made) <= 120
    assert list(made["text"]) == list(altered(rows, 4, seed=1)["text"]) != list(altered(rows, 4, seed=2)["text"])
    known = {word for text in rows["text"] for word in text.split()}
    assert all(text and set(text.split()) <= known for text in made["text"])
    assert sum(a not in set(rows["text"]) for a in made["text"]) > len(made) / 2


def test_a_copy_keeps_its_second_text_and_row_number() -> None:
    rows = some_rows(30, pairs=True)
    pair_of = dict(zip(rows.numbers.tolist(), rows["text_pair"], strict=True))
    made = altered(rows, 2, seed=0)
    assert all(pair_of[number] == pair for number, pair in zip(made.numbers.tolist(), made["text_pair"], strict=True))


def test_texts_of_one_word_or_none() -> None:
    rows = Rows({"text": ["cat", "  ", "a b"]}, some_rows(3).numbers)
    assert all(altered(rows, 20, seed=0)["text"])
