"""`.txt`: a text per line, with its label behind a tab (as THUCNews has it), with fastText's labels, or without any; or
a word per line, with empty lines between sentences."""

import logging
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

from transferkit.errors import DataError, shown
from transferkit.reading import charset as encodings
from transferkit.reading import compression, word_columns
from transferkit.reading.collector import Collector
from transferkit.table.column_names import ALIASES
from transferkit.table.rows import Rows

log = logging.getLogger("transferkit")

SUFFIXES = (".txt",)
BINARY = False
_TAG = re.compile(r"O|[BIESLU]-\S+")
NAMES = ("class.txt", "classes.txt", "labels.txt")
"""Files beside that have the names of the labels 0, 1, 2 ..., a line each."""
_MARK = "__label__"
_FAST_TEXT = re.compile(rf"{_MARK}(?<!\S{_MARK})(\S+)")
_SAMPLE = 50_000  # lines


def batches(path: Path, size: int, encoding: str) -> Iterator[Rows]:
    """Column `text`, and `label` where every line has one: behind its only tab, before it where far fewer different
    cells stand there, or as fastText's `__label__NAME`, of which there may be several. Empty lines are left out; rows
    are numbered by lines. Numbers of labels become the names that a file `class.txt` beside has."""
    return _batches(path, size, encoding, blanks=False)


def every_line(path: Path, size: int, encoding: str) -> Iterator[Rows]:
    """As `batches`, with a row without text for every empty line but a last one, so that answers line up with lines."""
    return _batches(path, size, encoding, blanks=True)


def _batches(path: Path, size: int, encoding: str, blanks: bool) -> Iterator[Rows]:
    if word_columns.holds_words(path, encoding):
        yield from word_columns.batches(path, size, encoding)
        return
    start = [line for _, line in islice(compression.numbered(path, encoding=encoding), _SAMPLE) if line.strip()]
    kind = _kind_of(start, path)
    names = _names(path, encoding) if kind == "tab" else ()
    before = kind == "tab" and _label_first(start, names, path)
    nothing = {"text": ""} | ({} if kind == "text" else {"label": None})
    rows, first, empty = Collector(str(path)), 0, 0
    for number, line in compression.numbered(path, encoding=encoding):
        if empty:
            rows.add_mapping(empty, nothing)
            if len(rows) == size:
                yield rows.flush()
        empty = number if blanks and start and not line.strip() else 0
        if not line.strip():
            continue
        first = first or number
        if (line_kind := _kind(line)) != kind or kind == "tabs":
            raise _mixed({kind: first, line_kind: number}, path)
        if kind == "tab":
            text, _, label = line.partition("\t")
            text, label = (label, text) if before else (text, label)
            rows.add_mapping(number, {"text": text, "label": _name(label.strip(), names, path, number)})
        elif kind == "fasttext":
            labels = [label for group in _FAST_TEXT.findall(line) for label in group.split(f",{_MARK}")]
            rows.add_mapping(number, {"text": _FAST_TEXT.sub("", line).strip(), "label": labels})
        else:
            rows.add_mapping(number, {"text": line})
        if len(rows) == size:
            yield rows.flush()
    yield from rows.finish()


def _kind_of(lines: Sequence[str], path: Path) -> str:
    """Where the labels of the lines stand. Raises `DataError` for a table, and for words with tags."""
    if not lines:
        return "text"
    kind = _kind(lines[0])
    if kind in ("tab", "tabs") and _is_header(lines[0]):
        raise DataError(
            f"{path}: expected a text per line, found a table with the columns "
            f"{', '.join(map(repr, lines[0].split(chr(9))))}; call the file .tsv"
        )
    if kind == "tab" and all(_TAG.fullmatch(line.rpartition("\t")[2].strip()) for line in lines):
        raise DataError(
            f"{path}: expected a text per line, found a word and its tag and no empty line between sentences; put "
            "these in, or call the file .conll if it is one sentence"
        )
    return kind


def _kind(line: str) -> str:
    if line.lstrip().startswith(_MARK) and _FAST_TEXT.match(line.lstrip()):
        return "fasttext"
    tabs = line.count("\t")
    return "text" if not tabs else "tab" if tabs == 1 else "tabs"


def _mixed(first: Mapping[str, int], path: Path) -> DataError:
    listed = ", ".join(f"{_WORDS[kind]} in line {number}" for kind, number in first.items())
    return DataError(
        f"{path}: expected a label in every line, behind its only tab or as {_MARK}NAME, or in none; found {listed}; "
        "fix these lines, or write a table (.tsv, .csv)"
    )


def _label_first(lines: Sequence[str], names: Collection[str], path: Path) -> bool:
    """Whether the labels stand before the tab: where all of `names` stand, or else at most half as many different cells
    as behind it."""
    sides = [line.partition("\t")[::2] for line in lines]
    first, second = ({cell.strip() for cell in side} for side in zip(*sides, strict=True))
    known = {*names, *map(str, range(len(names)))}
    before = first <= known if names else 2 * len(first) <= len(second)
    if before:
        log.info("%s: labels are read from before the tab, texts from behind it", path)
    return before


_WORDS = {"fasttext": f"{_MARK}NAME", "tab": "one tab", "tabs": "several tabs", "text": "neither"}


def _is_header(line: str) -> bool:
    known = {*ALIASES["text"], *ALIASES["label"]}
    return all(name.strip().lower() in known for name in line.split("\t"))


def _names(path: Path, encoding: str) -> tuple[str, ...]:
    file = next((path.with_name(name) for name in NAMES if path.with_name(name).is_file()), None)
    if file is None or file == path:
        return ()
    names = tuple(line.strip() for _, line in compression.numbered(file, encoding=_encoding_of(file, encoding)))
    names = _by_number(names[: len("\n".join(names).rstrip().split("\n"))])
    if not all(names) or len(set(names)) < len(names):
        raise DataError(f"{file}: expected the name of a label in every line, each once; fix it, or rename the file")
    log.info("%s: names of labels read from %s: %s", path, file.name, ", ".join(names[:20]))
    return names


def _by_number(names: tuple[str, ...]) -> tuple[str, ...]:
    """Names in the order of the numbers 0, 1, 2 ... that stand before or behind all of them, if any do."""
    for pattern in (r"(?P<name>.*\S)\s+(?P<number>\d+)", r"(?P<number>\d+)\s+(?P<name>\S.*)"):
        matches = [re.fullmatch(pattern, name) for name in names]
        numbered = {int(match["number"]): match["name"] for match in matches if match}
        if names and all(matches) and sorted(numbered) == list(range(len(names))):
            return tuple(numbered[i] for i in range(len(names)))
    return names


def _encoding_of(file: Path, encoding: str) -> str:
    """That of the texts, but for names in UTF-8."""
    try:
        return encodings.of(file)
    except DataError:
        return encoding


def _name(label: str, names: tuple[str, ...], path: Path, number: int) -> str:
    if not names or label in names:
        return label
    if not label.isdecimal() or int(label) >= len(names):
        raise DataError(
            f"{path}: row {number}: expected a name that {NAMES[0]} beside it has, or a number from 0 to "
            f"{len(names) - 1}, found {shown(label, 40)}; fix either file"
        )
    return names[int(label)]
