"""A folder of data files -> which files make up which split, in order.

Files of texts (.txt) count where they are named after splits and the folder has no data in another format.

Parts of one split are called as on the hub, train-00000-of-00002.parquet, and stand in the folder itself, in `data/`,
in its only folder with data files, or in folders called as the splits are.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from transferkit.errors import DataError
from transferkit.reading import compression, formats
from transferkit.table.rows import Note

_PART = re.compile(r"(?P<stem>.*?)[-_.]?(?P<index>\d{1,9})-of-(?P<total>\d{1,9})", re.IGNORECASE)
_DATA, _TRAIN = "data", "train"
_TEXTS = ".txt"
_DEEPEST = 3
_EVALUATION = {"eval", "evaluation", "evaluate", "holdout", "heldout", "testing"}


def files_of(folder: Path, names: Mapping[str, str], whole: str) -> tuple[dict[str, list[Path]], list[str]]:
    """Split -> its files in order, or `whole` -> the only file or the parts of it; and the names of files left out.

    `names` are those that splits have elsewhere -> here. Raises `DataError` where files are missing or more than one
    would be the same split.
    """
    files, inner = _listed(folder, names)
    splits: dict[str, list[Path]] = defaultdict(list)
    for path in files:
        for name in {names[word] for word in _words(path) & names.keys()}:
            splits[name].append(path)
    for name, paths in inner.items():
        splits[name] += paths
    if splits:
        named = {path for paths in splits.values() for path in paths}
        others = [path.name for path in files if path not in named]
        if _TRAIN not in splits:
            raise DataError(
                f"{folder}: expected a file named {_TRAIN}, found {_shown(splits)}"
                f"{f' and {_list(others)}, named after no split' if others else ''}; rename the file to learn from, or "
                "name that file itself"
            )
        return {name: _in_order(paths, name, folder) for name, paths in splits.items()}, others
    if len(files) == 1 or (files and all(_part(path) for path in files)):
        return {whole: _in_order(files, "the data", folder)}, []
    if files:
        raise DataError(
            f"{folder}: expected files named train, validation and test (or a single data file), "
            f"found {_list([path.name for path in files])}; rename them or name one file"
        )
    there = [f"{path.name}/" if path.is_dir() else path.name for path in sorted(folder.iterdir())]
    known = ", ".join(sorted(formats.by_suffix()))
    raise DataError(
        f"{folder}: expected a data file, or files named train, validation and test, in a format that is read "
        f"({known}), found {_list(there)}; write its rows as CSV or JSON lines, with a text and what is to be learned "
        "in each"
    )


def note(others: Sequence[str]) -> Note:
    """On files that are named after no split; it warns of those that may be one under another name."""
    bad = any(_EVALUATION & set(re.split(r"[._\-]", name.lower())) for name in others)
    message = f"{'a file' if len(others) == 1 else 'files'} in the folder named after no split: {_list(others)}"
    action = "not read; a file to judge on is called validation or test, or is named with --validation or --test"
    return Note("not-read", message, (), action, "warning" if bad else "info")


def _shown(splits: Mapping[str, Sequence[Path]]) -> str:
    return ", ".join(f"{paths[0].name} ({name})" for name, paths in splits.items())


def _list(names: Sequence[str]) -> str:
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return (", ".join(names[:5]) or "none") + more


def _listed(folder: Path, names: Mapping[str, str], depth: int = 0) -> tuple[list[Path], dict[str, list[Path]]]:
    """Data files of `folder`, and those in folders that are called as splits are."""
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        raise DataError(f"{folder}: cannot be listed: {error.strerror or error}; check its permissions") from None
    files = [path for path in entries if _is_data(path)]
    texts = [path for path in files if compression.stored_suffix(path) == _TEXTS]
    if texts:
        tables = [path for path in files if path not in texts]
        files = tables or [path for path in texts if names.keys() & _words(path)]
    folders = [path for path in entries if path.is_dir() and not path.name.startswith(".")]
    inner = {names[path.name.lower()]: _listed(path, {})[0] for path in folders if path.name.lower() in names}
    inner = {name: paths for name, paths in inner.items() if paths}
    if files or inner or depth >= _DEEPEST or not names:
        return files, inner
    usual = [path for path in folders if path.name.lower() == _DATA]
    filled = [listing for path in usual or folders if any(listing := _listed(path, names, depth + 1))]
    return filled[0] if len(filled) == 1 else ([], {})


def _words(path: Path) -> set[str]:
    return set(re.split(r"[._\-]", path.name.lower()))


def _is_data(path: Path) -> bool:
    known = compression.stored_suffix(path) in formats.by_suffix()
    return known and not path.name.startswith(".") and not path.is_dir()


def _part(path: Path) -> re.Match[str] | None:
    """What the name says of the part that `path` is of a whole."""
    bare = path.name
    for suffix in reversed(path.suffixes[-2:]):
        if suffix.lower() in compression.SUFFIXES or suffix.lower() in formats.by_suffix():
            bare = bare.removesuffix(suffix)
    return _PART.fullmatch(bare)


def _in_order(paths: Sequence[Path], name: str, folder: Path) -> list[Path]:
    """The parts of one split by their numbers; every one of them is there once."""
    parts = {path: _part(path) for path in paths}
    numbered = {path: part for path, part in parts.items() if part is not None}
    if not numbered and len(paths) == 1:
        return list(paths)
    if len({path.parent for path in paths}) > 1 or len(numbered) < len(paths):
        first, second = ([path for path in paths if path not in numbered] + list(numbered))[:2]
        raise DataError(
            f"{folder}: both {first.name} and {second.name} look like {name}; keep one of them, or where they are "
            f"parts of one name them {name.split()[-1]}-00000-of-{len(paths):05} and so on"
        )
    wholes = {(part["stem"], int(part["total"])) for part in numbered.values()}
    if len(wholes) > 1:
        others = " and ".join(f"{stem or name} in {total} parts" for stem, total in sorted(wholes)[:2])
        raise DataError(f"{folder}: expected the parts of one file for {name}, found {others}; keep one of them")
    total = wholes.pop()[1]
    by_number = {int(part["index"]): path for path, part in numbered.items()}
    if len(by_number) < len(paths):
        listed = _list([path.name for path in paths])
        raise DataError(f"{folder}: two files are the same part of {name} ({listed}); keep one of them")
    start = 1 if total in by_number else 0
    missing = next((number for number in range(start, start + total) if number not in by_number), None)
    if missing is not None or len(by_number) != total:
        raise DataError(
            f"{folder}: expected {total:,} parts of {name}, found {len(by_number):,}; part {missing} is missing "
            f"beside {paths[0].name}; fetch it, or rename the files to read some parts only"
        )
    return [by_number[number] for number in sorted(by_number)]
