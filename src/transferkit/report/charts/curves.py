"""Learning curves: values by epoch, a line per series, its name at its end."""

from collections.abc import Sequence
from dataclasses import dataclass

from transferkit.report.charts import Axis, padded, spread

WIDTH, HEIGHT, LABELS = 760, 340, 150
SMALL_WIDTH, SMALL_HEIGHT, SMALL_LABELS = 440, 290, 92
LEFT, TOP, BELOW = 60, 14, 44


@dataclass(frozen=True)
class Series:
    """What to draw: (epoch, value) pairs in the order of epochs; `colour` is an index into the page's palette."""

    name: str
    points: Sequence[tuple[float, float]]
    colour: int = 0
    dashed: bool = False


@dataclass(frozen=True)
class Line:
    name: str
    colour: int
    dashed: bool
    points: tuple[tuple[float, float], ...]
    label_y: float

    @property
    def path(self) -> str:
        return " ".join(f"{x},{y}" for x, y in self.points)


@dataclass(frozen=True)
class CurvesChart:
    title: str
    x: Axis
    y: Axis
    lines: tuple[Line, ...]
    width: int
    height: int
    kind: str


def curves_chart(title: str, series: Sequence[Series], small: bool = False) -> CurvesChart | None:
    """The chart of the series with at least two points each; nothing if there is none."""
    drawn = [one for one in series if len(one.points) > 1]
    if not drawn:
        return None
    epochs = [epoch for one in drawn for epoch, _ in one.points]
    width, height, labels = (SMALL_WIDTH, SMALL_HEIGHT, SMALL_LABELS) if small else (WIDTH, HEIGHT, LABELS)
    x = Axis(min(epochs), max(epochs), LEFT, width - labels)
    y = Axis(*padded([value for one in drawn for _, value in one.points]), height - BELOW, TOP)
    placed = [tuple((x.at(epoch), y.at(value)) for epoch, value in one.points) for one in drawn]
    ends = spread([points[-1][1] for points in placed], 16, TOP, height - BELOW)
    lines = [
        Line(one.name, one.colour, one.dashed, points, end)
        for one, points, end in zip(drawn, placed, ends, strict=True)
    ]
    return CurvesChart(title, x, y, tuple(lines), width, height, "mid" if small else "wide")
