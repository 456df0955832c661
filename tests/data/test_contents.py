"""What cells and columns are by how they are written."""

from datetime import date
from typing import Any

import numpy as np
import pytest

from transferkit.data import contents, name_hints, read, several
from transferkit.data.cell_forms import is_address, is_key, is_time, number
from transferkit.data.contents import Content

TEXTS = [f"the lamp number {i} broke after a week" for i in range(60)]
NUMBERS = [round(i * 37 % 53 * 1.3, 2) for i in range(60)]


@pytest.mark.parametrize(
    "cell",
    [
        *("2024-01-03", "2024/1/3 12:30", "03.01.2024", "1/3/24", "2024年1月3日", "2024年1月", "12:30", "9:05 pm"),
        *("Jan 3, 2024", "3. Januar 2024", "3 January 2024", "Tue Feb 24 11:35:52 -0800 2015", "20240103", "2019"),
        *("2024-01-03T10:00:00Z", "2024-01", 2019, date(2024, 1, 3), np.datetime64("2024-01-03")),
    ],
    ids=str,
)
def test_times(cell: Any) -> None:
    assert is_time(cell)


@pytest.mark.parametrize(
    "cell", ["1234.56", "3,5", "1.2.3", "good", "in 2019 it was", "may be fine", 7, None, "x" * 60]
)
def test_no_times(cell: Any) -> None:
    assert not is_time(cell)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        *((3, 3), ("3,5", 3.5), ("1,234", 1234), ("1.234,50", 1234.5), ("€ 3,50", 3.5), ("12 %", 12), ("5星", 5)),
        *(
            ("1e-3", 0.001),
            ("-", None),
            ("", None),
            ("3 days", None),
            (True, None),
            (float("inf"), None),
            (10**400, None),
        ),
        *((".5", 0.5), ("E11", None), ("e0", None), ("+e5", None)),  # codes of diseases, identifiers
    ],
    ids=str,
)
def test_numbers(cell: Any, value: float | None) -> None:
    assert number(cell) == value


def test_addresses_and_identifiers() -> None:
    addresses = ("https://a.example/b", "a.b@c.example", "/tmp/x", "C:\\x y", "img_1.png", "@user")
    assert all(map(is_address, addresses))
    assert not any(map(is_address, ("and/or", "n/a", "I like it.", "see notes.txt")))
    assert all(map(is_key, ("TCK-0012", "+49 170 1234", "3f2a9b11-77aa-4b1c", "deadbeef")))
    assert not any(map(is_key, ("good", "two words", "in 2019 it was fine")))


@pytest.mark.parametrize(
    ("cells", "content"),
    [
        (TEXTS, Content.TEXTS),
        ([f"第{i}次买的灯用了一周就坏了" for i in range(60)], Content.TEXTS),
        (["good", "bad", "odd"] * 20, Content.CATEGORIES),
        (["very satisfied with it", "not satisfied at all"] * 30, Content.CATEGORIES),
        ([0, 1] * 30, Content.CATEGORIES),
        (["True", "False"] * 30, Content.CATEGORIES),
        (["one"] * 60, Content.CONSTANT),
        (["", None, " "] * 20, Content.NOTHING),
        (range(60), Content.KEYS),
        ([f"A-{i * 7}" for i in range(60)], Content.KEYS),
        ([f"user{i % 40}" for i in range(80)], Content.KEYS),
        (NUMBERS, Content.NUMBERS),
        ([f"{value:.2f}".replace(".", ",") for value in NUMBERS], Content.NUMBERS),
        ([f"2024-01-{i % 28 + 1:02}" for i in range(60)], Content.TIMES),
        ([f"https://a.example/{i}" for i in range(60)], Content.ADDRESSES),
        ([f"Ada {'bcdfg'[i % 5]}{'aeiou'[i // 5 % 5]}{'lmnp'[i // 25]}e" for i in range(60)], Content.NAMES),
        ([["a", "b"]] * 60, Content.LISTS),
        (['["a"]', "['b', 'c']"] * 30, Content.LISTS),
    ],
    ids=lambda value: value.name if isinstance(value, Content) else "",
)
def test_columns(cells: Any, content: Content) -> None:
    assert contents.of(read({"x": list(cells)}), "x").content is content


def test_a_long_table_is_seen_from_end_to_end() -> None:
    cells = ["a"] * 50_000 + ["b"] * 50_000
    found = contents.of(read({"x": cells}), "x")
    assert found.content is Content.CATEGORIES and found.different == 2 and found.filled == 2_000


@pytest.mark.parametrize(
    ("cells", "names", "sure"),
    [
        ([["a"], ["a", "b"], ["c"]] * 9, "abc", True),
        (["['a']", "['a', 'b']"] * 9, "ab", True),
        (["a", "a|b", "b", "c|a", "c"] * 9, "abc", True),
        (["a; b", "a", "b", "c"] * 9, "abc", True),
        (["物流、客服", "客服", "物流", "质量"] * 9, "", False),
        (["x|new", "x|old", "y|new", "y|old"] * 9, ("new", "old", "x", "y"), False),
        ([{"a": 1, "b": 1}, {"a": 0, "b": 1}] * 9, "ab", True),
    ],
)
def test_several_labels(cells: list[Any], names: Any, sure: bool) -> None:
    found = several.seen(read({"x": cells}), "x")
    assert found is not None and found.sure in (sure, True)
    assert not names or found.names == tuple(names)


@pytest.mark.parametrize(
    "cells",
    [
        ["a", "b"] * 9,
        ["home|lamps", "home|sofas", "kitchen|kettles"] * 9,
        ["Health, care", "Sport", "Art, music"] * 9,
        TEXTS,
        [[0, 1], [1, 0]] * 9,
        [["a"], ["b"]] * 9,
        [[[0, 3, "X"]]] * 9,
        ["", None] * 9,
    ],
)
def test_one_label_or_something_else(cells: list[Any]) -> None:
    assert several.seen(read({"x": cells}), "x") is None


def test_what_names_suggest() -> None:
    assert all(map(name_hints.of_text, ("Review Text", "ticketBody", "full-comment", "客户评论")))
    assert not any(map(name_hints.of_text, ("Context", "Kunde", "编号")))
    assert all(map(name_hints.of_label, ("airline_sentiment", "FeedbackClass", "kind of case", "客户情感")))
    assert not any(map(name_hints.of_label, ("category_id", "shop", "created_at")))
    assert name_hints.are_pair("sent_1", "sent_2") and name_hints.are_pair("Premise", "Hypothesis")
    assert not name_hints.are_pair("1", "2") and not name_hints.are_pair("left", "rigth")
