"""The command line: one file per command in `commands/`, which parses, calls one step and prints.

What a command does is imported when it is called: torch takes seconds to import, and `--help` shall not.
"""

import signal
import sys
from types import FrameType
from typing import NoReturn

from transferkit.cli import console, failures
from transferkit.cli.app import app


def main() -> NoReturn:
    """Run the command in `sys.argv` and leave with its exit code; every failure is one sentence on stderr."""
    console.begin(debug="--debug" in sys.argv)
    console.write_what_can_be()
    signal.signal(signal.SIGTERM, _as_interrupt)
    sys.exit(failures.code_of(lambda: app(standalone_mode=False), debug="--debug" in sys.argv))


def _as_interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
