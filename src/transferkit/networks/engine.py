"""What runs a model: the seam between the lines of tokens that a reader makes and the logits that become answers."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

from transferkit.arrays import Floats
from transferkit.encoding.examples import Examples


class Engine(Protocol):
    """Lines of tokens in, logits out. It may be asked from many threads, and changes nothing of its model."""

    @property
    def model(self) -> Any:
        """What is run, as its library has it."""

    @property
    def parameters(self) -> int:
        """Number of weights."""

    def run(self, source: Examples, positions: Sequence[int]) -> Iterator[tuple[int, Floats]]:
        """(position, logits) for the lines of `source` at `positions`, in any order.

        Logits are (labels,) of a text; (words, labels) where lines have words, NaN for those without a token of their
        own, and there may be more lines of NaN behind; of windows of contexts (tokens, labels), padding left out.
        """


class FeatureEngine(Protocol):
    """Lines of tokens in, features for a head out. It may be asked from many threads, and changes nothing of its
    model."""

    @property
    def model(self) -> Any:
        """What is run, as its library has it."""

    @property
    def parameters(self) -> int:
        """Number of weights."""

    @property
    def pooling(self) -> str:
        """What one vector is made of those of a text's tokens by."""

    @property
    def depths(self) -> tuple[int, ...]:
        """Those whose states are features."""

    @property
    def uses_output(self) -> bool:
        """Whether the last of them is what the model returns, after its final norm."""

    def run(
        self, source: Examples, positions: Sequence[int], head: Callable[[Floats], Floats]
    ) -> Iterator[tuple[int, Floats]]:
        """(position, what `head` makes of its features) for the lines of `source` at `positions`, in any order.

        Features are (depths, width) of a text; (words, depths, width) where lines have words, NaN for those without a
        token of their own; of windows of contexts (tokens, depths, width). `head` is given those of several lines, or
        of a window's tokens, at once: (..., depths, width) to (..., labels).
        """


def in_order(answers: Iterator[tuple[int, Floats]], count: int) -> list[Floats]:
    """What an engine gives for `count` lines, by position."""
    found = dict(answers)
    return [found[i] for i in range(count)]
