"""What stands in the place of a file that was not fetched: a pointer of Git LFS, or a page that says so."""

from collections.abc import Iterable
from pathlib import Path

from transferkit.errors import SourceError

_POINTER = b"version https://git-lfs"
_PAGES = (b"<!doctype", b"<html", b"<?xml")
_LOOKED_AT = 64  # bytes
_READ_BY_TOKENIZERS = (".json", ".txt", ".model", ".jinja", ".vocab", ".spm", ".bpe", ".codes", ".tiktoken")


def refuse(paths: Iterable[Path]) -> None:
    """Raise `SourceError` where one of `paths` only points to what is to be there."""
    for path in paths:
        with path.open("rb") as file:
            start = file.read(_LOOKED_AT)
        if start.startswith(_POINTER):
            raise SourceError(
                f"{path}: expected the file, found a pointer of Git LFS to it; run `git lfs pull` in its folder"
            )
        if start.lstrip().lower().startswith(_PAGES):
            raise SourceError(
                f"{path}: expected the file, found a web page; download the file itself (on the hub its address has "
                "/resolve/ where the page's has /blob/)"
            )


def beside(folder: Path) -> list[Path]:
    """The files of a model folder, other than its weights, that say how it reads texts."""
    files = sorted(path for path in folder.iterdir() if path.suffix in _READ_BY_TOKENIZERS and path.is_file())
    return [path for path in files if not path.name.startswith("README")]
