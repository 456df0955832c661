"""Words in scripts with and without blanks between them."""

import unicodedata

import pytest
import regex

from transferkit.language.words import (
    SIGN,
    composed,
    has_signs,
    is_pair,
    language,
    pieces,
    pieces_and_pairs,
    signs,
    unbroken,
    without_punctuation,
    words,
)


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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("بِسْمِ اللَّهِ", 2),
        ("בְּרֵאשִׁית בָּרָא", 2),
        ("cafe\u0301 re\u0301sume\u0301", 2),
        (unicodedata.normalize("NFD", "한국어 문장"), 2),
        ("สวัสดีครับ", 7),
        ("မင်္ဂလာပါ", 5),
    ],
)
def test_marks_are_part_of_their_letter(text: str, expected: int) -> None:
    assert len(words(text)) == expected and "".join(words(text)) == text.replace(" ", "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Who's he?", ["Who", "'", "s", "he", "?"]),
        ("很好，iPhone 15！", ["很", "好", "，", "iPhone", "15", "！"]),
        ("हिन्दी।", ["हिन्दी", "।"]),
        ("a_b $5", ["a_b", "$", "5"]),
        (" \n", []),
    ],
)
def test_pieces_are_words_and_what_is_left(text: str, expected: list[str]) -> None:
    assert pieces(text) == expected


def test_one_spelling_of_a_letter() -> None:
    assert composed("cafe\u0301") == "café" and composed("plain") == "plain"
    assert without_punctuation("《红楼梦》，“好”!") == "红楼梦好"


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["这本书很好", "ok"], "zh"),
        (["この本はとても良い"], "ja"),
        (["東京都庁舎展望室", "カタカナ"], "ja"),
        (["이 책은 좋다"], "ko"),
        (["หนังสือดีมาก"], "signs"),
        (["a good book 好"], ""),
        ([], ""),
    ],
)
def test_language_of_texts(texts: list[str], expected: str) -> None:
    assert language(texts) == expected


def test_pairs_of_signs() -> None:
    """A mark or a blank between two signs parts them."""
    assert pieces_and_pairs("房间太,差 了ok") == ["房", "房间", "间", "间太", "太", ",", "差", "了", "ok"]
    assert pieces_and_pairs("a good book.") == pieces("a good book.")
    assert is_pair("房间") and not is_pair("房") and not is_pair("ok") and not is_pair("房间太") and not is_pair("房,")


def test_no_sign_is_missed_for_the_sake_of_speed() -> None:
    signs = [sign for sign in map(chr, range(0x110000)) if regex.match(SIGN, sign, regex.V1)]
    assert len(signs) > 100_000
    assert all(map(has_signs, signs))
