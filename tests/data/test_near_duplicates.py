"""What counts as nearly the same, and that the search finds it."""

import random

import pytest

from transferkit.data import near_duplicates
from transferkit.data.content import PAIR_MARK
from transferkit.data.near_duplicates import SIMILARITY, jaccard, near_pairs
from transferkit.kinds.text import normalised, shingles

LONG = (
    "The committee met on Tuesday to hear evidence from three engineers about the flood barrier and its cost, "
    "and decided after a long debate to ask for a second opinion before any money is spent."
)


ONE, BOTH = [shingles], [shingles, shingles]


def alike(a: str, b: str) -> bool:
    return near_pairs([a], [b], BOTH if PAIR_MARK in a else ONE) == [(0, 0)]


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
    pairs = near_pairs(fresh + altered, held, ONE)
    assert all(position >= 300 and match == position - 300 for position, match in pairs)
    assert len(pairs) == 300


def similar(a: str, b: str) -> bool:
    """On both sides, where they are pairs."""
    sides = zip(a.split(PAIR_MARK), b.split(PAIR_MARK), strict=True)
    return all(jaccard(shingles(one), shingles(other)) >= SIMILARITY for one, other in sides)


def naive(queries: list[str], held: list[str]) -> list[tuple[int, int]]:
    found = [(i, j) for i, text in enumerate(queries) for j, other in enumerate(held) if similar(text, other)]
    return sorted(dict(reversed(found)).items())


def test_search_finds_exactly_what_comparing_all_finds() -> None:
    generator = random.Random(1)
    held = [" ".join(generator.choices(LONG.split(), k=generator.randint(8, 40))) for _ in range(40)]
    queries = [" ".join(generator.choices(LONG.split(), k=20)) for _ in range(10)]
    for text in held[:30]:
        letters = list(text)
        for _ in range(generator.randint(0, 3)):
            letters[generator.randrange(len(letters))] = "q"
        queries.append("".join(letters))
    assert 10 < len(naive(queries, held)) < 40
    assert near_pairs(queries, held, ONE) == naive(queries, held)


def test_rows_that_share_a_text_are_searched_too() -> None:
    # 200 rows of one premise: only the second texts tell them apart.
    held = [f"{LONG}{PAIR_MARK}the {i * i + 11} people in room {i * 31} agreed with all of this" for i in range(200)]
    queries = [text.replace("agreed", "agreed,") for text in held]
    assert near_pairs(queries, held, BOTH) == [(i, i) for i in range(200)]
    assert near_pairs([f"{LONG}{PAIR_MARK}nobody said so" for _ in range(5)], held, BOTH) == []


def test_texts_that_share_most_of_their_words_are_compared_by_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    held = [f"{LONG[:60]} order {i * 7919} of {i * 104729} has left {i * 1299709}" for i in range(600)]
    compared = []
    monkeypatch.setattr(near_duplicates, "jaccard", lambda a, b: compared.append(1) or jaccard(a, b))
    assert near_pairs([text.replace(" has", ", has") for text in held], held, ONE) == [(i, i) for i in range(600)]
    assert len(compared) < 5 * 600  # comparing all of them takes 600 times 600


def test_nothing_to_search() -> None:
    assert near_pairs([], ["a"], ONE) == []
    assert near_pairs(["a"], [], ONE) == []
