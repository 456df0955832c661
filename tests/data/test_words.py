"""Words in scripts with and without blanks between them."""

import pytest

from transferkit.data.words import signs, unbroken, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Don't stop, it's 3.5!", ["Don", "t", "stop", "it", "s", "3", "5"]),
        ("café Straße", ["café", "Straße"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("这本书很好。", ["这", "本", "书", "很", "好"]),
        ("iPhone很好用", ["iPhone", "很", "好", "用"]),
        ("カタカナ と ひら", ["カ", "タ", "カ", "ナ", "と", "ひ", "ら"]),
        ("한국어 문장", ["한국어", "문장"]),
        ("ที่", ["ที่"]),
        ("!?", []),
        ("", []),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_signs_of_a_run() -> None:
    assert signs("第12章") == ["第", "12", "章"]


def test_unbroken_scripts() -> None:
    assert unbroken("这本书 very 很好看啊") and not unbroken("这本 book is good") and not unbroken("")
