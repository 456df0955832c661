"""`make bench TABLE=scale` on tables of a few rows: what it writes, takes and says. No time is looked at."""

from pathlib import Path

import pytest
from benchmarks import scale

from tiny_models import save_model
from transferkit.data import read


def test_tables_are_the_same_every_time_and_hold_what_they_are_to_hold(tmp_path: Path) -> None:
    first, again, chinese = (tmp_path / f"{name}.csv" for name in "abc")
    scale.write(first, 40)
    scale.write(again, 40)
    scale.write(chinese, 40, chinese=True)
    assert first.read_bytes() == again.read_bytes()
    assert {len(text.split()) for text in read(first)["text"]} == {30}
    assert {len(text) for text in read(chinese)["text"]} == {40}
    assert set(read(first)["label"]) == set(scale.LABELS)


@pytest.mark.parametrize(
    "stage", ["reading", "cleaning and audit", "splitting, with near-duplicates", "evaluation with intervals"]
)
def test_a_stage_runs_in_a_process_of_its_own(stage: str, tmp_path: Path) -> None:
    scale.write(file := tmp_path / "rows.csv", 60)
    cost = scale.measured(stage, file)
    assert cost.seconds >= 0 and cost.memory > 10e6


def test_a_baseline_answers_every_row_and_its_memory_is_that_of_the_command(tmp_path: Path) -> None:
    model = save_model(tmp_path / "model", "bert", 2)
    scale.learn(tmp_path, chinese=False, model=str(model))
    scale.write(file := tmp_path / "rows.csv", 60)
    assert scale.measured(scale.PREDICT, file).memory > 10e6
    assert len(read(tmp_path / "rows.answers.csv")) == 60


def test_growth_is_the_exponent_of_the_last_two_sizes_and_bars_are_judged() -> None:
    sizes = (10, 100, 1000)
    linear, square = (
        [scale.Cost(float(size), 10**9) for size in sizes],
        [scale.Cost(size**2 / 9, 4 * 10**9) for size in sizes],
    )
    assert scale.exponent(linear, sizes) == pytest.approx(1)
    assert scale.exponent(square, sizes) == pytest.approx(2)
    text = scale.section({("English", "reading"): linear, ("English", scale.DRY_RUN): square}, sizes, "today")
    assert "| English | reading | 10.0 s, 1.00 GB | 100.0 s, 1.00 GB | 1000.0 s, 1.00 GB | 1.00 | met |" in text
    assert "| 2.00 | **missed** |" in text
    assert "| dry run of 1,000 rows, English, GB ≤ 3.0 | 4.00 | **missed** |" in text
