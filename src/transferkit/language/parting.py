"""How a text is parted into words: as the words were that a model has learned from."""

from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from itertools import islice, pairwise
from typing import Any, Literal

import regex

from transferkit.language import particles as korean
from transferkit.language.words import LETTERS, SIGN, has_signs, signs
from transferkit.record import Record

_KEPT = 1000
_TEXTS = 100_000
_WHOLE = 0.98  # of the words of training that a way to part words leaves whole
_BY_CHANCE = 0.001
_SEVERAL = 0.1  # of the words with signs that have more than one
_GLUED = 0.02
_BLANKS = 0.03  # of all words: more than there are underscores in texts
BLANK = "_"
"""What a word of a blank is written as."""
_INNER = r"[.'\u2019\-\u2010\u2011\u2013&@/\u00b7+]"
_NOBODY = "\ufffe"  # no word, so that a list of words is never empty
_CLAUSE = regex.compile(r"[.,;:!?\u3001\u3002\uff01\uff0c\uff1a\uff1b\uff1f]")
_GLUED_WORD = regex.compile(rf"(?:[^\W\d_.]){{2,}}{_CLAUSE.pattern}", regex.V1)

By = Literal["characters", "pieces", "words", "blanks"]
Places = list[tuple[int, int]]
_WAYS: tuple[By, ...] = ("characters", "pieces", "words")


class Parting(Record):
    """How a text is parted.

    `by` is `characters` (every visible sign is a word, digits and Latin letters too), `pieces` (letters and digits that
    stand together; every mark alone), `words` (marks are parted from the ends of a word and stay inside of it, as in
    3.5, U.S. or London-based), or `blanks`. With `signs` every sign of a script without blanks is a word, otherwise
    what stands together is. `kept` are words that stay whole all the same. With `particles` Korean particles behind a
    word are words, with `blanks` so are the blanks between `characters`.
    """

    by: By
    signs: bool
    kept: tuple[str, ...]
    particles: bool = False
    blanks: bool = False

    def places(self, text: str) -> Places:
        """Where the words of `text` stand: the first character of each, and the one after its last."""
        spans = [match.span() for match in _pattern(self).finditer(text)]
        if not self.particles:
            return spans
        return [part for start, end in spans for part in self._parts(text[start:end], start)]

    def _parts(self, word: str, start: int) -> Places:
        cuts = [0, *(() if word in self.kept else korean.cuts(word)), len(word)]
        return [(start + first, start + last) for first, last in pairwise(cuts)]


BLANKS = Parting(by="blanks", signs=False, kept=())
"""At blanks alone: how earlier versions parted texts."""
PIECES = Parting(by="pieces", signs=True, kept=())
"""As `language.words.pieces` does."""
PARTICLES = Parting(by="pieces", signs=True, kept=(), particles=True)
"""The same, and before Korean particles."""


@lru_cache(64)
def _pattern(parting: Parting) -> Any:
    sign = rf"{SIGN}\p{{M}}*"
    other = rf"(?:(?!{SIGN}){LETTERS})" if parting.signs else LETTERS
    inner = rf"(?:(?!\L<clitics>(?!{LETTERS}))(?:{_INNER}|(?<=\p{{N}})[,:](?=\p{{N}})))"
    ways = {
        "characters": r"\S\p{M}*" + (r"|(?<=\S)\s+(?=\S)" if parting.blanks else ""),
        "pieces": rf"{sign}|{other}+|\S" if parting.signs else rf"{other}+|\S",
        "words": (rf"{sign}|" if parting.signs else "")
        + rf"{other}+(?:{inner}{other}+)*(?:(?<=\p{{L}}\.\p{{L}})\.)?|(\S)\1*",
        "blanks": r"\S+",
    }
    letters = rf"(?<!{other})\L<worded>(?!{other})|(?<!{other})\L<ending>|\L<beginning>(?!{other})|\L<marks>"
    pattern = ways[parting.by] if parting.by == "blanks" else rf"{letters}|{ways[parting.by]}"
    lists = _by_ends(parting.kept)
    clitics = [word for word in lists["beginning"] if word[0] in "'\u2019"] or [_NOBODY]
    used: Any = _used(pattern, {**lists, "clitics": clitics})
    return regex.compile(pattern, regex.V1, **used)


def _used(pattern: str, lists: dict[str, list[str]]) -> dict[str, list[str]]:
    return {name: words for name, words in lists.items() if rf"\L<{name}>" in pattern}


def _by_ends(kept: Iterable[str]) -> dict[str, list[str]]:
    """Words by whether they begin and end with letters, where they must not be parts of longer words."""
    letter = regex.compile(LETTERS, regex.V1)
    groups: dict[str, list[str]] = {"worded": [], "ending": [], "beginning": [], "marks": []}
    for word in kept:
        begins, ends = letter.match(word[0]) is not None, letter.match(word[-1]) is not None
        name = ("worded" if ends else "ending") if begins else ("beginning" if ends else "marks")
        groups[name].append(word)
    return {name: words or [_NOBODY] for name, words in groups.items()}


def learned(texts: Iterable[str]) -> Parting:
    """The finest way to part texts that leaves the words of `texts` whole; in these, blanks part the words.

    By blanks where marks are glued to the words: where more words end in one of . , ; : ! ? than there are such marks
    by themselves.
    """
    counts = Counter(word for text in islice(texts, _TEXTS) for word in text.split(" ") if word)
    total = max(1, counts.total())
    glued = sum(count for word, count in counts.items() if _GLUED_WORD.fullmatch(word))
    alone = sum(count for word, count in counts.items() if _CLAUSE.fullmatch(word))
    if glued > alone and glued >= _GLUED * total:
        return BLANKS
    of_signs = {word: count for word, count in counts.items() if has_signs(word)}
    several = sum(count for word, count in of_signs.items() if len(signs(word)) > 1)
    single = several <= _SEVERAL * sum(of_signs.values())
    ways = [Parting(by=by, signs=single, kept=()) for by in _WAYS]
    whole = [sum(count for word, count in counts.items() if _is_whole(word, way)) / total for way in ways]
    fine = [single and whole[0] >= max(_WHOLE, whole[1]), whole[1] >= whole[2] - _BY_CHANCE, True]
    best = ways[fine.index(True)]
    if best.by == "characters" and counts[BLANK] >= _BLANKS * total:
        return best.model_copy(update={"blanks": True, "kept": ()})
    if any(word in counts for word in korean.ALL):
        finer = best.model_copy(update={"particles": True})
        still = sum(count for word, count in counts.items() if _is_whole(word, finer)) / total
        best = finer if still >= whole[ways.index(best)] - _BY_CHANCE else best
    return best.model_copy(update={"kept": _kept(counts, best)})


def _is_whole(word: str, way: Parting) -> bool:
    return way.places(word) == [(0, len(word))]


def _kept(counts: "Counter[str]", way: Parting) -> tuple[str, ...]:
    """The most frequent words that `way` would part; none of which a mark was left on by mistake."""
    odd = [(word, count) for word, count in counts.most_common() if not _is_whole(word, way)]
    meant = [word for word, count in odd if not _GLUED_WORD.fullmatch(word) or count > counts[word[:-1]]]
    return tuple(sorted(meant[:_KEPT]))
