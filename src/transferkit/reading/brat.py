"""brat's standoff format: a folder with a text (`a.txt`) and the marks in it (`a.ann`) for every document."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from transferkit.errors import DataError
from transferkit.reading import charset as encodings
from transferkit.reading import compression
from transferkit.table import prose
from transferkit.table.rows import Note, Rows

_MARKS, _TEXT = ".ann", ".txt"
_ENTITY = re.compile(r"(?P<kind>\S+) (?P<places>\d+ \d+(?:;\d+ \d+)*)")


def splits(folder: Path, names: Mapping[str, str], whole: str) -> dict[str, Path]:
    """Split -> the folder of its documents, or `whole` -> `folder` itself; nothing where there are none. `names` are
    those that splits have elsewhere -> here."""
    if not folder.is_dir():
        return {}
    try:
        if _holds(folder):
            return {whole: folder}
        inner = [path for path in sorted(folder.iterdir()) if path.name.lower() in names and path.is_dir()]
        return {names[path.name.lower()]: path for path in inner if _holds(path)}
    except OSError:  # whoever lists the folder for data files says so
        return {}


def _holds(folder: Path) -> bool:
    return any(path.with_suffix(_TEXT).is_file() for path in folder.glob(f"*{_MARKS}"))


def read(folder: Path, encoding: str | None) -> Rows:
    """A row per document, in the order of their names, with `document`, `text` and `entities`; these are None where a
    text has no file of marks. What is said of entities besides their type (relations, attributes) is not read."""
    paths = sorted(folder.glob(f"*{_TEXT}"))
    texts, entities, parted = [], [], []
    for number, path in enumerate(paths, start=1):
        texts.append(compression.whole_text(path, encodings.of(path, encoding)))
        marks = path.with_suffix(_MARKS)
        entries = list(_entities(marks, encoding)) if marks.is_file() else None
        entities.append(None if entries is None else [entity for entity in entries if entity is not None])
        if entries is not None and None in entries:
            parted.append(number)
    columns: dict[str, list[Any]] = {"document": [path.stem for path in paths], "text": texts, "entities": entities}
    return Rows(columns, np.arange(1, len(paths) + 1), str(folder), "", _notes(parted))


def _entities(path: Path, encoding: str | None) -> Iterator[dict[str, Any] | None]:
    """The entities in a file of marks; None for one that is parted."""
    text = compression.whole_text(path, encodings.of(path, encoding)) if path.stat().st_size else ""
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.startswith("T"):
            continue
        _, where, *surface = line.rstrip("\r").split("\t")[:3] if line.count("\t") else (line, "")
        match = _ENTITY.fullmatch(where)
        if match is None:
            raise DataError(
                f"{path}: line {number}: expected an entity such as 'T1<tab>PER 0 3<tab>Ada', found {line[:60]!r}; "
                "fix it"
            )
        if ";" in match["places"]:
            yield None
            continue
        start, end = map(int, match["places"].split())
        yield {"start": start, "end": end, "type": match["kind"], "text": surface[0] if surface else None}


def _notes(parted: list[int]) -> tuple[Note, ...]:
    if not parted:
        return ()
    has = prose.verb(len(parted), "has", "have")
    message = f"{prose.counted(len(parted))} {has} an entity in several parts ({prose.shown(parted)})"
    return (Note("parted-entities", message, tuple(parted), "not read: its words are taken for none"),)
