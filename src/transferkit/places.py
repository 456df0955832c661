"""What a user may name: paths, folders, models."""

import re
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from transferkit.errors import ConfigError, nearest

MOST_MODELS = 100


def refuse_unwritable(text: str) -> None:
    """Raise `ValueError` for text that no file or path can hold."""
    if "\0" in text:
        raise ValueError("expected text without the character NUL")
    if any("\ud800" <= sign <= "\udfff" for sign in text):
        raise ValueError("expected text in Unicode, found bytes or half a pair that no UTF-8 file can hold")


def usable_path(text: str | Path) -> Path:
    """`text` as a path, `~` expanded. Raises `ValueError` where no file can have it or it cannot be looked at."""
    refuse_unwritable(str(text))
    try:
        path = Path(text).expanduser()
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return path  # what is to be there is checked by who reads or writes it
    except OSError as error:
        raise ValueError(f"expected a path that can be used: {(error.strerror or str(error)).lower()}") from None
    except RuntimeError:
        raise ValueError("expected a path, found ~ with the name of nobody here") from None
    return path


_MOST_BESIDE = 10_000


def beside(path: Path, others: Iterable[str] = ()) -> str:
    """`; did you mean 'x.csv'?` where something beside `path`, which is not there, has nearly its name; else "", as
    where the name is nearer to one of `others`."""
    try:
        names = [entry.name for entry in islice(path.parent.iterdir(), _MOST_BESIDE)]
    except OSError:
        return ""
    stems = {Path(name).stem: name for name in reversed(names)}  # what files are is alike in many of them
    near = path.name if path.name in stems else nearest(path.stem, [*stems, *others])
    meant = stems.get(near or "")
    return f"; did you mean {str(path.parent / meant)!r}?" if meant else ""


def _named_or_there(text: str) -> str:
    if not text.strip():
        raise ValueError("expected a name or a path, found none")
    if "://" not in text:
        usable_path(text)
    return text


def _usable(path: Path) -> Path:
    usable_path(path)
    return path


Place = Annotated[str, AfterValidator(_named_or_there)]
"""A path, or a name in the catalogue or on the hub."""
Folder = Annotated[Path, AfterValidator(_usable)]


def _no_file(path: Path) -> Path:
    if path.expanduser().exists() and not path.expanduser().is_dir():
        raise ValueError("expected a folder, which may be new, found a file")
    return path


CacheFolder = Annotated[Folder, AfterValidator(_no_file)]


def cache_folder(folder: str | Path | None) -> Path:
    """The cache folder that is asked for, or the usual one. Raises `ConfigError` where there is no home folder."""
    try:
        return Path(folder or "~/.cache/transferkit").expanduser()
    except RuntimeError:
        raise ConfigError("expected a home folder for the cache, found none; name a folder with --cache-dir") from None


_COMMAS, _BETWEEN = re.compile("[,\uff0c]"), re.compile("[,\uff0c\u3001]")


def listed(text: str) -> list[str]:
    """What `text` names with commas between, those of Chinese and Japanese among them; a mark such as `、` separates
    only where there is no comma, since it may be part of a name."""
    between = _COMMAS if _COMMAS.search(text) else _BETWEEN
    return [part.strip() for part in between.split(text)]


def _as_models(value: Any) -> Any:
    """Names with commas between them are several, unless something is called so."""
    names = [value] if isinstance(value, str) else value
    if not (isinstance(names, list | tuple) and all(isinstance(name, str) for name in names)):
        raise ValueError("expected the name of a model, or a list of names")
    names = [part for name in names for part in ([name.strip()] if _there(name) else listed(name))]
    if not names or not all(name.strip() for name in names):
        raise ValueError("expected the name of a model, or several with commas between them, and none empty")
    return names[0] if len(names) == 1 else names


def _there(text: str) -> bool:
    try:
        return "://" in text or usable_path(text).exists()
    except ValueError:
        return True


Models = Annotated[
    Place | Annotated[tuple[Place, ...], Field(min_length=2, max_length=MOST_MODELS)], BeforeValidator(_as_models)
]
"""The name of a model, or of several with commas between them."""
