"""What scores of a cross-validation are worth: those of fewer rows than have answers."""

from transferkit.evaluation.results import Interval


def design_effect(folds: int) -> float:
    """By how much the variance of a score of answers out of `folds` parts exceeds that of answers of one model to as
    many new rows: 2 - 1 / folds, and 1 without folds.

    The models of the parts share rows, so their mistakes go together, and it is another model that is kept: parts
    correlate by about the share of rows in each (Nadeau and Bengio, Machine Learning 52, 2003), which makes it
    1 + (folds - 1) / folds. There is no unbiased estimate (Bengio and Grandvalet 2004). Kish (1965) calls the factor a
    design effect; n rows say as much as n / effect.
    """
    return 2.0 - 1.0 / folds if folds else 1.0


def widened(interval: Interval, effect: float) -> Interval:
    """`interval` of answers to independent rows as that of answers with a design `effect`; its ends may lie beyond
    those of the metric."""
    value, factor = interval.value, effect**0.5
    return Interval(value, value - factor * (value - interval.low), value + factor * (interval.high - value))
