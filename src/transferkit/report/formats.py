"""Numbers as a reader wants them."""

from transferkit.evaluation.leaderboard import short
from transferkit.evaluation.verdict import figure
from transferkit.locales import Say

NONE = "–"  # noqa: RUF001
MINUS = "−"  # noqa: RUF001


def score(value: float | None) -> str:
    """0.954, 31.2, or a dash for none."""
    return NONE if value is None else figure(value)


def signed(value: float) -> str:
    """A difference of scores with its sign."""
    return f"{value:+.3f}".replace("-", MINUS)


def percent(share: float) -> str:
    """66%, 4.2%, 0.31%."""
    value = 100 * share
    return f"{value:.0f}%" if value >= 10 or value == 0 else f"{value:.2g}%"


def megabytes(size: float) -> str:
    """Bytes as MB: 90.9 MB, 0.21 MB."""
    return f"{short(size / 1e6)} MB"


def number(value: float) -> str:
    """At most five characters: 8.1, 512, 22.7M."""
    return short(value)


def seconds(value: float, say: Say) -> str:
    """0.9 s, 96 s, 3.3 min, 2.1 h."""
    if value < 120:
        return say("{n} s", n=short(value))
    return say("{n} min", n=short(value / 60)) if value < 7200 else say("{n} h", n=short(value / 3600))
