"""Learning curves: values by epoch, a line per series, its name at its end if there is room."""

from collections.abc import Sequence
from dataclasses import dataclass

from transferkit.report.charts import Axis, Frame, cut, padded, spread
from transferkit.report.marks import Mark

LABELS = 170
WIDE = Frame(width=760, height=340, left=60, right=760 - LABELS, top=14, bottom=296)
NARROW = Frame(width=354, height=270, left=44, right=342, top=14, bottom=226)
SMALL_LABELS = 94
SMALL = Frame(width=354, height=250, left=44, right=354 - SMALL_LABELS, top=14, bottom=206)


@dataclass(frozen=True)
class Series:
    """What to draw: (epoch, value) pairs in the order of epochs, in the colour of `mark`."""

    name: str
    points: Sequence[tuple[float, float]]
    mark: Mark
    dashed: bool = False


@dataclass(frozen=True)
class Line:
    """`label` is cut to the room beside the end of the line."""

    name: str
    label: str
    mark: Mark
    dashed: bool
    points: tuple[tuple[float, float], ...]
    label_y: float

    @property
    def path(self) -> str:
        return " ".join(f"{x},{y}" for x, y in self.points)


@dataclass(frozen=True)
class CurvesChart:
    """Where it is not `labelled`, a legend beside it has the names."""

    title: str
    frame: Frame
    x: Axis
    y: Axis
    lines: tuple[Line, ...]
    labelled: bool


def curves_chart(
    title: str, series: Sequence[Series], least: float, frame: Frame = WIDE, most: float | None = None
) -> CurvesChart | None:
    """The chart of the series with at least two points each, nothing if there is none. The vertical axis covers
    `least` at least, and ends at `most`."""
    drawn = [one for one in series if len(one.points) > 1]
    if not drawn:
        return None
    epochs = [epoch for one in drawn for epoch, _ in one.points]
    x = Axis(min(epochs), max(epochs), frame.left, frame.right)
    y = Axis(
        *padded([value for one in drawn for _, value in one.points], least=least, most=most), frame.bottom, frame.top
    )
    placed = [tuple((x.at(epoch), y.at(value)) for epoch, value in one.points) for one in drawn]
    ends = spread([points[-1][1] for points in placed], 16, frame.top, frame.bottom)
    room = frame.width - frame.right - 12
    lines = [
        Line(one.name, cut(one.name, room), one.mark, one.dashed, points, end)
        for one, points, end in zip(drawn, placed, ends, strict=True)
    ]
    fits = 16 * len(drawn) <= frame.bottom - frame.top
    return CurvesChart(title, frame, x, y, tuple(lines), labelled=frame is not NARROW and fits)
