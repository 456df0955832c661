"""Texts as Python users give them -> `Rows`."""

import logging
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from transferkit.errors import DataError, shown
from transferkit.table import prose, values
from transferkit.table.rows import Rows, from_texts

Text = str | tuple[str, str]
_PAIR = (tuple, list, np.ndarray)

log = logging.getLogger("transferkit")


@dataclass(frozen=True)
class Form:
    """What texts were given as: one, a list of them (or whatever is walked through), a Series or a DataFrame of pandas;
    of the latter two the `index`."""

    kind: Literal["one", "list", "series", "frame"] = "list"
    index: Any = None


def form_of(texts: Any, pairs: bool) -> Form:
    """The form of `texts`; of a model of `pairs` one pair is a tuple of two texts."""
    if isinstance(texts, str) or (pairs and type(texts) is tuple and tuple(map(type, texts)) == (str, str)):
        return Form("one")
    for name, kind in (("DataFrame", "frame"), ("Series", "series")):
        if any(base.__name__ == name and base.__module__.split(".")[0] == "pandas" for base in type(texts).__mro__):
            return Form("frame" if kind == "frame" else "series", texts.index)
    return Form()


def listed(texts: Any) -> list[Any]:
    """`texts` as a list; `DataError` for what is no list of texts in an order of its own."""
    if isinstance(texts, str):
        raise DataError("expected a list of texts, found one text; put it in a list: [text]")
    if hasattr(texts, "columns"):
        raise DataError(
            "expected a list or one column of texts, found a whole table; give its text column, df['text'], or for "
            "pairs df[['text', 'text_pair']].values"
        )
    if isinstance(texts, bytes | Mapping | Set) or not hasattr(texts, "__iter__"):
        raise DataError(f"expected a list of texts, found {shown(texts, 60)}")
    try:
        return list(texts)
    except TypeError:  # an array of no dimension
        raise DataError(f"expected a list of texts, found {shown(texts, 60)}") from None


def filled(texts: Any, pairs: bool) -> Any:
    """`texts` with blank ones for None and NaN, which have no answer; `pairs` says what they are if all are missing."""
    items = list(texts)
    two = any(isinstance(item, _PAIR) for item in items) or (pairs and all(map(values.missing, items)))
    return [_filled(item, ("", "") if two else "") for item in items]


def _filled(item: Any, blank: Text) -> Any:
    """`item`, or `blank` where it is missing; a pair without the parts that are."""
    if isinstance(_as_item(item), tuple):
        return tuple("" if values.missing(part) else part for part in item)
    return blank if values.missing(item) else item


def rows_of(texts: Sequence[Text], pairs: bool | None = None) -> Rows:
    """Rows from texts or pairs of texts (a list, an array or a Series); `DataError` for anything else, and for what a
    model that was trained on `pairs`, or on single texts, does not take (None: any)."""
    items = [_as_item(item) for item in listed(texts)]
    for number, item in enumerate(items, start=1):
        pair = isinstance(item, tuple)
        fine = len(item) == 2 and all(isinstance(part, str) for part in item) if pair else isinstance(item, str)
        if not fine or pair != isinstance(items[0], tuple):
            raise DataError(
                f"expected texts, or (text, text_pair) tuples throughout; item {number} is {shown(item, 60)}; "
                "fill what is missing or leave it out"
            )
    if items and pairs is not None and isinstance(items[0], tuple) != pairs:
        wanted = "pairs of texts, as (text, text_pair) tuples" if pairs else "single texts, not pairs"
        raise DataError(f"this model was trained on {wanted}; give it the same")
    return from_texts(_whole(items))


def _as_item(item: Any) -> Any:
    several = isinstance(item, _PAIR) and not (isinstance(item, np.ndarray) and item.ndim == 0)
    return tuple(item) if several else item


def _whole(listed: list[Any]) -> list[Any]:
    """`listed` without halves of surrogate pairs, which is reported."""
    clean = [tuple(map(values.whole, item)) if isinstance(item, tuple) else values.whole(item) for item in listed]
    odd = sum(new != old for new, old in zip(clean, listed, strict=True))
    if odd:
        log.warning("half of a surrogate pair in %s, read with the mark \ufffd", prose.counted(odd, "text"))
    return clean
