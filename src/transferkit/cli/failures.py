"""Every failure as one sentence on stderr and an exit code; a traceback only on request."""

import errno
import os
import sys
import traceback
from collections.abc import Callable
from typing import Any

import typer

from transferkit import options
from transferkit.disk import is_full
from transferkit.errors import (
    ConfigError,
    InterruptedRunError,
    ResourceError,
    TransferkitError,
    is_out_of_memory,
    printable,
)

_UNEXPECTED = 1
_LONGEST, _ENDING = 1_200, 200
_PIPE_CLOSED = 128 + 13  # as if ended by SIGPIPE
_CANNOT_BE_USED = (
    *(errno.EACCES, errno.EPERM, errno.EROFS, errno.ENAMETOOLONG, errno.ELOOP),
    *(errno.ENOTDIR, errno.EISDIR, errno.ENXIO),
)


def code_of(run: Callable[[], Any], debug: bool = False) -> int:
    """Call `run` and give the exit code: its own, or that of its failure, which is then explained."""
    try:
        ended = run()
        sys.stdout.flush()  # a full disk shows here, not when the interpreter has gone
    except SystemExit as left:
        return _PIPE_CLOSED if isinstance(left.__context__, BrokenPipeError) else _number(left.code)
    except Exception as error:
        _give_up_stdout()
        if isinstance(error, BrokenPipeError):
            return _PIPE_CLOSED
        if debug:
            traceback.print_exc()
        sentence, code = explained(error)
        print(f"error: {sentence}", file=sys.stderr)
        return code
    except KeyboardInterrupt:
        ended = InterruptedRunError.exit_code
    if ended == InterruptedRunError.exit_code:
        print("error: stopped; the same command starts again", file=sys.stderr)
    return _number(ended)


def _give_up_stdout() -> None:
    """Where what is printed cannot be written, drop it, or the interpreter fails over it once more at its end."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _number(code: Any) -> int:
    return code if isinstance(code, int) else 0


def explained(error: Exception) -> tuple[str, int]:
    """One sentence on `error` and the exit code that goes with it."""
    if isinstance(error, TransferkitError):
        return _line(str(error)), error.exit_code
    if isinstance(error, typer.Exit):
        return "", error.exit_code
    if isinstance(error, typer.Abort):
        return "stopped", InterruptedRunError.exit_code
    if hasattr(error, "format_message"):
        return _misuse(error)
    if is_out_of_memory(error):
        return "the machine ran out of memory; lower --max-length or a route's batch_size", ResourceError.exit_code
    if is_full(error):
        name = getattr(error, "filename", None)
        where = f" while writing {name}" if name else ""
        return f"no disk left{where}; free some space, then try again (a run: with --resume)", ResourceError.exit_code
    if isinstance(error, OSError) and error.errno in _CANNOT_BE_USED:
        where = f"{error.filename}: " if error.filename else ""
        reason = (error.strerror or "cannot be used").lower()
        return _line(f"{where}{reason}; check the path and its permissions"), ConfigError.exit_code
    kind, words = type(error).__name__, _line(str(error))
    return f"unexpected {kind}{f' ({words})' if words else ''}; run again with --debug to see where", _UNEXPECTED


def _misuse(error: Any) -> tuple[str, int]:
    """What typer says of words it does not know; its exceptions move between versions, their method stays."""
    context = getattr(error, "ctx", None)
    message = _line(error.format_message()).replace("Value error, ", "").rstrip(".")
    option = str(getattr(error, "option_name", "")).removeprefix("--").replace("-", "_")
    if routes := options.with_option(option):
        message = f"{message.partition(' (')[0]}: {option} is an option of routes, --set {routes[0]}.{option}=VALUE"
    return f"{message}; see {context.command_path if context else 'transferkit'} --help", error.exit_code


def _line(text: str) -> str:
    """`text` in one line; of a very long one what is at its start and at its end."""
    line = printable(" ".join(text.split()))
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - _ENDING]} ... {line[-_ENDING:]}"
