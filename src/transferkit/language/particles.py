"""Korean particles, which stand behind a word without a blank: 서울에서 is 서울 and 에서."""

from functools import lru_cache

_AFTER_CONSONANT = {
    *("은", "이", "을", "과", "으로", "으로서", "으로써", "이나", "이란", "이라", "이라는", "이라고", "이라도"),
    *("이랑", "이며", "이고", "이다", "이었다", "인"),
}
_AFTER_VOWEL = {"는", "가", "를", "와", "로", "로서", "로써", "나", "란", "라는", "라고", "라도", "랑", "였다"}
_AFTER_ANY = {
    *("의", "에", "에서", "에게", "에게서", "한테", "한테서", "께", "께서", "까지", "부터", "만", "도", "보다", "처럼"),
    *("조차", "마저", "밖에", "대로", "만큼", "씨", "님", "들", "측", "입니다"),
}
ALL = _AFTER_CONSONANT | _AFTER_VOWEL | _AFTER_ANY
_FIRST, _LAST, _ENDINGS, _RIEUL = 0xAC00, 0xD7A3, 28, 8
_LONGEST = max(map(len, ALL))


@lru_cache(100_000)
def cuts(word: str) -> tuple[int, ...]:
    """Where particles begin in `word`, of which there may be several; a word that is one has none."""
    starts: list[int] = []
    end = len(word)
    while end > 1 and word not in ALL:
        at = _last(word[:end])
        if not at:
            break
        starts.append(at)
        end = at
    return tuple(reversed(starts))


def _last(word: str) -> int:
    """Where the longest particle at the end of `word` begins; 0 where there is none, or it is one itself."""
    if word in ALL:
        return 0
    starts = range(max(1, len(word) - _LONGEST), len(word))
    return next((i for i in starts if word[i:] in ALL and _follows(word[i:], word[i - 1])), 0)


def _follows(particle: str, sign: str) -> bool:
    """Whether `particle` may follow `sign`: many have a form behind consonants and another one behind vowels."""
    if particle in _AFTER_ANY:
        return True
    if not _FIRST <= ord(sign) <= _LAST:
        return sign.isalnum()
    final = (ord(sign) - _FIRST) % _ENDINGS
    if particle in ("로", "로서", "로써"):
        return final in (0, _RIEUL)
    return (final == 0) == (particle in _AFTER_VOWEL)
