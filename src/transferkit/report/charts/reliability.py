"""Reliability diagram: confidence against accuracy, and how many rows there are at each confidence."""

from collections.abc import Sequence
from dataclasses import dataclass

from transferkit.evaluation.results import ReliabilityBin
from transferkit.report.charts import Axis

WIDTH, HEIGHT = 340, 360
LEFT, RIGHT, TOP, BOTTOM = 46, 326, 12, 262
FLOOR, TALLEST = 318, 44


@dataclass(frozen=True)
class Dot:
    """One bin: its point, its radius, and the height of its bar below."""

    x: float
    y: float
    radius: float
    bar: float
    bin: ReliabilityBin


@dataclass(frozen=True)
class ReliabilityChart:
    x: Axis
    y: Axis
    dots: tuple[Dot, ...]
    floor: int = FLOOR
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def path(self) -> str:
        return " ".join(f"{dot.x},{dot.y}" for dot in self.dots)


def reliability_chart(bins: Sequence[ReliabilityBin]) -> ReliabilityChart:
    """Dots on the diagonal are honest; below it the model is more confident than accurate."""
    x, y = Axis(0, 1, LEFT, RIGHT), Axis(0, 1, BOTTOM, TOP)
    largest = max(bucket.count for bucket in bins)
    dots = [
        Dot(
            x.at(bucket.confidence),
            y.at(bucket.accuracy),
            2.5 + 5 * (bucket.count / largest) ** 0.5,
            max(1.0, TALLEST * bucket.count / largest),
            bucket,
        )
        for bucket in bins
    ]
    return ReliabilityChart(x, y, tuple(dots))
