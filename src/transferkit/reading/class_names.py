"""Names of numbered classes that `datasets` keeps in a file beside the rows."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from transferkit.errors import DataError
from transferkit.reading.collector import named_classes
from transferkit.table.rows import Rows

_FILES = ("dataset_info.json", "dataset_infos.json")


def beside(path: Path) -> Mapping[str, Any]:
    """Features of columns from `dataset_info.json` (or `dataset_infos.json`) in the folder of `path`; empty if there is
    none. Raises `DataError` for a damaged file."""
    place = next((path.parent / name for name in _FILES if (path.parent / name).is_file()), None)
    if place is None or place.name == path.name:
        return {}
    try:
        told = json.loads(place.read_text(encoding="utf-8"))
        told = next(iter(told.values())) if place.name == _FILES[1] else told
        features = dict(told.get("features") or {})
    except (OSError, ValueError, AttributeError, StopIteration, RecursionError) as error:
        raise DataError(f"{place}: expected what `datasets` says of its columns, found damage ({error})") from None
    return {name: feature for name, feature in features.items() if _has_names(feature)}


def _has_names(feature: Any) -> bool:
    inner = feature.get("feature", feature) if isinstance(feature, Mapping) else None
    return isinstance(inner, Mapping) and bool(inner.get("names"))


def named(batches: Iterator[Rows], features: Mapping[str, Any]) -> Iterator[Rows]:
    """`batches` with names in place of numbers in the columns that have `features`. Raises `DataError` for a number
    that has none."""
    for rows in batches:
        columns = dict(rows.columns)
        for name in features.keys() & columns.keys():
            try:
                columns[name] = named_classes(list(rows[name]), features[name])
            except (ValueError, TypeError) as error:
                raise DataError(f"{rows.source}, column {name!r}: {error}; fix dataset_info.json beside it") from None
        yield replace(rows, columns=columns)
