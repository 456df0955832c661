"""Signs with the number of their place in a word behind them, as Weibo's named entities have them: 科0 技1 全0 方1."""

import re
from collections.abc import Sequence

from transferkit.data.words import has_signs

_COUNTED = re.compile(r"(.)(\d+)", re.DOTALL)
_FEWEST = 4


def bare(words: Sequence[str]) -> list[str] | None:
    """`words` without their numbers; None where one has none, or one that does not go on from the one before."""
    found: list[str] = []
    before = -1
    for word in words:
        match = _COUNTED.fullmatch(word)
        if match is None or int(match[2]) not in (0, before + 1):
            return None
        before = int(match[2])
        found.append(match[1])
    return found


def are_counted(words: Sequence[str]) -> bool:
    """Whether all words of some sentences are so, some of them Chinese or the like, and some with another number than
    the first."""
    if len(words) < _FEWEST or not any(map(has_signs, words)) or all(word.endswith("0") for word in words):
        return False
    return bare(words) is not None
