"""How much better is one predictor than another? Intervals of paired differences on the same rows."""

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.optimize import brentq

from transferkit import metrics
from transferkit.evaluation.dependence import INDEPENDENT, Dependence, widened
from transferkit.evaluation.results import Interval
from transferkit.evaluation.scores import resampled
from transferkit.evaluation.shares import Z

_RESAMPLES = 1000


def difference(
    metric: str, a: Any, b: Any, references: Any, seed: int = 0, dependence: Dependence = INDEPENDENT
) -> Interval:
    """metric(a) - metric(b) on the same rows with its 95 % interval; above 0 means that `a` is better, also where
    lower values are.

    Of a share of right rows it is Tango's score interval (Tango 1998). Anything else has the percentile bootstrap over
    rows, drawn for both together, and is never narrower than what rows without any difference would have: Tango's
    interval for n rows on which both agree, Z^2 / (n + Z^2) to each side. Groups of rows are drawn whole.
    """
    right_a, right_b = (metrics.rows_right(metric, predictions, references) for predictions in (a, b))
    if right_a is not None and right_b is not None:
        only_a, only_b = int((right_a & ~right_b).sum()), int((right_b & ~right_a).sum())
        differing = right_a.astype(np.float64) - right_b
        effect = dependence.of_mean(differing - differing.mean())
        return tango(only_a / effect, only_b / effect, len(references) / effect)
    sign = 1.0 if metrics.get(metric).HIGHER_IS_BETTER else -1.0
    weighings = [metrics.weighing(metric, predictions, references) for predictions in (a, b)]
    (of_a, drawn_a), (of_b, drawn_b) = resampled(weighings, len(references), _RESAMPLES, seed, dependence.groups)
    low, high = np.percentile(sign * (drawn_a - drawn_b), [2.5, 97.5])
    effect = dependence.effect * dependence.of_few
    value, least = sign * (of_a - of_b), 100 * metrics.point(metric) * agreeing(len(references) / effect)
    wide = widened(Interval(value, float(low), float(high)), effect)
    return Interval(value, min(wide.low, value - least), max(wide.high, value + least))


def agreeing(rows: float) -> float:
    """Half the width of the interval of a difference of shares where the two agree on all of `rows`."""
    return Z * Z / (rows + Z * Z)


def tango(only_a: float, only_b: float, rows: float) -> Interval:
    """The score interval of a difference of two paired shares (Tango, Statistics in Medicine 17, 1998).

    `only_a` of `rows` are right in a alone, `only_b` in b alone.
    """
    value = (only_a - only_b) / rows

    def excess(delta: float) -> float:
        """How many standard errors, under `delta`, lie between it and what was observed."""
        linear = (2 * rows - only_a + only_b) * delta - only_a - only_b
        inner = linear * linear + 8 * rows * only_b * delta * (1 - delta)
        share = (max(inner, 0.0) ** 0.5 - linear) / (4 * rows)
        variance = rows * (2 * share + delta * (1 - delta))
        return float((only_a - only_b - rows * delta) / max(variance, 1e-12) ** 0.5)

    low, high = _root(lambda d: excess(d) - Z, -1.0, value), _root(lambda d: excess(d) + Z, value, 1.0)
    return Interval(value, low, high)


def _root(gap: Callable[[float], float], low: float, high: float) -> float:
    """Where the falling `gap` is zero between `low` and `high`; the end it does not reach zero before."""
    tiny = 1e-9
    low, high = min(low + tiny, high), max(high - tiny, low)
    if gap(low) <= 0:
        return low
    return high if gap(high) >= 0 else float(brentq(gap, low, high, xtol=1e-10))
