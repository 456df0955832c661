"""What the files of a saved model were when it was saved: `files.json` beside them, lest others take their place."""

import hashlib
import json
from contextlib import suppress
from pathlib import Path

from transferkit import record
from transferkit.errors import ArtifactError
from transferkit.record import Record

NAME = "files.json"
_TOLD = ("README.md", "training.json")  # what is written about a model, and answers nothing
_ADAPTER = "adapter"
_WHOLE, _BLOCK, _BLOCKS = 16 << 20, 64 << 10, 64  # bytes; of larger files 4 MB are looked at
_SMALL_JSON = 1 << 20  # of larger ones it would take too long to read what they say


class Sum(Record):
    """The size of a file in bytes, and a sha256 of it, of a large one of its size and of blocks spread over it."""

    size: int
    sha256: str


class Files(Record):
    """What `files.json` holds: the files by their paths in the folder, with /."""

    files: dict[str, Sum]


def write(folder: Path) -> None:
    """Note what the files in `folder` are."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    names = {path.relative_to(folder).as_posix(): path for path in paths}
    ours = {name: path for name, path in names.items() if not _apart(Path(name))}
    record.write(folder / NAME, Files(files={name: _sum(path) for name, path in ours.items()}))


def _apart(name: Path) -> bool:
    return name.name in (NAME, *_TOLD) or name.parts[0] in (_ADAPTER, ".cache") or name.name.startswith(".")


def exists(folder: Path) -> bool:
    """Whether it is noted in `folder`; models of earlier versions do not have it."""
    return (folder / NAME).is_file()


def require(folder: Path) -> None:
    """Raise `ArtifactError` where a file in `folder` is no more what it was when the model was saved."""
    if not exists(folder):
        return
    keep = f"to use the folder as it is, delete {NAME} in it"
    known = record.read(folder / NAME, Files, ArtifactError, f"restore it from a copy; {keep}").files
    for name, before in known.items():
        path = folder / name
        if not path.is_file():
            raise ArtifactError(f"{path} was saved with this model and is missing; restore it from a copy; {keep}")
        if _sum(path).sha256 != before.sha256:
            raise ArtifactError(f"{path} is not what was saved with this model; restore it from a copy; {keep}")


def _sum(path: Path) -> Sum:
    size = path.stat().st_size
    with path.open("rb") as file:
        if size <= _WHOLE:
            return Sum(size=size, sha256=hashlib.sha256(_said(path, file.read())).hexdigest())
        digest = hashlib.sha256(f"{size}".encode())
        for i in range(_BLOCKS):
            file.seek((size - _BLOCK) * i // (_BLOCKS - 1))
            digest.update(file.read(_BLOCK))
    return Sum(size=size, sha256=digest.hexdigest())


def _said(path: Path, content: bytes) -> bytes:
    """What a file says, however other programs write the same: git may end lines otherwise."""
    if path.suffix == ".json" and len(content) <= _SMALL_JSON:
        with suppress(ValueError, RecursionError):
            return json.dumps(json.loads(content), sort_keys=True).encode()
    return content.replace(b"\r\n", b"\n") if path.suffix in (".json", ".txt", ".jinja") else content
