"""How likely it is that somebody wrote a text: by the letters of languages, their case, and what stands beside what.

Scores are logarithms of rough probabilities, to be compared between decodings of the same bytes.
"""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache

from transferkit.reading import alphabets

_LOANED, _FOREIGN, _STRANGE, _NEVER = -10.5, -15.0, -17.0, -20.0
_ASCII_LETTER, _BLANK, _ASCII_MARK = -3.0, -2.0, -4.0
_USUAL_MARK, _SELDOM_MARK, _OTHER_MARK = -6.0, -9.0, -15.0
_USUAL_MARKS = frozenset("\u2018\u2019\u201c\u201d\u201e\u201a«»\u2013—…•€£°©®™\xa0§")
_BETWEEN_LETTERS = frozenset("\u2019\u2013—…·・\xa0")
_SELDOM_MARKS = frozenset("·×÷±¹²³½¼¾µ¬†‡‰¥¢´‛‹›←→↑↓−≤≥≠")  # noqa: RUF001
_EAST_ASIAN_MARKS = frozenset("、。「」『』《》【】・ー~…—\uff0c\uff01\uff1f\uff1a\uff1b\uff08\uff09")
_FULL_WIDTH = range(0xFF01, 0xFF5F)
_HALF_WIDTH = range(0xFF61, 0xFFA0)
_WIDE_LETTERS = f"{alphabets.KATAKANA}ッ"
_SCRIPTS = {"LATIN": "L", "CYRILLIC": "C", "GREEK": "G", "HEBREW": "H", "ARABIC": "A", "THAI": "T"}
_EAST_ASIAN = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "KATAKANA-HIRAGANA", "IDEOGRAPHIC", "FULLWIDTH", "HALFWIDTH")
_SPELLING = {
    "form for the end of a word not there, or another there": (
        re.compile(r"[ςךםןףץة](?=[^\W\d_])|σ(?![^\W\d_])|(?<!\w)\u2019(?=[^\W\d_])"),  # noqa: RUF001
        -6.0,
    ),
    "long Greek word without an accent": (re.compile(r"(?<!\w)[α-ω]{4,}(?!\w)"), -4.0),  # noqa: RUF001
}
_TRANSITIONS = {
    "small to capital": (re.compile(r"(?<=[a-z])[A-Z]"), -5.0),
    "capital at the start of a word": (re.compile(r"(?<![A-Za-z])[A-Z]"), -1.5),
    "capital after a capital": (re.compile(r"(?<=[A-Z])[A-Z]"), -0.2),
    "letters of two scripts": (
        re.compile("|".join(f"(?<=[{s}{s.lower()}])(?![{s}{s.lower()}])[LCGHATlcghat]" for s in "LCGHAT")),
        -9.0,
    ),
    "words of two scripts": (re.compile(r"(?<=[Ll]) +(?=[CGHATcghat])|(?<=[CGHATcghat]) +(?=[Ll])"), -2.0),
    "East Asian sign beside a letter": (re.compile(r"(?<=K)[LCGHATlcghat]|(?<=[LCGHATlcghat])K"), -2.5),
    "letter beside a symbol": (re.compile(r"(?<=[A-JL-Za-z])[$]|(?<=[$])[A-JL-Za-z]"), -4.0),
    "mark inside a word": (re.compile(r'(?<=[A-Za-z])"(?=[A-Za-z])'), -6.0),
    "mark without a letter": (re.compile(r"(?<![A-Za-z^])\^"), -8.0),
}


def of(text: str) -> float:
    """The score of `text` in the language that suits it best."""
    counts = Counter(text)
    return max(_of_letters(counts, language) for language in _languages(counts)) + _of_neighbours(text, counts)


def _languages(counts: Mapping[str, int]) -> Iterable[str]:
    """Those of the script that most letters beyond ASCII are of."""
    scripts: Counter[str] = Counter()
    for sign, count in counts.items():
        if not sign.isascii() and (kind := _kind(sign).upper()) in _LANGUAGES:
            scripts[kind] += count
    return _LANGUAGES[scripts.most_common(1)[0][0] if scripts else "L"]


def _of_letters(counts: Mapping[str, int], language: str) -> float:
    return sum(count * _letter(sign, language) for sign, count in counts.items())


def _of_neighbours(text: str, counts: Iterable[str]) -> float:
    kinds = text.translate({ord(sign): _kind(sign) for sign in counts})
    matches = [(cost, pattern.findall(text)) for pattern, cost in _SPELLING.values()]
    matches += [(cost, pattern.findall(kinds)) for pattern, cost in _TRANSITIONS.values()]
    return sum(cost * len(places) for cost, places in matches)


@lru_cache(maxsize=2**17)
def _kind(sign: str) -> str:
    """A letter of the alphabet for the script and the case, K for East Asian signs, ^ for what is set on letters, " for
    a mark that stands at the ends of words, $ for a symbol, a blank for all else."""
    category = unicodedata.category(sign)
    script = unicodedata.name(sign, "?").split()[0]
    if category == "Mn" and script not in _SCRIPTS:
        return "^"
    if category[0] != "L" and category != "Mn":
        if sign.isascii() or sign in _BETWEEN_LETTERS:
            return " "
        return '"' if sign in _USUAL_MARKS or category[0] == "P" else "$"
    if script in _EAST_ASIAN:
        return "K"
    letter = _SCRIPTS.get(script, "X")
    return letter if sign.isupper() else letter.lower()


@lru_cache(maxsize=2**17)
def _letter(sign: str, language: str) -> float:
    """The logarithm of how often `sign` is what comes next."""
    if sign.isascii():
        return _of_ascii(sign, language)
    table = _table(language)
    lower = sign.lower()[0]
    if sign in table or lower in table:
        return table.get(sign, table.get(lower, 0.0))
    category, code = unicodedata.category(sign), ord(sign)
    if category in ("Cc", "Cn", "Co", "Cs") or sign == "\ufffd":
        return _NEVER
    if sign in _USUAL_MARKS:
        return _USUAL_MARK
    if code in _HALF_WIDTH:
        return _FOREIGN
    if language in _EAST_ASIAN_LETTERS:
        return _east_asian(sign, language)
    if category[0] != "L" and category != "Mn":
        return _SELDOM_MARK if sign in _SELDOM_MARKS else _OTHER_MARK
    if language in alphabets.LATIN and unicodedata.name(sign, "").startswith("LATIN"):
        return _LOANED if lower in alphabets.LOANED else _FOREIGN
    alike = language in alphabets.CYRILLIC and unicodedata.name(sign, "").startswith("CYRILLIC")
    return _FOREIGN if alike else _STRANGE


def _of_ascii(sign: str, language: str) -> float:
    if not sign.isalpha():
        return _BLANK if sign == " " else _NEVER if sign < " " and sign not in "\t\r\n" else _ASCII_MARK
    if language in alphabets.LATIN:
        return _table(language).get(sign.lower(), _LOANED)
    return _ASCII_LETTER


@cache
def _table(language: str) -> dict[str, float]:
    if language in _EAST_ASIAN_LETTERS:
        return _EAST_ASIAN_LETTERS[language]
    return _ranked(alphabets.LETTERS[language], 1.0)


def _ranked(signs: str, share: float) -> dict[str, float]:
    """Frequencies of letters by their rank (Gusein-Zade 1988), `share` together."""
    signs = "".join(dict.fromkeys(signs))
    weights = [math.log((len(signs) + 1) / rank) for rank in range(1, len(signs) + 1)]
    return {sign: math.log(share * weight / sum(weights)) for sign, weight in zip(signs, weights, strict=True)}


_NARROW = "".join(
    sorted(map(chr, _HALF_WIDTH), key=lambda sign: _WIDE_LETTERS.find(unicodedata.normalize("NFKC", sign)))
)
_EAST_ASIAN_LETTERS: dict[str, dict[str, float]] = {
    "Chinese": _ranked(alphabets.SIMPLIFIED, 0.5),
    "traditional Chinese": _ranked(alphabets.TRADITIONAL, 0.5),
    "Japanese": _ranked(alphabets.HIRAGANA, 0.5) | _ranked(alphabets.KATAKANA, 0.15) | _ranked(alphabets.KANJI, 0.13),
    "half-width Japanese": _ranked(f"ﾞ{_NARROW}", 0.8),
    "Korean": _ranked(alphabets.HANGUL, 0.6),
}
_LANGUAGES: dict[str, tuple[str, ...]] = {
    "L": tuple(alphabets.LATIN),
    "C": tuple(alphabets.CYRILLIC),
    "G": ("Greek",),
    "H": ("Hebrew",),
    "A": ("Arabic", "Persian", "Urdu"),
    "T": ("Thai",),
    "K": tuple(_EAST_ASIAN_LETTERS),
}
# The other signs that a language has, as a codec knows them: the first bytes of the usual ones, and their frequency.
_USUAL_SIGNS = {
    "Chinese": ("gb2312", range(0xB0, 0xD8), -9.0),
    "traditional Chinese": ("big5", range(0xA4, 0xC7), -9.5),
    "Japanese": ("euc_jp", range(0xB0, 0xD0), -9.5),
    "half-width Japanese": ("euc_jp", range(0), -9.5),
    "Korean": ("euc_kr", range(0xB0, 0xC9), -8.7),
}


def _east_asian(sign: str, language: str) -> float:
    if sign in _EAST_ASIAN_MARKS:
        return _USUAL_MARK + 1
    if ord(sign) in _FULL_WIDTH:
        return -7.0
    codec, usual, often = _USUAL_SIGNS[language]
    try:
        first, *rest = sign.encode(codec)
    except UnicodeEncodeError:
        return _STRANGE
    if not rest:
        return _STRANGE
    if first in usual:
        return often
    return -12.0 if unicodedata.category(sign)[0] == "L" and first >= 0xB0 else _OTHER_MARK
