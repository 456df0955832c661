"""What accuracy costs: the main metric against texts per second, with intervals and sizes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import hypot, sqrt

from transferkit import metrics
from transferkit.evaluation.choosing import BASELINE
from transferkit.evaluation.leaderboard import short
from transferkit.evaluation.results import RouteResult, RunResult
from transferkit.report.charts import Axis, Frame, cut, padded, width_of
from transferkit.report.marks import Mark

WIDE = Frame(width=760, height=430, left=60, right=740, top=16, bottom=380)
NARROW = Frame(width=354, height=360, left=44, right=350, top=14, bottom=312)
LARGEST, SMALLEST = 15.0, 4.5
LINE = 15.0
LEAST_POINTS = 4
"""So many points of the metric the axis covers at least."""

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Point:
    """One route: centre, ends of its interval, radius, and where its two lines of label stand.

    `label` is "" where too many routes are drawn to name each beside its dot. `leader` is where a thin line to the
    label ends, if the label stands too far off to be read without.
    """

    name: str
    label: str
    note: str
    mark: Mark
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
    frame: Frame
    x: Axis
    y: Axis
    points: tuple[Point, ...]
    baseline: float | None


def cost_chart(result: RunResult, marks: Mapping[str, Mark], frame: Frame = WIDE) -> CostChart:
    """Higher is better, further right is faster; the area of a dot is the size on disk."""
    main = result.task.main_metric
    speeds = [route.cost.texts_per_second for route in result.routes]
    scores = [route.scores.metrics[main] for route in result.routes]
    x = Axis(min(speeds) / 2.5, max(speeds) * 2.5, frame.left, frame.right, log=True)
    ends = [end for score in scores for end in (score.low, score.high)]
    y = Axis(*padded(ends, least=LEAST_POINTS * metrics.point(main), most=metrics.most(main)), frame.bottom, frame.top)
    largest = max(route.cost.bytes for route in result.routes) or 1
    radii = [max(SMALLEST, LARGEST * sqrt(route.cost.bytes / largest)) for route in result.routes]
    centres = [(x.at(speed), y.at(score.value)) for speed, score in zip(speeds, scores, strict=True)]
    taken = [(cx - r, cy - r, cx + r, cy + r) for (cx, cy), r in zip(centres, radii, strict=True)]
    taken += [(cx - 2, y.at(s.high), cx + 2, y.at(s.low)) for (cx, _), s in zip(centres, scores, strict=True)]
    bases = [y.at(score.value) for route, score in zip(result.routes, scores, strict=True) if route.route == BASELINE]
    taken += [(frame.left, base - 1, frame.right, base + 1) for base in bases]
    named = _named(result, marks, 9 if frame is WIDE else 5)
    points = []
    for route, score, centre, radius in zip(result.routes, scores, centres, radii, strict=True):
        note = f"{score.value:.3f} · {short(route.cost.bytes / 1e6)} MB"
        label = cut(route.name, frame.width * 0.42) if route.name in named else ""
        box, anchor = _place(centre, radius, max(width_of(label), width_of(note) * 0.86), taken, frame)
        if label:
            taken.append(box)
        points.append(
            Point(
                name=route.name,
                label=label,
                note=note,
                mark=marks[route.name],
                x=centre[0],
                y=centre[1],
                low=y.at(score.low),
                high=y.at(score.high),
                radius=radius,
                label_x={"start": box[0], "end": box[2], "middle": (box[0] + box[2]) / 2}[anchor],
                label_y=box[1] + LINE - 3,
                anchor=anchor,
                leader=_leader(centre, radius, box),
            )
        )
    return CostChart(frame, x, y, tuple(points), bases[0] if bases else None)


def _named(result: RunResult, marks: Mapping[str, Mark], most: int) -> set[str]:
    """The routes that are named beside their dots: all where there are at most `most`, else those with a role, and
    those that no other route is both better and faster than, as far as there is room."""
    if len(result.routes) <= most:
        return {route.name for route in result.routes}
    with_role = [route.name for route in result.routes if marks[route.name].role != "other"]
    undominated = [route.name for route in result.routes if not any(_beats(o, route, result) for o in result.routes)]
    return set(list(dict.fromkeys([*with_role, *undominated]))[:most])


def _beats(one: RouteResult, other: RouteResult, result: RunResult) -> bool:
    main = result.task.main_metric
    sign = 1 if metrics.get(main).HIGHER_IS_BETTER else -1
    better = sign * (one.scores.metrics[main].value - other.scores.metrics[main].value)
    return better > 0 and one.cost.texts_per_second > other.cost.texts_per_second


def _place(
    centre: tuple[float, float], radius: float, width: float, taken: Sequence[Box], frame: Frame
) -> tuple[Box, str]:
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
    _, box, anchor = min(spots, key=lambda spot: _badness(spot[0], spot[1], taken, frame))
    return box, anchor


def _leader(centre: tuple[float, float], radius: float, box: Box) -> tuple[float, float] | None:
    x, y = min(max(centre[0], box[0]), box[2]), min(max(centre[1], box[1]), box[3])
    return (x, y) if hypot(x - centre[0], y - centre[1]) > radius + 10 else None


def _badness(ring: float, box: Box, taken: Sequence[Box], frame: Frame) -> float:
    sides = max(0, frame.left - box[0]) + max(0, box[2] - frame.width)
    ends = max(0, frame.top - box[1]) + max(0, box[3] - frame.bottom)
    return ring * 15 + (sides + ends) * 100 + sum(_shared(box, other) for other in taken)


def _shared(a: Box, b: Box) -> float:
    """Area common to two boxes, a margin of 2 around each counted in."""
    wide, high = min(a[2], b[2]) - max(a[0], b[0]) + 4, min(a[3], b[3]) - max(a[1], b[1]) + 4
    return max(wide, 0.0) * max(high, 0.0)
