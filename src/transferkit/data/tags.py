"""Tags of words: B-TYPE begins an entity, I-TYPE continues it, O is none (IOB2, Tjong Kim Sang and Veenstra 1999).

E or L ends an entity and S or U is one of a single word (IOBES, BILOU: Ratinov and Roth 2009).
"""

from collections.abc import Sequence

Span = tuple[str, int, int]
OUTSIDE = "O"
_NO_TYPE = "_"
_PREFIXES = {"B": "B", "I": "I", "E": "E", "S": "S", "L": "E", "U": "S"}


def parts(tag: str) -> tuple[str, str]:
    """(`B`, `PER`) for B-PER, (`B`, `_`) for B alone; (`O`, "") for O; another tag is a type of its own: (`I`, tag).

    L and U are given as E and S, which mean the same.
    """
    if tag == OUTSIDE:
        return OUTSIDE, ""
    prefix, _, kind = tag.partition("-")
    return (_PREFIXES[prefix], kind or _NO_TYPE) if prefix in _PREFIXES else ("I", tag)


def is_plain(tag: str) -> bool:
    """Whether `tag` has no prefix that says where a span begins or goes on."""
    return parts(tag) == ("I", tag)


def spans(tags: Sequence[str]) -> list[Span]:
    """The entities in `tags` as (type, first word, word after the last).

    An entity begins at B and S, and where an I or E follows another type or none; it ends before the next one
    begins, before O, and after E and S (as conlleval and seqeval have it).
    """
    found: list[Span] = []
    kind, start = "", 0
    for i, tag in enumerate([*tags, OUTSIDE]):
        prefix, here = parts(tag)
        if kind and (prefix in "BSO" or here != kind):
            found.append((kind, start, i))
            kind = ""
        if prefix != OUTSIDE and not kind:
            kind, start = here, i
        if kind and prefix in "ES":
            found.append((kind, start, i + 1))
            kind = ""
    return found


def repaired(tags: Sequence[str]) -> list[str]:
    """`tags` with a B where an I begins an entity: the same spans, properly written."""
    mended = list(tags)
    for kind, start, _ in spans(tags):
        if parts(mended[start]) == ("I", kind) and not is_plain(mended[start]):
            mended[start] = f"B{mended[start][1:]}"
    return mended
