"""Words of many texts at once have the numbers that they have text by text."""

import random
import re
from collections.abc import Sequence
from itertools import filterfalse

import numpy as np
import pytest

from transferkit.encoding.word_numbers import SEPARATOR, UNKNOWN, WordNumbers, number, split
from transferkit.language.buffers import END, encoded, pieces_of_all
from transferkit.language.words import composed, has_signs, is_pair, pieces

ODD = [
    *("", " ", "\t\n", "\x00", "\x1c\x1d", "\x85\xa0\u3000", "\ud800 lone", "e\u0301e", "\u0301mark first", "ΑΣ ΑΣ. ς"),
    *("İstanbul", "don't", "“quotes” — and’s", "a_b__c", "\xff\xfe", "ÿ þ", "naïve café", "x\u200by\u200d", "😀😃a😀"),
    *(
        "很好看",
        "很 好看。新书",
        "ラーメンが好き",
        "ภาษาไทย ดี",
        "abc很d好",
        "한국어 문장",
        "नमस्ते दुनिया",
        "Ⓐ①²½",
        "\ufeffbom",
    ),
    *("\u2028line\u2029", "tab\x0bfeed\x0c", "\x7f\x80", "新\u0301书", "々〇", "\U00020000\U0001f600"),
]
SIGNS = [chr(code) for code in (*range(0x3000), *range(0x3000, 0x110000, 97))]


def texts_at_random(count: int) -> list[str]:
    drawn = random.Random(0)
    letters = ["".join(drawn.choices("abcdeABÉ'.,-_ \t7", k=drawn.randrange(40))) for _ in range(count)]
    return [*letters, *("".join(drawn.choices(SIGNS, k=drawn.randrange(12))) for _ in range(count))]


def one_by_one(text: str, vocabulary: dict[str, int], words: Sequence[str]) -> list[int]:
    return [vocabulary.get(word, UNKNOWN) for word in words if word in vocabulary or not is_pair(word)]


def parted(text: str, by_script: bool, by_pairs: bool) -> list[str]:
    if not by_script:
        return re.findall(r"\w+|[^\w\s]", text.lower())
    return split(text) if by_pairs else pieces(composed(text.lower()))


@pytest.mark.parametrize(("by_script", "by_pairs"), [(True, True), (True, False), (False, False)])
def test_as_text_by_text(by_script: bool, by_pairs: bool) -> None:
    drawn = random.Random(1)
    texts = [*ODD, *texts_at_random(300), *ODD]
    every = sorted({word for text in texts for word in parted(text, by_script, by_pairs)})
    vocabulary = number(drawn.sample(every, len(every) * 2 // 3))
    pairs = [None if drawn.random() < 0.5 else drawn.choice(texts) for _ in texts]
    expected = []
    for text, pair in zip(texts, pairs, strict=True):
        row = one_by_one(text, vocabulary, parted(text, by_script, by_pairs))
        if pair is not None:
            row += [SEPARATOR, *one_by_one(pair, vocabulary, parted(pair, by_script, by_pairs))]
        expected.append(row or [UNKNOWN])
    ids, lengths = WordNumbers(vocabulary, by_script, by_pairs).of(list(zip(texts, pairs, strict=True)))
    assert [part.tolist() for part in np.split(ids, np.cumsum(lengths)[:-1])] == expected


def test_every_sign_parts_words_as_it_does_in_one_text() -> None:
    codes = (*range(0x3400), *range(0xA000, 0xAC00), *range(0xD700, 0x20000), *range(0xE0000, 0xE0200))
    for sign in filterfalse(has_signs, map(chr, codes)):
        text = f"a{sign}b{sign}{sign} c"
        assert pieces_of_all([text]) == [*map(encoded, pieces(text)), END]


def test_no_rows() -> None:
    ids, lengths = WordNumbers({}).of([])
    assert not len(ids) and not len(lengths)
