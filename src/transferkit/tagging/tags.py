"""Tags of words: B-TYPE begins an entity, I-TYPE continues it, O is none (IOB2, Tjong Kim Sang and Veenstra 1999).

E or L ends an entity and S or U is one of a single word (IOBES, BILOU: Ratinov and Roth 2009); M continues one (BMES).
"""

import re
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from itertools import chain

_BRACKETED = re.compile(r"(?:\(([^()*\s]+))?(\*)?(\))?")

Span = tuple[str, int, int]
OUTSIDE = "O"
_NO_TYPE = "_"
_PREFIXES = {"B": "B", "I": "I", "E": "E", "S": "S", "L": "E", "U": "S", "M": "I"}
_SEPARATORS = "-_"


@lru_cache(10_000)
def parts(tag: str) -> tuple[str, str]:
    """(`B`, `PER`) for B-PER and B_PER, (`B`, `_`) for B alone; (`O`, "") for O; another tag is a type of its own:
    (`I`, tag).

    L, U and M are given as E, S and I, which mean the same.
    """
    if tag == OUTSIDE:
        return OUTSIDE, ""
    if tag[:1] in _PREFIXES and (len(tag) == 1 or tag[1] in _SEPARATORS):
        return _PREFIXES[tag[0]], tag[2:] or _NO_TYPE
    return "I", tag


def is_plain(tag: str) -> bool:
    """Whether `tag` has no prefix that says where a span begins or goes on."""
    return parts(tag) == ("I", tag)


def is_tag(cell: str) -> bool:
    """Whether `cell` is O, B-TYPE, I-TYPE or the like."""
    return cell == OUTSIDE or not is_plain(cell)


def are_tags(cells: Collection[str]) -> bool:
    """Whether all are tags, and some word is of no entity."""
    return OUTSIDE in cells and all(map(is_tag, {*cells}))


def spans(tags: Sequence[str]) -> list[Span]:
    """The entities in `tags` as (type, first word, word after the last).

    An entity begins at B and S, and where an I or E follows another type or none; it ends before the next one
    begins, before O, and after E and S (as conlleval and seqeval have it).
    """
    entities: list[Span] = []
    kind, start = "", 0
    for i, tag in enumerate([*tags, OUTSIDE]):
        if tag == OUTSIDE and not kind:
            continue
        prefix, here = parts(tag)
        if kind and (prefix in "BSO" or here != kind):
            entities.append((kind, start, i))
            kind = ""
        if prefix != OUTSIDE and not kind:
            kind, start = here, i
        if kind and prefix in "ES":
            entities.append((kind, start, i + 1))
            kind = ""
    return entities


@lru_cache(10_000)
def begun(tag: str, before: str) -> str:
    """The type of the entity that begins at `tag`, which stands behind the tag `before`; "" where none does."""
    prefix, kind = parts(tag)
    earlier, of = parts(before)
    goes_on = prefix in "IE" and earlier in "BI" and of == kind
    return "" if goes_on else kind


def pairs(tags: Sequence[str]) -> "zip[tuple[str, str]]":
    """Every tag with the one before it, O before the first."""
    return zip(tags, chain((OUTSIDE,), tags), strict=False)


def are_proper(tags: Sequence[str]) -> bool:
    """Whether no entity begins with I."""
    return not any(map(_begins_with_i, set(pairs(tags))))


def are_all_proper(texts: Iterable[Sequence[str]]) -> bool:
    """Whether the tags of all texts are proper."""
    return not any(map(_begins_with_i, set(chain.from_iterable(map(pairs, texts)))))


@lru_cache(10_000)
def _begins_with_i(pair: tuple[str, str]) -> bool:
    tag, before = pair
    return bool(begun(tag, before)) and parts(tag)[0] == "I" and not is_plain(tag)


def repaired(tags: Sequence[str]) -> list[str]:
    """`tags` with a B where an I begins an entity: the same spans, properly written."""
    mended = list(tags)
    for kind, start, _ in spans(tags):
        if parts(mended[start]) == ("I", kind) and not is_plain(mended[start]):
            mended[start] = f"B{mended[start][1:]}"
    return mended


def continued(tag: str, labels: Sequence[str]) -> str:
    """The tag of the next word, where one answer is given for it and a word with `tag`: within the entity that goes on,
    outside where none does."""
    prefix, kind = parts(tag)
    if prefix not in "BI" or is_plain(tag):
        return tag if is_plain(tag) else OUTSIDE
    places = (("I", kind), ("E", kind))
    return next((label for place in places for label in labels if parts(label) == place), OUTSIDE)


def unbracketed(tags: Sequence[str]) -> list[str] | None:
    """CoNLL-2012's `(PER*`, `*`, `*)` and `(PER)` as B-PER, I-PER and O; None where they are written otherwise."""
    matches = [_BRACKETED.fullmatch(tag) for tag in tags]
    if not all(match and (match[2] or (match[1] and match[3])) for match in matches):
        return None
    out, inside = [], ""
    for match in matches:
        assert match is not None
        kind = match[1] or inside
        out.append(f"{'B' if match[1] else 'I'}-{kind}" if kind else OUTSIDE)
        inside = "" if match[3] else kind
    return out
