"""sha256 of large files, computed once and remembered."""

import hashlib
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path


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
