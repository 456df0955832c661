"""Reading wanted files out of zip archives nobody vouches for."""

import errno
import lzma
import shutil
import stat
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from transferkit.errors import SourceError
from transferkit.sources import store

_BLOCK = 1 << 20


def extract(archive: Path, wanted: str, into: Path) -> None:
    """Write the file or folder `wanted` ("" for everything) of `archive` below the folder `into`.

    A folder's own name is dropped, a file keeps its last name. Raises `SourceError` for a damaged archive,
    for links, and for members which would be written outside `into`.
    """
    with _damage_explained(archive), zipfile.ZipFile(archive) as file:
        members = _members(file, wanted, archive)
        store.require(archive.parent, sum(info.file_size for _, info in members))
        for name, info in members:
            target = into / name
            target.parent.mkdir(parents=True, exist_ok=True)
            with file.open(info) as reader, target.open("wb") as writer:
                shutil.copyfileobj(reader, writer, _BLOCK)


def append(archive: Path, member: str, joined: Path) -> None:
    """Append the bytes of one `member` of `archive` to the file `joined`, a block at a time."""
    with _damage_explained(archive), zipfile.ZipFile(archive) as file, joined.open("ab") as writer:
        if member not in file.namelist():
            raise _absent(file, member, archive)
        info = file.getinfo(member)
        store.require(joined.parent, info.file_size)
        with file.open(info) as reader:
            shutil.copyfileobj(reader, writer, _BLOCK)


@contextmanager
def _damage_explained(archive: Path) -> Iterator[None]:
    """Damage shows in as many ways as there are fields in a zip file."""
    try:
        yield
    except (zipfile.BadZipFile, EOFError, RuntimeError, ValueError, lzma.LZMAError, zlib.error) as error:
        raise SourceError(f"{archive.name} is not a readable zip archive: {error}") from None
    except OSError as error:
        if error.errno not in (errno.EINVAL, None):  # bzip2 gives its damage no number
            raise
        why = "it points outside itself" if error.errno else error
        raise SourceError(f"{archive.name} is not a readable zip archive: {why}") from None


def _members(file: zipfile.ZipFile, wanted: str, archive: Path) -> list[tuple[PurePosixPath, zipfile.ZipInfo]]:
    prefix = f"{wanted}/" if wanted else ""
    members = []
    for info in file.infolist():
        if info.is_dir():
            continue
        if info.filename == wanted:
            return [(_safe(PurePosixPath(wanted).name, info, archive), info)]
        if info.filename.startswith(prefix):
            members.append((_safe(info.filename[len(prefix) :], info, archive), info))
    if not members:
        raise _absent(file, wanted, archive)
    return members


def _safe(name: str, info: zipfile.ZipInfo, archive: Path) -> PurePosixPath:
    path = PurePosixPath(name)
    if not path.parts or path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name:
        raise SourceError(f"{archive.name} holds the path {info.filename!r}, which leaves its folder; it is refused")
    if stat.S_ISLNK(info.external_attr >> 16):
        raise SourceError(f"{archive.name} holds the link {info.filename!r}; links are refused")
    return path


def _absent(file: zipfile.ZipFile, wanted: str, archive: Path) -> SourceError:
    tops: Sequence[str] = sorted({name.split("/")[0] for name in file.namelist()})
    return SourceError(f"{archive.name} holds no {wanted!r}; it holds {', '.join(tops[:10])}")
