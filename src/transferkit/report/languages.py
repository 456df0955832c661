"""The languages of texts, by their script and their commonest words: for the metadata of a model card."""

from collections import Counter
from collections.abc import Iterable
from itertools import islice

import regex

_LOOKED_AT, _LENGTH = 400, 400  # texts, and signs of each
_SCRIPTS = {
    "ja": r"[\p{Hiragana}\p{Katakana}]",
    "zh": r"\p{Han}",
    "ko": r"\p{Hangul}",
    "th": r"\p{Thai}",
    "el": r"\p{Greek}",
    "he": r"\p{Hebrew}",
}
"""Scripts that one language has to itself. Japanese uses Chinese signs too, and stands first for that."""
_COMMONEST = {
    "en": "the of and to in is that it was for what who are with this",
    "de": "der die das und ist nicht ein eine zu den mit von im auf sich",
    "fr": "le la les des et est une un que dans pour pas du au qui",
    "es": "el los las que y una por con para es del no se su lo",
    "it": "il che di una per non sono con del la gli è le della si",
    "pt": "o que não uma com para os as do da em é no na um",
    "nl": "de het een van en niet dat is op te zijn voor met er ik",
}
_LETTER = regex.compile(r"\p{L}")
_WORD = regex.compile(r"\p{L}+")
_SHARE = 0.1
"""So many letters of a script, or of all words the commonest ones of a language, show that texts are written in it."""


def languages(texts: Iterable[str]) -> list[str]:
    """ISO 639-1 codes, most used first; none where nothing is sure."""
    text = "\n".join(each[:_LENGTH] for each in islice(texts, _LOOKED_AT)).lower()
    letters = len(_LETTER.findall(text))
    if not letters:
        return []
    found: dict[str, float] = {}
    for code, script in _SCRIPTS.items():
        share = len(regex.findall(script, text)) / letters
        if share >= _SHARE and not (code == "zh" and "ja" in found):
            found[code] = share
    return sorted([*found, *_by_words(text)], key=lambda code: -found.get(code, 0.0))


def _by_words(text: str) -> list[str]:
    """The language with most of its commonest words among all, where no other comes near."""
    counts = Counter(_WORD.findall(text))
    total = max(counts.total(), 1)
    shares = {code: sum(counts[word] for word in words.split()) / total for code, words in _COMMONEST.items()}
    first, second, *_ = sorted(shares, key=lambda code: -shares[code])
    return [first] if shares[first] >= _SHARE and shares[first] > 1.5 * shares[second] else []
