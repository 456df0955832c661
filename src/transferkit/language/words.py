"""Words of texts in any script: where a script puts no blanks between words, every sign is one."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import islice, pairwise

import regex

LETTERS = r"[\p{L}\p{M}\p{N}_]"
# These scripts, and what only they use: the mark of long vowels in Japanese, the signs that repeat one.
SIGN = (
    r"[[\p{Han}\p{Hiragana}\p{Katakana}\p{Bopomofo}\p{Thai}\p{Lao}\p{Myanmar}\p{Khmer}\u3031-\u3035\u30fc\uff70]"
    r"&&[\p{L}\p{Nl}]]"
)
RUN = rf"(?:{LETTERS}+)"
"""A pattern of the package regex for letters, digits, their marks and underscores that stand together."""
_RUN = regex.compile(RUN, regex.V1)
_ASCII = re.compile(r"\w+", re.ASCII)
_SIGN = regex.compile(SIGN, regex.V1)
_MAYBE_SIGN = re.compile("[\u0e00-\u1fff\u2e80-\U0010ffff]")  # thirty times as fast
_PART = regex.compile(rf"{SIGN}\p{{M}}*|(?:(?!{SIGN}).)+", regex.V1 | regex.S)
_PIECE = regex.compile(rf"{SIGN}\p{{M}}*|(?:(?!{SIGN}){LETTERS})+|\S", regex.V1)
_ASCII_PIECE = re.compile(r"\w+|[^\w\s]", re.ASCII)
_PAIR = regex.compile(rf"{SIGN}\p{{M}}*{SIGN}\p{{M}}*", regex.V1)
_ENDS_IN_SIGN = regex.compile(rf"{SIGN}\p{{M}}*\Z", regex.V1)
_LETTER = regex.compile(LETTERS, regex.V1)
_PUNCTUATION = regex.compile(r"\p{P}+")
_KANA = regex.compile(r"[\p{Hiragana}\p{Katakana}]")
_HAN = regex.compile(r"\p{Han}")
_TELLING = 2000  # texts, which are enough to tell a language by
_HANGUL = regex.compile(r"\p{Hangul}")


def words(text: str) -> list[str]:
    """The words of `text` as they are written, without punctuation."""
    if text.isascii():
        return _ASCII.findall(text)
    runs = _RUN.findall(text)
    return [part for run in runs for part in signs(run)] if _SIGN.search(text) else runs


def pieces(text: str) -> list[str]:
    """The words of `text`, and every other visible sign by itself, in their order."""
    return (_ASCII_PIECE if text.isascii() else _PIECE).findall(text)


def pieces_and_pairs(text: str) -> list[str]:
    """The `pieces` of `text`; behind each sign of a script without blanks comes the pair it makes with the next one:
    most words of Chinese are such pairs."""
    if not has_signs(text):
        return pieces(text)
    parts: list[str] = []
    before, end = "", 0
    for piece in _PIECE.finditer(text):
        sign = piece[0]
        if before and piece.start() == end and _is_sign(sign):
            parts.append(before + sign)
        parts.append(sign)
        before, end = (sign if _is_sign(sign) else ""), piece.end()
    return parts


@lru_cache(100_000)
def _is_sign(piece: str) -> bool:
    return _SIGN.match(piece) is not None


def is_pair(word: str) -> bool:
    """Whether `word` is two signs of scripts without blanks."""
    return not word.isascii() and _PAIR.fullmatch(word) is not None


def joined(words: Sequence[str]) -> str:
    """`words` as their script writes them: no blank between two signs of a script without blanks, else a blank.

    Where most words are of such signs, a blank stands only between two words of other letters or digits, unless each
    has just one: then they were parted sign by sign.
    """
    text = " ".join(words)
    if not has_signs(text):
        return text
    of_signs = sum(map(has_signs, words))
    loose, out = of_signs <= sum(any(map(str.isalpha, word)) for word in words) - of_signs, list(words[:1])
    for before, after in pairwise(words):
        if not _close(before, after, loose):
            out.append(" ")
        out.append(after)
    return "".join(out)


def _close(before: str, after: str, loose: bool) -> bool:
    """Whether no blank stands between two words; `loose` is a text in which most words are parted by blanks."""
    ends, begins = _ENDS_IN_SIGN.search(before) is not None, _SIGN.match(after) is not None
    if loose or (ends and begins):
        return ends and begins
    of_letters = _LETTER.match(before[-1:]) and _LETTER.match(after) and not (ends or begins)
    return not of_letters or len(before) == len(after) == 1


def signs(run: str) -> list[str]:
    """The signs of scripts without blanks between words, each alone, and what stands between them."""
    return _PART.findall(run)


def unbroken(text: str) -> bool:
    """Whether most letters of `text` are of scripts without blanks between words."""
    return not text.isascii() and len(_SIGN.findall(text)) * 2 > sum(map(str.isalpha, text))


def has_signs(text: str) -> bool:
    """Whether `text` has any letter of a script without blanks between words."""
    return not text.isascii() and _MAYBE_SIGN.search(text) is not None and _SIGN.search(text) is not None


def without_punctuation(text: str) -> str:
    """`text` without the punctuation marks of any script."""
    return _PUNCTUATION.sub("", text)


def composed(text: str) -> str:
    """`text` with every letter and its marks in one code point where there is one (NFC): one spelling, one word."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def language(texts: Iterable[str]) -> str:
    """What `texts` are parted into words as: zh, ja, ko, `signs` for other scripts without blanks, or else an empty
    word. Kana tell Japanese from Chinese."""
    whole = "".join(islice(texts, _TELLING))
    letters = sum(map(str.isalpha, whole))
    if len(_HANGUL.findall(whole)) * 2 > letters:
        return "ko"
    if not unbroken(whole):
        return ""
    kana, han = len(_KANA.findall(whole)), len(_HAN.findall(whole))
    if (kana + han) * 2 <= letters:
        return "signs"
    return "ja" if kana * 10 > han else "zh"
