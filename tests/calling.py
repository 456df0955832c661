"""What a called command leaves to look at."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Ended:
    """What a command printed and its exit code."""

    code: int
    out: str
    err: str

    @property
    def error(self) -> str:
        """The one line on stderr that says what went wrong."""
        (line,) = [line for line in self.err.splitlines() if line.startswith("error: ")]
        return line


Call = Callable[..., Ended]
