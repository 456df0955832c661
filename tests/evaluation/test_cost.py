"""Costs of a predictor whose speed is known."""

import time
from pathlib import Path

import numpy as np
import pytest

from transferkit.data.rows import Rows, from_texts
from transferkit.errors import DataError
from transferkit.evaluation.cost import measure_cost
from transferkit.predictors import Predictions


class Sleeper:
    """Takes `each` seconds a text."""

    labels = ("a", "b")
    parameters = 42

    def __init__(self, each: float) -> None:
        self.each = each
        self.asked: list[int] = []

    def predict(self, rows: Rows) -> Predictions:
        self.asked.append(len(rows))
        time.sleep(self.each * len(rows))
        return Predictions(np.full((len(rows), 2), 0.5, dtype=np.float32))

    def save(self, folder: Path) -> None:
        raise NotImplementedError


def test_speed_size_and_facts(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "weights").write_bytes(b"x" * 1000)
    (tmp_path / "facts.json").write_bytes(b"x" * 24)
    rows = from_texts([f"text {i}" for i in range(10)])
    cost = measure_cost(Sleeper(0.0005), tmp_path, rows, trained_parameters=7, train_seconds=1.5)
    assert (cost.bytes, cost.parameters, cost.trained_parameters, cost.train_seconds) == (1024, 42, 7, 1.5)
    assert 1000 < cost.texts_per_second <= 2000
    assert 0.5 <= cost.milliseconds_one < 5


def test_slow_predictors_are_measured_in_bounded_time(tmp_path: Path) -> None:
    started = time.perf_counter()
    cost = measure_cost(Sleeper(0.02), tmp_path, from_texts(["x"] * 500), trained_parameters=0, train_seconds=0)
    assert time.perf_counter() - started < 6
    assert 30 < cost.texts_per_second <= 50


def test_what_takes_seconds_is_asked_once(tmp_path: Path) -> None:
    slow = Sleeper(0.06)
    cost = measure_cost(slow, tmp_path, from_texts(["x"] * 50), trained_parameters=0, train_seconds=0)
    assert slow.asked[:2] == [8, 32] and set(slow.asked[2:]) == {1}
    assert cost.texts_per_second <= 17


def test_no_rows_no_speed(tmp_path: Path) -> None:
    with pytest.raises(DataError):
        measure_cost(Sleeper(0), tmp_path, from_texts([]), trained_parameters=0, train_seconds=0)
