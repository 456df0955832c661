"""What a training says after every epoch."""

import logging
import time
from collections.abc import Mapping

from transferkit import metrics
from transferkit.displays import clock

log = logging.getLogger("transferkit")


class EpochMessages:
    """full 2/3  loss 0.41  validation accuracy 0.86  1:10 left."""

    def __init__(self, title: str, epochs: float, shown: str) -> None:
        self.name, self.epochs, self.shown = title.partition(":")[0], epochs, shown
        self.began, self.first, self.last = time.monotonic(), 0, 0
        self.words: list[str] = []
        self.left = ""

    def begin(self, step: int, last: int) -> None:
        """The training begins at `step`, where it is continued, and ends with the step `last`."""
        self.began, self.first, self.last = time.monotonic(), step, last

    def learned(self, epoch: float, step: int, loss: float) -> None:
        """So many epochs are done, the last one with this mean loss."""
        self.words = [f"{self.name} {epoch:g}/{self.epochs:g}", f"loss {loss:.2f}"]
        passed, left = step - self.first, self.last - step
        seconds = (time.monotonic() - self.began) / passed * left if passed > 0 else 0.0
        self.left = f"{clock(seconds)} left" if left and passed > 0 else ""

    def say(self, found: Mapping[str, float] | None = None) -> None:
        """Say what was learned, and what was `found` on the validation rows."""
        value = (found or {}).get(f"eval_{self.shown}")
        measured = [] if value is None else [f"validation {_title(self.shown)} {value:.2f}"]
        log.info("%s", "  ".join(filter(None, [*self.words, *measured, self.left])))

    def stopped(self, best: float) -> None:
        """It stops before its last epoch, and keeps the weights of epoch `best`."""
        log.info("%s: no better since epoch %g, whose weights are kept", self.name, best)


def _title(name: str) -> str:
    return metrics.get(name).TITLE if name in metrics.names() else name.replace("_", " ")
