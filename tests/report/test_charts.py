"""Geometry: where things are drawn."""

from itertools import combinations

import pytest

from transferkit import metrics
from transferkit.evaluation.results import ReliabilityBin, RunResult
from transferkit.report.charts import LETTER, Axis, Frame, cut, padded, spread
from transferkit.report.charts.cost import LINE, NARROW, WIDE, cost_chart
from transferkit.report.charts.curves import Series, curves_chart
from transferkit.report.charts.reliability import reliability_chart
from transferkit.report.marks import Mark, marks

BLUE = Mark(1, "circle", "other")


def test_axis_by_hand() -> None:
    assert [Axis(0, 10, 100, 200).at(value) for value in (0, 5, 10, 99)] == [100, 150, 200, 200]
    assert Axis(1, 10_000, 0, 400, log=True).at(100) == pytest.approx(200)
    assert [tick.label for tick in Axis(0.83, 1.01, 0, 1).ticks()] == ["0.85", "0.90", "0.95", "1.00"]
    assert [tick.label for tick in Axis(300, 50_000, 0, 1, log=True).ticks()] == [
        "300",
        "1,000",
        "3,000",
        "10,000",
        "30,000",
    ]
    assert [tick.label for tick in Axis(1, 3, 0, 1).ticks(8, 1)] == ["1", "2", "3"]


def test_equal_values_still_have_a_range() -> None:
    low, high = padded([0.5, 0.5])
    assert low < 0.5 < high


def test_a_flat_line_is_drawn_flat() -> None:
    assert padded([0.901, 0.903], least=0.1) == pytest.approx((0.852, 0.952))
    assert padded([0.5, 0.9], 0.1, least=0.1) == pytest.approx((0.46, 0.94))
    # Shares end at 1: what is lacking there of the least range is added below.
    assert padded([0.95, 1.0], 0.1, least=0.1, most=1.0) == pytest.approx((0.9, 1.0))
    assert padded([0.5, 0.99], 0.1, least=0.1, most=1.0) == pytest.approx((0.451, 1.0))
    assert padded([1.0, 1.0], least=0.1, most=1.0) == pytest.approx((0.9, 1.0))
    assert (metrics.most("accuracy"), metrics.most("bleu"), metrics.most("rmse")) == (1.0, 100.0, None)
    chart = curves_chart("accuracy", [Series("a", [(1, 0.901), (2, 0.903)], BLUE)], least=0.1)
    assert chart is not None
    (_, y0), (_, y1) = chart.lines[0].points
    assert 0 < y0 - y1 < 0.05 * (chart.y.start - chart.y.end)


def test_long_names_are_cut_in_the_middle() -> None:
    assert cut("full", 100) == "full"
    assert cut("feature_transfer-multilingual-e5-small", 160) == "feature_trans…-small"
    assert cut("家用电器：退款与退货与换货", 96) == "家用电…换货"


def test_labels_are_spread_within_bounds() -> None:
    placed = spread([50, 51, 52, 99], 16, 0, 100)
    assert all(abs(a - b) >= 16 for a, b in combinations(placed, 2)) and max(placed) <= 100


@pytest.mark.parametrize("frame", [WIDE, NARROW])
def test_cost_labels_do_not_overlap(run: RunResult, frame: Frame) -> None:
    boxes = []
    for point in cost_chart(run, marks(run), frame).points:
        if not point.label:
            continue
        width = LETTER * max(len(point.label), len(point.note) * 0.86)
        left = {"start": point.label_x, "end": point.label_x - width, "middle": point.label_x - width / 2}[point.anchor]
        boxes.append((left, point.label_y, left + width, point.label_y + 2 * LINE))
    assert len(boxes) == (len(run.routes) if frame is WIDE else 4)  # where a legend has the rest
    for a, b in combinations(boxes, 2):
        assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


def test_cost_points_mark_best_cheapest_and_baseline(run: RunResult) -> None:
    roles = {point.name: point.mark.role for point in cost_chart(run, marks(run)).points}
    assert run.cheapest
    assert roles[run.best] == "best" and roles[run.cheapest] == "cheapest" and roles["tf-idf"] == "baseline"


def test_curves_need_two_points() -> None:
    assert curves_chart("loss", [Series("a", [(1, 0.5)], BLUE)], 0.1) is None
    chart = curves_chart("loss", [Series("a", [(1, 0.5), (2, 0.25)], BLUE), Series("b", [], BLUE)], 0.1)
    assert chart is not None and [line.name for line in chart.lines] == ["a"]
    (x0, y0), (x1, y1) = chart.lines[0].points
    assert x0 < x1 and y0 < y1  # a falling loss falls on the page


def test_reliability_dots_on_the_diagonal() -> None:
    chart = reliability_chart([ReliabilityBin(0.5, 0.5, 4), ReliabilityBin(1.0, 1.0, 16)])
    assert [(dot.x, dot.y) for dot in chart.dots] == [(186, 137), (326, 12)]
    assert chart.dots[0].bar == pytest.approx(chart.dots[1].bar / 4)
