"""Intervals of shares: what n rows, so many of them right, say about all rows."""

from scipy.special import betaincinv

Z = 1.959963984540054
"""The 97.5 % point of the normal distribution: every interval here is a two-sided one of 95 %."""


def wilson(share: float, rows: float) -> tuple[float, float]:
    """The score interval of a share of independent rows (Wilson 1927): (low, high), never without width.

    100 right of 100 gives [0.963, 1], 99 of 100 [0.946, 0.998].
    """
    spread = Z * Z / rows
    middle = (share + spread / 2) / (1 + spread)
    half = (share * (1 - share) / rows + spread / (4 * rows)) ** 0.5 * Z / (1 + spread)
    return max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half))


def exact(share: float, rows: float) -> tuple[float, float]:
    """The exact interval of a share (Clopper and Pearson 1934): (low, high); `share * rows` may be a fraction, where
    rows can be partly right."""
    right = share * rows
    low = float(betaincinv(right, rows - right + 1, 0.025)) if right > 0 else 0.0
    high = float(betaincinv(right + 1, rows - right, 0.975)) if right < rows else 1.0
    return min(low, share), max(high, share)
