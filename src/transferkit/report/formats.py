"""Numbers as a reader wants them."""

from transferkit.evaluation.leaderboard import short
from transferkit.evaluation.results import RunResult


def score(value: float | None) -> str:
    """0.954, 31.2, or a dash where there is none."""
    if value is None:
        return "–"  # noqa: RUF001
    return f"{value:.3f}" if abs(value) < 10 else f"{value:.1f}"


def percent(share: float) -> str:
    """66 %, 4.2 %, 0.31 %."""
    value = 100 * share
    return f"{value:.0f} %" if value >= 10 or value == 0 else f"{value:.2g} %"


def megabytes(size: float) -> str:
    """Bytes as MB: 90.9 MB, 0.21 MB."""
    return f"{short(size / 1e6)} MB"


def number(value: float) -> str:
    """At most five characters: 8.1, 512, 22.7M."""
    return short(value)


def seconds(value: float) -> str:
    """0.9 s, 96 s, 3.3 min, 2.1 h."""
    if value < 120:
        return f"{short(value)} s"
    return f"{short(value / 60)} min" if value < 7200 else f"{short(value / 3600)} h"


def example(result: RunResult) -> str:
    """What `predict` takes, as Python writes it."""
    if len(result.task.inputs) > 1:
        return '[("a question", "its context")]'
    return '[("a text", "its pair")]' if "text_pair" in result.splits.columns else '["a text", "another one"]'
