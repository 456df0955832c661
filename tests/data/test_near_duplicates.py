"""What counts as nearly the same, and that the search finds it."""

import random

import pytest

from transferkit.data.content import PAIR_MARK, normalised
from transferkit.data.near_duplicates import alike, jaccard, near_pairs, shingles

LONG = (
    "The committee met on Tuesday to hear evidence from three engineers about the flood barrier and its cost, "
    "and decided after a long debate to ask for a second opinion before any money is spent."
)


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("What is the capital of Ethiopia ?", "What is the capital of Uruguay ?", False),
        ("this is row number 17", "this is row number 18", False),
        ("Who's the author of Emma?", "who 's the author of Emma ?", True),
        (LONG, LONG.replace("Tuesday", "tuesdays"), True),
        (LONG, LONG.replace("ask for a second opinion before any money is spent", "build it"), False),
        ("你好吗", "你好吧", False),
        ("😀", "😡", False),
        ("?", "!", False),
    ],
)
def test_what_is_nearly_the_same(a: str, b: str, same: bool) -> None:
    assert alike(normalised(a), normalised(b)) is same


def test_both_sides_of_a_pair_count() -> None:
    premise = normalised(LONG)
    one, other = f"{premise}{PAIR_MARK}they agreed", f"{premise}{PAIR_MARK}they disagreed"
    assert jaccard(shingles(one), shingles(other)) > 0.9
    assert not alike(one, other)
    assert alike(one, one.replace("they", "they,"))


def test_jaccard_by_hand() -> None:
    # padded "....ab____" and "....ac____": six 5-grams each; "....a" is shared, five differ on either side
    assert jaccard(shingles("ab"), shingles("ac")) == pytest.approx(1 / 11)
    assert jaccard(shingles("ab"), shingles("ab")) == 1


def test_search_finds_nearly_all_and_nothing_else() -> None:
    generator = random.Random(0)
    words = ["".join(generator.choices("abcdefghijklmnop", k=generator.randint(3, 9))) for _ in range(500)]
    held = [" ".join(generator.choices(words, k=30)) for _ in range(300)]
    fresh = [" ".join(generator.choices(words, k=30)) for _ in range(300)]
    altered = [text.replace(text[60], "z", 1) for text in held]
    pairs = near_pairs(fresh + altered, held)
    assert all(position >= 300 and match == position - 300 for position, match in pairs)
    assert len(pairs) >= 285


def test_nothing_to_search() -> None:
    assert near_pairs([], ["a"]) == []
    assert near_pairs(["a"], []) == []
