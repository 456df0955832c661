"""What models and files are known by: sha256 of large files, computed once and remembered; of JSON what it says."""

import hashlib
import json
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from transferkit.sources import layout

_READ = (
    "*.json", "*.txt", "*.model", "*.jinja", "*.spm", "*.vocab", "*.bpe", "*.codes", "*.tiktoken", "*.py",
    "*.safetensors",
)  # fmt: skip
"""What of a model folder may change an answer."""
_NOT_READ = ("README*", "LICEN*", "NOTICE*", "requirements*", "training.json", "trainer_state.json")
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


def of_folder(folder: Path, cache_dir: Path) -> str:
    """Of a model folder, whatever lies in it: all that an answer may hang on, so not what is written about it."""
    places = {folder, *(folder / module.path for module in layout.modules(folder))}
    files = {path for place in places for pattern in _READ for path in place.glob(pattern) if path.is_file()}
    parts = sorted(path for path in files if not any(path.match(pattern) for pattern in _NOT_READ))
    sums = (remembered(path, cache_dir) if path.suffix == ".safetensors" else of_content(path) for path in parts)
    named = zip(sums, parts, strict=True)
    listing = "".join(f"{digest}  {path.relative_to(folder).as_posix()}\n" for digest, path in named)
    return hashlib.sha256(listing.encode("utf-8", "surrogateescape")).hexdigest()


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
