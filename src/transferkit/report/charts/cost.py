"""What accuracy costs: the main metric against texts per second, with intervals and sizes."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot, sqrt

from transferkit.evaluation.choosing import BASELINE
from transferkit.evaluation.leaderboard import short
from transferkit.evaluation.results import RouteResult, RunResult
from transferkit.report.charts import Axis, padded

WIDTH, HEIGHT = 760, 430
LEFT, RIGHT, TOP, BOTTOM = 60, 740, 16, 380
LARGEST, SMALLEST = 15.0, 4.5
LETTER, LINE = 7.4, 15.0

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Point:
    """One route: centre, ends of its interval, radius, and where its two lines of label stand.

    `leader` is where a thin line to the label ends, if the label stands too far off to be read without.
    """

    name: str
    note: str
    role: str
    x: float
    y: float
    low: float
    high: float
    radius: float
    label_x: float
    label_y: float
    anchor: str
    leader: tuple[float, float] | None


@dataclass(frozen=True)
class CostChart:
    x: Axis
    y: Axis
    points: tuple[Point, ...]
    baseline: float | None
    width: int = WIDTH
    height: int = HEIGHT


def cost_chart(result: RunResult) -> CostChart:
    """Higher is better, further right is faster; the area of a dot is the size on disk."""
    main = result.task.main_metric
    speeds = [route.cost.texts_per_second for route in result.routes]
    scores = [route.scores.metrics[main] for route in result.routes]
    x = Axis(min(speeds) / 2.5, max(speeds) * 2.5, LEFT, RIGHT, log=True)
    y = Axis(*padded([end for score in scores for end in (score.low, score.high)]), BOTTOM, TOP)
    largest = max(route.cost.bytes for route in result.routes) or 1
    radii = [max(SMALLEST, LARGEST * sqrt(route.cost.bytes / largest)) for route in result.routes]
    centres = [(x.at(speed), y.at(score.value)) for speed, score in zip(speeds, scores, strict=True)]
    taken = [(cx - r, cy - r, cx + r, cy + r) for (cx, cy), r in zip(centres, radii, strict=True)]
    taken += [(cx - 2, y.at(s.high), cx + 2, y.at(s.low)) for (cx, _), s in zip(centres, scores, strict=True)]
    points = []
    for route, score, centre, radius in zip(result.routes, scores, centres, radii, strict=True):
        note = f"{score.value:.3f} · {short(route.cost.bytes / 1e6)} MB"
        box, anchor = _place(centre, radius, LETTER * max(len(route.name), len(note) * 0.86), taken)
        taken.append(box)
        label_x = {"start": box[0], "end": box[2], "middle": (box[0] + box[2]) / 2}[anchor]
        ends = (y.at(score.low), y.at(score.high))
        points.append(
            Point(
                route.name,
                note,
                role(result, route),
                *centre,
                *ends,
                radius,
                label_x,
                box[1] + LINE - 3,
                anchor,
                _leader(centre, radius, box),
            )
        )
    bases = [score.value for route, score in zip(result.routes, scores, strict=True) if route.route == BASELINE]
    return CostChart(x, y, tuple(points), y.at(bases[0]) if bases else None)


def role(result: RunResult, route: RouteResult) -> str:
    """How a route is marked: best, cheapest, baseline or other."""
    if route.name == result.best:
        return "best"
    if route.name == result.cheapest:
        return "cheapest"
    return "baseline" if route.route == BASELINE else "other"


def _place(centre: tuple[float, float], radius: float, width: float, taken: Sequence[Box]) -> tuple[Box, str]:
    """The spot beside a dot that covers least of what is drawn already, near ones first."""
    height, (cx, cy) = 2 * LINE, centre
    spots: list[tuple[float, Box, str]] = []
    for ring, gap in enumerate((6.0, 16.0, 30.0, 46.0)):
        out = radius + gap
        for lift in (0.0, -0.8 * out, 0.8 * out, -1.6 * out, 1.6 * out):
            top = cy - height / 2 + lift
            spots.append((ring, (cx + out, top, cx + out + width, top + height), "start"))
            spots.append((ring, (cx - out - width, top, cx - out, top + height), "end"))
        for top in (cy - out - height, cy + out):
            spots.append((ring + 0.5, (cx - width / 2, top, cx + width / 2, top + height), "middle"))
    _, box, anchor = min(spots, key=lambda spot: _badness(spot[0], spot[1], taken))
    return box, anchor


def _leader(centre: tuple[float, float], radius: float, box: Box) -> tuple[float, float] | None:
    x, y = min(max(centre[0], box[0]), box[2]), min(max(centre[1], box[1]), box[3])
    return (x, y) if hypot(x - centre[0], y - centre[1]) > radius + 10 else None


def _badness(ring: float, box: Box, taken: Sequence[Box]) -> float:
    outside = max(0, LEFT - box[0]) + max(0, box[2] - WIDTH) + max(0, TOP - box[1]) + max(0, box[3] - BOTTOM)
    return ring * 15 + outside * 100 + sum(_shared(box, other) for other in taken)


def _shared(a: Box, b: Box) -> float:
    """Area common to two boxes, a margin of 2 around each counted in."""
    wide, high = min(a[2], b[2]) - max(a[0], b[0]) + 4, min(a[3], b[3]) - max(a[1], b[1]) + 4
    return max(wide, 0.0) * max(high, 0.0)
