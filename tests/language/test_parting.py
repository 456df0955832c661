"""Texts are parted into words as the words of training were."""

import pytest

from transferkit.language.parting import BLANKS, PIECES, Parting, learned
from transferkit.language.words import joined, pieces


def parted(text: str, parting: Parting) -> list[str]:
    return [text[start:end] for start, end in parting.places(text)]


NEWS = [
    "The U.S. and Japan 's London-based bank paid 3.5 million , Inc. said .",
    "( Reuters ) Mr. Smith met him in Bonn ; it rained .",
]
SIGNS = ["他 在 北 京 ， 1 9 9 8 年 。", "王 小 明 去 N B A 。"]
WHOLE_NUMBERS = ["他 在 北 京 ， 1998 年 。", "王 小 明 去 NBA 。"]
SEGMENTED = ["他们 在 北京 工作 。", "王小明 去 上海 。"]
GLUED = ["He lives in Paris, France.", "Yes, she said so."]


@pytest.mark.parametrize(
    ("training", "text", "words"),
    [
        (NEWS, "Ada lives in Paris.", "Ada lives in Paris ."),
        (NEWS, '"Inc." (U.K.), 4.7% e.g. Rome-born', '" Inc. " ( U.K. ) , 4.7 % e.g. Rome-born'),
        (NEWS, "Germany's bank", "Germany 's bank"),
        (["the cat sat here", "a dog"], "The dog, he said, sat.", "The dog , he said , sat ."),
        (SIGNS, "我在1998年到NBA。", "我 在 1 9 9 8 年 到 N B A 。"),
        (WHOLE_NUMBERS, "我在1999年到WHO。", "我 在 1999 年 到 WHO 。"),
        (["ไ ป ก รุ ง"], "ไทย", "ไ ท ย"),
        (SEGMENTED, "他去北京，好。", "他去北京 ， 好 。"),
        (GLUED, "He lives in Rome.", "He lives in Rome."),
        (["a b"], "a\u3000b\xa0c", "a b c"),
    ],
)
def test_as_the_words_of_training_were(training: list[str], text: str, words: str) -> None:
    assert parted(text, learned(training)) == words.split(" ")


@pytest.mark.parametrize("training", [NEWS, SIGNS, WHOLE_NUMBERS, GLUED])
def test_texts_of_joined_words_have_these_words(training: list[str]) -> None:
    parting = learned(training)
    for text in training:
        words = text.split(" ")
        assert parted(text, parting) == words
        assert parted(joined(words), parting) == words


def test_places_count_characters_of_the_text() -> None:
    text = "😀 Ada,  北京"
    assert PIECES.places(text) == [(0, 1), (2, 5), (5, 6), (8, 9), (9, 10)]
    assert parted(text, PIECES) == pieces(text)
    assert BLANKS.places(text) == [(0, 1), (2, 6), (8, 10)]


def test_what_is_kept_is_what_training_had_whole() -> None:
    parting = learned(NEWS)
    assert parting.by == "words" and {"Inc.", "Mr.", "'s"} <= set(parting.kept)
    assert not learned(["we met in Bonn .", "it is in Bonn .", "by Bonn."]).kept


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("Ada met him .", "Ada met him ."),
        ("我 在 北 京 ， 好 。", "我在北京，好。"),
        ("他 1 9 9 8 年 到 北 京 大 学 工 作", "他1998年到北京大学工作"),
        ("他 的 第 一 本 书 叫 New York 。", "他的第一本书叫New York。"),
        ("the word 東 京 means", "the word 東京 means"),
        ("서울 은 크다", "서울 은 크다"),
        ("กรุ ง เทพ", "กรุงเทพ"),
    ],
)
def test_words_are_joined_as_their_script_has_it(words: str, text: str) -> None:
    assert joined(words.split(" ")) == text
