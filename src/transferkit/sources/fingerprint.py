"""What models and files are known by: sha256 of large files, computed once and remembered; of JSON what it says."""

import hashlib
import json
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

# What is noted in JSON files of a model and changes no answer: where it came from, and the columns of its rows.
_INCIDENTAL = {"transformers_version", "_name_or_path", "name_or_path", "task", "columns"}


def of_file(path: Path) -> str:
    """The sha256 of `path`, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def of_weights(paths: Sequence[Path], cache_dir: Path) -> str:
    """The sha256 of one weights file; of several, the sha256 over their names and sums in that order."""
    sums = [remembered(path, cache_dir) for path in paths]
    if len(sums) == 1:
        return sums[0]
    listing = "".join(f"{digest}  {path.name}\n" for digest, path in zip(sums, paths, strict=True))
    return hashlib.sha256(listing.encode()).hexdigest()


def of_content(path: Path) -> str:
    """The sha256 of what a file says, of JSON in whatever order and without what changes no answer."""
    with suppress(ValueError):
        if path.suffix == ".json":
            said = json.loads(path.read_text(encoding="utf-8"))
            if isinstance(said, dict):
                said = {name: value for name, value in said.items() if name not in _INCIDENTAL}
            return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
    return of_file(path)


def of_model(folder: Path, weights: str) -> str:
    """Of what a model computes: `weights`, the sum of its weights, its configuration, and code that came with it."""
    parts = [folder / "config.json", *sorted(folder.glob("*.py"))]
    listing = "".join(f"{of_content(path)}  {path.name}\n" for path in parts if path.is_file())
    return hashlib.sha256(f"{weights}\n{listing}".encode()).hexdigest()


def remembered(path: Path, cache_dir: Path) -> str:
    """The sha256 of `path`, kept in `cache_dir` for as long as its path, size and time of change stay."""
    path = path.resolve()
    stat = path.stat()
    key = hashlib.blake2b(f"{path}\0{stat.st_size}\0{stat.st_mtime_ns}".encode(), digest_size=16).hexdigest()
    note = cache_dir / "fingerprints" / key
    if note.is_file():
        known = note.read_text(encoding="ascii").strip()
        if len(known) == 64:
            return known
    digest = of_file(path)
    _remember(note, digest)
    return digest


def _remember(note: Path, digest: str) -> None:
    scratch = note.with_name(f"{note.name}.{os.getpid()}")
    try:
        note.parent.mkdir(parents=True, exist_ok=True)
        scratch.write_text(digest, encoding="ascii")
        scratch.replace(note)
    except OSError:
        # A read-only or full disk costs the next run some seconds, nothing else.
        with suppress(OSError):
            scratch.unlink()
