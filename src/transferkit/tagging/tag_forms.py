"""Tags written otherwise than B-TYPE, I-TYPE and O: in small letters, with another sign or none, the prefix last."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from itertools import chain

from transferkit.table import prose
from transferkit.table.rows import Rows
from transferkit.table.splits import Finding
from transferkit.tagging.tags import OUTSIDE, is_plain

_MARKED = re.compile(r"([BIESLUMbieslum])([-_])(\S+)")
_OTHER_SIGN = re.compile(r"([BIESLUM])[.:/|](\S+)")
_NO_SIGN = re.compile(r"([BIESLUM])([^\W\d_]\S*)")
_LAST = re.compile(r"(\S+)[-_]([BIESLUM])")
_BEGINS, _GOES_ON = frozenset("BSU"), frozenset("IELM")
_WELL_KNOWN = frozenset(
    ("PER", "PERS", "PERSON", "LOC", "LOCATION", "ORG", "ORGANIZATION", "ORGANISATION", "MISC", "GPE", "TIME", "DATE")
)
_SHOWN = 3

Part = tuple[str, str]
"""Prefix and type."""


def read(rows: Rows, name: str) -> tuple[Rows, list[Finding]]:
    """`rows` of the split `name`, whose tags are lists, with tags as they are usually written where all are surely of
    one other form, and the finding."""
    names = usual(set(chain.from_iterable(rows["tags"])))
    if not names:
        return rows, []
    tags = [[names.get(tag, tag) for tag in sentence] for sentence in rows["tags"]]
    examples = [(old, new) for old, new in sorted(names.items()) if old.upper() != OUTSIDE]
    listed = ", ".join(f"{old!r} as {new!r}" for old, new in (examples or sorted(names.items()))[:_SHOWN])
    message = f"tags{prose.of(name)} say in an unusual way where entities begin"
    action = f"read {listed}{' ...' if len(examples) > _SHOWN else ''}"
    return replace(rows, columns={**rows.columns, "tags": tags}), [Finding("tag-forms", "fixed", message, (), action)]


def usual(tags: Collection[str]) -> Mapping[str, str]:
    """Tag -> as it is usually written, for those that are not; none where it is not sure what they mean."""
    for form in (_of_small_letters, _of_other_signs, _of_no_sign, _of_last):
        if names := form(tags):
            return {old: new for old, new in names.items() if old != new}
    return {}


def _of_small_letters(tags: Collection[str]) -> dict[str, str]:
    if not any(tag == OUTSIDE.lower() or (_MARKED.fullmatch(tag) and tag[0].islower()) for tag in tags):
        return {}
    matches = {tag: _MARKED.fullmatch(tag) for tag in tags if tag.upper() != OUTSIDE}
    if not all(matches.values()) or not any(tag.upper() == OUTSIDE for tag in tags):
        return {}
    return {tag: f"{tag[0].upper()}{tag[1:]}" for tag in tags}


def _of_other_signs(tags: Collection[str]) -> dict[str, str]:
    return _written(tags, lambda tag: _pair(_OTHER_SIGN.fullmatch(tag)), _has_begun)


def _of_no_sign(tags: Collection[str]) -> dict[str, str]:
    def sure(parts: Collection[Part]) -> bool:
        begun = {kind for prefix, kind in parts if prefix in _BEGINS}
        going = {kind for prefix, kind in parts if prefix in _GOES_ON}
        return bool(begun) and going <= begun and (bool(going) or {kind.upper() for kind in begun} <= _WELL_KNOWN)

    return _written(tags, lambda tag: _pair(_NO_SIGN.fullmatch(tag)), sure)


def _of_last(tags: Collection[str]) -> dict[str, str]:
    """PER-B, PER-I: a single type of one ending may be a name such as VITAMIN-B."""

    def sure(parts: Collection[Part]) -> bool:
        return _has_begun(parts) and (len(parts) > 1 or {kind.upper() for _, kind in parts} <= _WELL_KNOWN)

    names = _written(tags, lambda tag: _pair(_LAST.fullmatch(tag), last=True), sure)
    return names if all(map(is_plain, names.keys() - {OUTSIDE})) else {}


def _pair(match: "re.Match[str] | None", last: bool = False) -> Part | None:
    if match is None:
        return None
    return (match[2], match[1]) if last else (match[1], match[2])


def _has_begun(parts: Iterable[Part]) -> bool:
    return any(prefix in _BEGINS for prefix, _ in parts)


def _written(
    tags: Collection[str], part: Callable[[str], Part | None], sure: Callable[[Collection[Part]], bool]
) -> dict[str, str]:
    """Every tag as PREFIX-TYPE, where all but O have a `part` and what these are is `sure`."""
    pairs = {tag: part(tag) for tag in tags if tag != OUTSIDE}
    parts = {pair for pair in pairs.values() if pair is not None}
    if not pairs or OUTSIDE not in tags or any(pair is None for pair in pairs.values()) or not sure(parts):
        return {}
    return {tag: f"{pair[0]}-{pair[1]}" for tag, pair in pairs.items() if pair is not None} | {OUTSIDE: OUTSIDE}
