"""Where a run may write: into a folder that is new, empty, or a run's own."""

import logging
import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from transferkit.artifact.ledger import HIDDEN, Ledger
from transferkit.config import DESCRIBED, parse, read_yaml
from transferkit.disk import unused
from transferkit.errors import ConfigError

log = logging.getLogger("transferkit")

LOCK = "lock"
_VERSION_CONTROL = (".git", ".hg", ".svn", ".bzr", ".jj", "CVS", "_darcs", ".fslckout", ".pijul")
_ALWAYS_DESCRIBED = {"data", "model", "routes", "seed", "output_dir"}


def refuse_unusable(path: Path, resume: bool, cache: Path) -> None:
    """Raise `ConfigError`, before anything is read or written, where no run can be made, `resume` is missing or another
    process is at work. The features of a run are kept in `cache`, which must not lie within the run."""
    require_usable(path, resume)
    if path.resolve() in (cache.resolve(), *cache.resolve().parents):
        raise ConfigError(f"--cache-dir {cache} lies in the run folder {path}; name another folder for one of them")
    if (path / HIDDEN / LOCK).is_file():
        with alone_in(path):
            return


def require_usable(path: Path, resume: bool) -> None:
    """Raise `ConfigError` where no run can be made, or `resume` is missing."""
    try:
        _refuse_protected(path.resolve())
        _refuse_unreachable(path)
        if path.is_dir() and any(path.iterdir()):
            _refuse_used(path, resume)
    except (OSError, RuntimeError) as error:  # a name too long, a loop of links
        why = error.strerror if isinstance(error, OSError) else error
        raise ConfigError(f"--output-dir {path}: cannot be used ({why}); name another folder") from None


@contextmanager
def alone_in(path: Path) -> Iterator[None]:
    """While open, no other process may work in the run folder `path`. Raises `ConfigError` where one does.

    The lock is the operating system's and ends with the process, however that ends.
    """
    lock = FileLock(path / HIDDEN / LOCK, timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise ConfigError(
            f"another process is working in {path}; wait until it is done, or name another --output-dir, such as "
            f"{offered(path)}"
        ) from None
    except NotImplementedError:
        log.warning("%s: this file system knows no locks; let no other process work in there", path)
    try:
        yield
    finally:
        lock.release()


def is_run(path: Path) -> bool:
    """Whether the folder is a run's own, by what it holds: a record of what the run wrote, or, of an earlier version,
    its resolved description beside what only a run leaves."""
    return Ledger(path).exists() or (
        any((path / left).exists() for left in ("run.json", "work/rows.txt")) and _is_resolved(path / DESCRIBED)
    )


def offered(path: Path) -> Path:
    """A folder that does not exist, as near to `path` as can be written to."""
    whole = path.resolve()
    if whole.name and os.access(whole.parent, os.W_OK) and not _is_protected(whole):
        return unused(path if path.name else whole)
    return unused((path if os.access(whole, os.W_OK) and whole.name else Path()) / "runs" / "1")


def _refuse_used(path: Path, resume: bool) -> None:
    foreign = [] if is_run(path) else sorted(inside.name for inside in path.iterdir() if not _is_begun(inside))
    if foreign:
        shown = ", ".join(foreign[:3]) + (", ..." if len(foreign) > 3 else "")
        raise ConfigError(
            f"--output-dir {path}: holds {shown}, which no run wrote; name a new folder, such as {offered(path)}"
        )
    if (path / DESCRIBED).exists() and not resume:
        raise ConfigError(
            f"{path} already holds a run; --resume continues it, another --output-dir, such as {offered(path)}, "
            "starts a new one"
        )


def _is_begun(inside: Path) -> bool:
    """Whether this is what a run makes before it has a record: a folder with nothing but a lock."""
    own = inside.name == HIDDEN and inside.is_dir() and not inside.is_symlink()
    return own and {path.name for path in inside.iterdir()} <= {LOCK, "written.part"}


def _refuse_protected(whole: Path) -> None:
    if _is_protected(whole):
        root = whole == Path(whole.anchor)
        what = "the root of the file system" if root else "a home folder or one under version control"
        raise ConfigError(f"--output-dir {whole}: this is {what}; name a new folder, such as {offered(whole)}")
    if inside := next((part for part in whole.parts if part in (*_VERSION_CONTROL, HIDDEN)), None):
        raise ConfigError(f"--output-dir {whole}: {inside} is not for runs; name a new folder elsewhere")


def _is_protected(whole: Path) -> bool:
    return (
        whole == Path(whole.anchor)
        or whole in _homes()
        or any(os.path.lexists(whole / name) for name in _VERSION_CONTROL)
    )


def _homes() -> set[Path]:
    named = [Path(user.pw_dir) for user in pwd.getpwall() if user.pw_dir]
    with suppress(RuntimeError):  # a user without a home, as in a container
        named.append(Path.home())
    return {home.resolve() for home in named}


def _refuse_unreachable(path: Path) -> None:
    above = next((folder for folder in (path, *path.absolute().parents) if os.path.lexists(folder)), path)
    if not above.is_dir():
        what = "a link that leads nowhere" if above.is_symlink() and not above.exists() else f"the file {above}"
        raise ConfigError(f"--output-dir {path}: expected a folder, found {what}; name another folder")
    if not os.access(above, os.W_OK | os.X_OK):
        raise ConfigError(f"--output-dir {path}: {above} cannot be written to; name another folder")


def _is_resolved(path: Path) -> bool:
    """Whether `path` is a description as a run writes it, with every setting, not one that a user wrote."""
    try:
        values = read_yaml(path)
        whole = parse(values).model_dump(mode="json")
    except ConfigError:
        return False
    return values.keys() >= _ALWAYS_DESCRIBED and all(whole[name] == value for name, value in values.items())
