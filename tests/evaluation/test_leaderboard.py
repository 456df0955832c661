"""The table in its three forms."""

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from transferkit.evaluation.leaderboard import render, short, table, write_csv
from transferkit.evaluation.results import RunResult


def printed(result: RunResult, width: int) -> list[str]:
    console = Console(file=io.StringIO(), width=width)
    console.print(render(result, width))
    return console.file.getvalue().splitlines()  # type: ignore[attr-defined]


def test_rows_are_ordered_and_flat(result: RunResult) -> None:
    rows = table(result)
    assert [row["name"] for row in rows] == ["full", "static", "lora", "tf-idf"]
    assert [row["best"] for row in rows] == [True, False, False, False]
    assert not rows[1]["cheapest"] and rows[1]["loss"] == pytest.approx(-0.01)
    assert rows[2]["baseline_words"] == "not significant"
    assert rows[0]["accuracy_low"] < rows[0]["accuracy"] == pytest.approx(0.975)


def test_csv_round_trip(result: RunResult, tmp_path: Path) -> None:
    write_csv(result, tmp_path / "leaderboard.csv")
    with (tmp_path / "leaderboard.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert float(rows[0]["accuracy"]) == pytest.approx(0.975) and rows[0]["accuracy_sd"] == ""


@pytest.mark.parametrize("width", [120, 80])
def test_fits_the_terminal(result: RunResult, width: int) -> None:
    lines = printed(result, width)
    text = "\n".join(lines)
    assert max(len(line.rstrip()) for line in lines) <= width
    assert "0.975 [.9" in text and "+0.013 not sig." in text and "the baseline" in text
    assert "full is best" in text and "…" not in text


def test_wide_terminal_has_every_column_and_narrow_the_needed_ones(result: RunResult) -> None:
    wide, narrow = "\n".join(printed(result, 120)), "\n".join(printed(result, 80))
    for word in ("ECE", "log", "F1", "trained", "train"):
        assert word in wide
    assert "texts" in narrow and "loss" not in narrow.split("full is best")[0]


def test_seeds_show_their_spread(result: RunResult) -> None:
    routes = tuple(replace(route, seed_values=(0.9, 0.92, 0.94)) for route in result.routes)
    assert "0.920 ± 0.020" in "\n".join(printed(replace(result, routes=routes), 120))


def test_markup_in_names_is_printed_as_it_is(result: RunResult) -> None:
    routes = tuple(replace(route, name=f"[red]{route.name}") for route in result.routes)
    assert "[red]full" in "\n".join(printed(replace(result, routes=routes), 120))


def test_short_numbers() -> None:
    values = [0.42, 8.14, 512.3, 9999, 25_400, 384, 22_713_216, 135_000_000, 0, 99_960]
    assert [short(value) for value in values] == [
        "0.42",
        "8.1",
        "512",
        "9999",
        "25.4k",
        "384",
        "22.7M",
        "135M",
        "0",
        "100k",
    ]
