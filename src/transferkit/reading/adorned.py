"""Words of published files that have more than themselves: signs with the number of their place in a word behind them,
as Weibo's named entities (科0 技1 全0 方1), and words with their language before them, as WikiANN's (en:Ada en:is)."""

import re
from collections.abc import Callable, Sequence

from transferkit.language.words import has_signs

_COUNTED = re.compile(r"(.)(\d+)", re.DOTALL)
_LANGUAGE = re.compile(r"([a-z]{2,3}(?:-[a-z]{2,8})*:)")
_FEWEST = 4

Bare = Callable[[Sequence[str]], list[str] | None]
"""From words to what they are without it; None where one has none."""


def found(words: Sequence[str]) -> tuple[str, Bare] | None:
    """What all of `words` have more than themselves, and what takes it off."""
    if len(words) < _FEWEST:
        return None
    counted = any(map(has_signs, words)) and not all(word.endswith("0") for word in words)
    if counted and without_numbers(words) is not None:
        return "signs with the number of their place in a word behind them (科0 技1)", without_numbers
    language = _LANGUAGE.match(words[0])
    if language and all(word.startswith(language[1]) for word in words):
        prefix = language[1]
        return f"words with {prefix} before them", lambda sentence: _without_prefix(sentence, prefix)
    return None


def without_numbers(words: Sequence[str]) -> list[str] | None:
    """`words` without their numbers, each of which goes on from the one before or begins again with 0."""
    bare: list[str] = []
    before = -1
    for word in words:
        match = _COUNTED.fullmatch(word)
        if match is None or int(match[2]) not in (0, before + 1):
            return None
        before = int(match[2])
        bare.append(match[1])
    return bare


def _without_prefix(words: Sequence[str], prefix: str) -> list[str] | None:
    return [word.removeprefix(prefix) for word in words] if all(word.startswith(prefix) for word in words) else None
