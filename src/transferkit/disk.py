"""Writing and removing so that nothing is lost: whole files or none, only what is ours, a full disk in one sentence."""

import errno
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from transferkit.errors import ConfigError, ResourceError, TransferkitError

# EFBIG: a quota on the size of files, or a file system that holds no larger ones.
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
# What safetensors, tokenizers, torch, numpy and the hub's client make of these: errors of their own, with a text.
_FULL_TEXTS = (
    *(os.strerror(number).lower() for number in _FULL[:2]),
    *(f"os error {number})" for number in _FULL),
    "pytorchstreamwriter failed writing",
    "inline_container.cc",
)
_NUMPY_FULL = re.compile(r"\d+ requested and \d+ written")


def is_full(error: BaseException) -> bool:
    """Whether `error`, or what caused it, says that a disk has no room left."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, OSError) and seen.errno is not None:
            if seen.errno in _FULL:
                return True
        elif any(text in str(seen).lower() for text in _FULL_TEXTS) or _NUMPY_FULL.match(str(seen)):
            return True
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
    return False


@contextmanager
def room_for(path: Path, way_on: str = "then --resume") -> Iterator[None]:
    """Turn a full disk, whichever library meets it, into a `ResourceError` of one sentence."""
    try:
        yield
    except Exception as error:
        if isinstance(error, TransferkitError) or not is_full(error):
            raise
        raise ResourceError(f"no disk left while writing to {path}; free some space, {way_on}") from None


def unused(path: Path) -> Path:
    """`path` where nothing is there, or the first of `path`-2, `path`-3 ... (before the suffix) where nothing is."""
    number, candidate = 1, path
    while os.path.lexists(candidate):
        number += 1
        candidate = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return candidate


@contextmanager
def whole_file(path: Path, overwrite: bool = False) -> Iterator[Path]:
    """A draft beside `path` that takes its name at the end; nothing is left of it where that is not reached.

    Without `overwrite`, a file with bytes in it that has appeared at `path` stays as it is: then the draft is kept
    under another name, and a `ConfigError` says which.
    """
    draft = path.with_name(f".transferkit-{secrets.token_hex(4)}.partial")
    draft.touch(exist_ok=False)
    try:
        with room_for(path, "then try again"):
            yield draft
        if not overwrite and holds_something(path):
            kept = unused(path)
            draft.rename(kept)
            raise ConfigError(f"{path} appeared while it was written; it stays, and what was to be there is in {kept}")
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def whole_folder(path: Path, last: str) -> Iterator[Path]:
    """A draft within `path`, a folder that is new or empty, from where all moves up at the end, the file `last` last.

    Raises `ConfigError` where something is there already, and leaves nothing behind where the end is not reached.
    """
    made = not path.exists()
    try:
        if not made and (not path.is_dir() or any(path.iterdir())):
            found = "a file of that name" if path.is_file() else "files in it"
            raise ConfigError(f"{path}: expected a new or empty folder, found {found}; name another, {unused(path)}")
        path.mkdir(parents=True, exist_ok=True)
        draft = path / f".transferkit-{secrets.token_hex(4)}.partial"
        draft.mkdir()
    except OSError as error:
        if is_full(error):
            raise
        raise ConfigError(f"{path}: cannot be written ({error.strerror}); name another folder") from None
    try:
        yield draft
        _move_up(draft, last)
    finally:
        if draft.exists():
            shutil.rmtree(draft)  # all that is in it was written just now
        if made and not any(path.iterdir()):
            path.rmdir()


def _move_up(draft: Path, last: str) -> None:
    for inside in sorted(draft.iterdir(), key=lambda entry: entry.name == last):
        target = draft.parent / inside.name
        if os.path.lexists(target):
            raise ConfigError(f"{target} appeared while its folder was written; name another folder")
        inside.rename(target)


def holds_something(path: Path) -> bool:
    """Whether anything but an empty file is at `path`."""
    return os.path.lexists(path) and not (path.is_file() and not path.is_symlink() and path.stat().st_size == 0)


def remove_files(folder: Path, ours: Callable[[str], bool]) -> list[Path]:
    """Remove the files below `folder` whose path in it (with /) is one of `ours`, then the folders that this empties.

    What stays is returned: files that are not ours, and links, which are neither followed nor removed.
    """
    if folder.is_symlink():
        return [folder]
    stays: list[Path] = []
    for place, folders, names in os.walk(folder, topdown=False):
        here = Path(place)
        stays += [here / name for name in folders if (here / name).is_symlink()]
        for name in names:
            path = here / name
            if path.is_symlink() or not ours(path.relative_to(folder).as_posix()):
                stays.append(path)
                continue
            path.unlink(missing_ok=True)  # another process may have been faster
        _remove_empty(here)
    return stays


def _remove_empty(folder: Path) -> None:
    try:
        folder.rmdir()
    except FileNotFoundError:
        return
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST, errno.EBUSY):
            raise
