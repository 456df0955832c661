"""What can go wrong, as a user sees it: one root, a kind per cause, an exit code per kind."""

from collections.abc import Iterable
from difflib import get_close_matches
from reprlib import Repr
from typing import Any


class TransferkitError(Exception):
    """Root of every error this package raises on purpose.

    The message says what was expected, what was found and what to do.
    The command line prints it as one sentence and leaves with `exit_code`.
    """

    exit_code = 1


class ConfigError(TransferkitError):
    """The request itself makes no sense: an unknown option, route or value."""

    exit_code = 2


class DataError(TransferkitError):
    """The rows cannot be used: unreadable file, missing column, one class only."""

    exit_code = 3


class SourceError(TransferkitError):
    """A model or data file cannot be had or is not what it claims to be."""

    exit_code = 4


class ArtifactError(TransferkitError):
    """A saved folder is incomplete, damaged or of an unknown version."""

    exit_code = 5


class ResourceError(TransferkitError):
    """The machine ran out of disk or memory."""

    exit_code = 6


class InterruptedRunError(TransferkitError):
    """The user stopped the run; `--resume` continues it."""

    exit_code = 130


def one_of(names: Iterable[str]) -> str:
    """`one of a, b, c`, or the only one."""
    listed = [*names]
    return f"{'one of ' * (len(listed) > 1)}{', '.join(listed)}"


def unknown(kind: str, name: str, known: Iterable[str]) -> ConfigError:
    """The error for a `kind` of thing that is not among those `known`: the nearest name first, then all."""
    names = sorted(known)
    near = nearest(name, names)
    meant = f"did you mean {near!r}? " if near else ""
    return ConfigError(f"unknown {kind} {name!r}; {meant}expected {one_of(names)}")


_STEERING = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160)) if chr(code) not in "\t\n"}


def printable(text: str) -> str:
    """`text` with the signs that steer a terminal written out, as \\x1b: in a user's data they are no orders."""
    return text.translate(_STEERING)


_SHORTEST_PART = 3


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Which of those `known` is probably meant by `name`: the one that differs least, else the shortest that has it in
    it or is in it (`num_train_epochs`, epochs), else one of these initials (`lr`, learning_rate). None if none is
    near. Case and signs between words do not count."""
    names = {_bare(each): each for each in sorted(known, key=len, reverse=True)}
    wanted = _bare(name)
    if near := get_close_matches(wanted, names, n=1):
        return names[near[0]]
    within = [
        each for each in names if min(len(each), len(wanted)) >= _SHORTEST_PART and (wanted in each or each in wanted)
    ]
    initials = [each for each, whole in names.items() if wanted == "".join(part[:1] for part in _parts(whole)) != each]
    found = [*sorted(within, key=len), *initials]
    return names[found[0]] if found else None


def _bare(name: str) -> str:
    return "".join(filter(str.isalnum, name.casefold()))


def _parts(name: str) -> list[str]:
    return "".join(sign if sign.isalnum() else " " for sign in name.casefold()).split()


_NO_MEMORY = ("out of memory", "can't allocate memory", "not enough memory")


def is_out_of_memory(error: BaseException) -> bool:
    """Whether `error` says that memory ran out: of a GPU torch says so in an error of its own, of a CPU in a plain
    `RuntimeError`."""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    return isinstance(error, RuntimeError) and any(words in str(error).lower() for words in _NO_MEMORY)


def shown(value: Any, width: int = 80) -> str:
    """`value` as a sentence shows it: at most `width` characters, however large, deep or unwilling it is."""
    short = Repr()
    short.maxlevel, short.maxstring, short.maxlong, short.maxother = 4, width, width, width
    short.maxlist = short.maxtuple = short.maxdict = short.maxset = short.maxfrozenset = short.maxarray = 10
    try:
        return short.repr(value)[:width]
    except Exception:
        return f"<{type(value).__name__}>"
