"""What counts as nearly the same, and that the search finds it."""

import random
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

import one_by_one
from one_by_one import jaccard, shingles
from transferkit.data import near_duplicates
from transferkit.data.content import PAIR_MARK, Input
from transferkit.data.near_duplicates import SIMILARITY
from transferkit.kinds.text import KIND, Text, normalised

LONG = (
    "The committee met on Tuesday to hear evidence from three engineers about the flood barrier and its cost, "
    "and decided after a long debate to ask for a second opinion before any money is spent."
)


def inputs_of(keys: Sequence[str], kind: Text) -> list[Input]:
    columns = list(zip(*(key.split(PAIR_MARK) for key in keys), strict=True)) or [()]
    return [Input(kind, column, column) for column in columns]


def near_pairs(queries: Sequence[str], held: Sequence[str], kind: Text = KIND) -> list[tuple[int, int]]:
    return near_duplicates.near_pairs(inputs_of(queries, kind), inputs_of(held, kind))


def alike(a: str, b: str) -> bool:
    return near_pairs([a], [b]) == [(0, 0)]


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
    assert near_pairs(queries, held) == naive(queries, held)


def test_rows_that_share_a_text_are_searched_too() -> None:
    # 200 rows of one premise: only the second texts tell them apart.
    held = [f"{LONG}{PAIR_MARK}the {i * i + 11} people in room {i * 31} agreed with all of this" for i in range(200)]
    queries = [text.replace("agreed", "agreed,") for text in held]
    assert near_pairs(queries, held) == [(i, i) for i in range(200)]
    assert near_pairs([f"{LONG}{PAIR_MARK}nobody said so" for _ in range(5)], held) == []


def counting(monkeypatch: pytest.MonkeyPatch, name: str) -> list[int]:
    """How many pairs every call of a method of the search is given, or how many it gives."""
    counts: list[int] = []
    method: Callable[..., Any] = getattr(near_duplicates._Search, name)

    def counted(search: Any, pairs: Any, signatures: Any) -> Any:
        counts.append(len(pairs.query))
        return method(search, pairs, signatures)

    monkeypatch.setattr(near_duplicates._Search, name, counted)
    return counts


def test_texts_that_share_most_of_their_words_are_compared_by_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    held = [f"{LONG[:60]} order {i * 7919} of {i * 104729} has left {i * 1299709}" for i in range(600)]
    compared = counting(monkeypatch, "_are_alike")
    assert near_pairs([text.replace(" has", ", has") for text in held], held) == [(i, i) for i in range(600)]
    assert sum(compared) < 5 * 600  # comparing all of them takes 600 times 600


def numbered(count: int, first: int = 0) -> list[str]:
    return [f"{LONG} no {number}" for number in range(first, first + count)]


def test_texts_that_are_all_alike_are_compared_with_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = counting(monkeypatch, "_are_alike")
    assert near_pairs(numbered(500, 2000), numbered(2000)) == [(i, 0) for i in range(500)]
    assert sum(compared) == 500


def test_one_that_shares_much_with_too_many_is_compared_with_the_closest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(near_duplicates, "_MOST_CANDIDATES", 20)
    monkeypatch.setattr(one_by_one, "MOST_CANDIDATES", 20)
    held = numbered(300)
    queries = [text.replace("flood", f"f{i}d") for i, text in enumerate(held)]
    found = dict(near_pairs(queries, held))
    assert found.keys() >= dict(one_by_one.near_pairs(queries, held)).keys()
    assert all(similar(queries[i], held[j]) for i, j in found.items())


def test_signatures_are_those_of_each_text_by_itself() -> None:
    texts = [
        "",
        "a",
        LONG,
        "?",
        "你好，吗。",
        "、 、",
        "\ud800x",
        "#%&",
        "é#%&",
        "\x00\x01",
        "aaaaaaaaa",
        "\u00b4#",
        LONG,
    ]
    features, counts = KIND.signatures(texts, texts)
    assert features.dtype == np.uint32 and counts.dtype == np.int64
    for text, own in zip(texts, np.split(features, np.cumsum(counts)[:-1]), strict=True):
        assert np.array_equal(own, shingles(text)), text


def words(generator: random.Random, count: int) -> list[str]:
    return ["".join(generator.choices("abcdefghij", k=generator.randint(1, 8))) for _ in range(count)]


def at_random(generator: random.Random, count: int) -> list[str]:
    few = words(generator, generator.choice([30, 300]))
    return [" ".join(generator.choices(few, k=generator.randint(1, 40))) for _ in range(count)]


def of_templates(generator: random.Random, count: int) -> list[str]:
    parts = [" ".join(words(generator, generator.randint(5, 30))) for _ in range(5)]
    return [f"{generator.choice(parts)} {generator.randint(0, 999)} {generator.choice(parts)}" for _ in range(count)]


def letters(generator: random.Random, count: int) -> list[str]:
    return ["".join(generator.choices("ab", k=generator.randint(0, 3))) for _ in range(count)]


def chinese(generator: random.Random, count: int) -> list[str]:
    signs, ends = "的一是在不了有和人这中大为上个国我以要他", ["", "。", "，好"]
    return [
        "".join(generator.choices(signs, k=generator.randint(1, 60))) + generator.choice(ends) for _ in range(count)
    ]


def odd(generator: random.Random, count: int) -> list[str]:
    texts = ["", "?", "!", "。", "\ud800x", "、 、", "a" * 30, "#%&", "é#%&", "\x00\x01", "x" * 300, LONG, LONG + LONG]
    return [generator.choice(texts) + generator.choice(["", "1", "2"]) for _ in range(count)]


def altered(generator: random.Random, text: str) -> str:
    signs = list(text)
    for _ in range(generator.randint(0, 4) if text else 0):
        signs[generator.randrange(len(signs))] = generator.choice("qz一")
    return "".join(signs)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("texts", [at_random, of_templates, letters, chinese, odd])
def test_the_pairs_are_those_found_one_by_one(
    monkeypatch: pytest.MonkeyPatch, texts: Callable[[random.Random, int], list[str]], seed: int
) -> None:
    generator = random.Random(seed)
    monkeypatch.setattr(near_duplicates, "_AT_A_TIME", [1 << 8, 1 << 11, 1 << 18, 1 << 18][seed])
    monkeypatch.setattr(near_duplicates, "_FIRST_LOOK", [1, 2, 16, 16][seed])
    there = texts(generator, 100)
    asked = [*texts(generator, 40), *(altered(generator, generator.choice(there)) for _ in range(80))]
    held, queries = ([normalised(text) for text in some] for some in (there, asked))
    expected = one_by_one.near_pairs(queries, held)
    assert near_pairs(queries, held) == expected and expected
    assert near_pairs(held, held) == one_by_one.near_pairs(held, held)
    seconds = [normalised(altered(generator, text)) for text in texts(generator, 4) for _ in range(2)]
    held, queries = ([f"{text}{PAIR_MARK}{generator.choice(seconds)}" for text in some] for some in (held, queries))
    assert near_pairs(queries, held) == one_by_one.near_pairs(queries, held)


class Recording(Text):
    """Notes of how many characters signatures are asked for together."""

    def __init__(self) -> None:
        super().__init__()
        object.__setattr__(self, "asked", [])

    def signatures(self, values: Sequence[Any], keys: Sequence[str]) -> Any:
        self.asked.append(sum(map(len, keys)))
        return super().signatures(values, keys)


def test_signatures_are_made_a_block_at_a_time_and_once_for_a_query(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(near_duplicates, "_AT_A_TIME", 1 << 14)
    generator, kind = random.Random(0), Recording()
    few = words(generator, 2000)
    held, queries = ([" ".join(generator.choices(few, k=30)) for _ in range(count)] for count in (100, 1000))
    assert near_pairs(queries, held, kind) == []
    assert max(kind.asked) <= 1 << 14
    assert sum(kind.asked) == 2 * sum(map(len, held)) + sum(
        map(len, queries)
    )  # of what is held, frequencies come first
    kind.asked.clear()
    assert near_pairs(["x" * 40_000], ["y", "x" * 40_001], kind) == [(0, 1)]


def test_nothing_to_search() -> None:
    assert near_pairs([], ["a"]) == []
    assert near_pairs(["a"], []) == []
