"""The command line: one file per command in `commands/`, which parses, calls one step and prints.

What a command does is imported when it is called: torch takes seconds to import, and `--help` shall not.
"""

import gc
import signal
import sys
from types import FrameType
from typing import NoReturn

from transferkit.table import collecting

with collecting.left_alone():
    from transferkit.cli import console, failures
    from transferkit.cli.app import app


def main() -> NoReturn:
    """Run the command in `sys.argv` and leave with its exit code; every failure is one sentence on stderr."""
    console.begin(debug="--debug" in sys.argv)
    console.write_what_can_be()
    signal.signal(signal.SIGTERM, _as_interrupt)
    code = failures.code_of(lambda: app(standalone_mode=False), debug="--debug" in sys.argv)
    gc.freeze()  # or the interpreter goes through all that was imported once more before it ends, which takes a second
    sys.exit(code)


def _as_interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
