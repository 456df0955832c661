"""What a predictor costs on this machine."""

import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np

from transferkit.encoding.once import tokenised_anew
from transferkit.errors import DataError
from transferkit.evaluation.results import MeasuredCost
from transferkit.predictors import Predictor
from transferkit.progress import progress, silently
from transferkit.table.rows import Rows

WARM_UP_ROWS = 8
PROBE_ROWS = 32
MOST_ROWS = 2000
BULK_SECONDS = 1.5
SINGLE_SECONDS = 0.5
BULK_REPEATS = 3
SINGLE_REPEATS = 20


def measure_cost(
    predictor: Predictor, folder: Path, rows: Rows, *, trained_parameters: int, train_seconds: float, name: str = ""
) -> MeasuredCost:
    """Size of `folder` and the speed of `predictor`, measured in about two seconds, or in the time of 42 texts.

    Texts per second is the median of three warm passes over as many of `rows` as the time allows (repeated
    to 2,000 where there are fewer), of slow ones that of one pass over 32; milliseconds for one text is the median of
    up to 20 calls with one row. Both include tokenisation. `name` is what the progress calls it.
    """
    if not len(rows):
        raise DataError("expected at least one row to measure speed with, found none")
    with progress(f"{name or 'model'}: measuring speed, texts answered") as advance, silently(), tokenised_anew():
        fast = _texts_per_second(predictor, rows, advance)
        one = _milliseconds_one(predictor, rows)
    return MeasuredCost(
        bytes=folder_bytes(folder),
        parameters=predictor.parameters,
        trained_parameters=trained_parameters,
        train_seconds=train_seconds,
        texts_per_second=fast,
        milliseconds_one=one,
    )


def folder_bytes(folder: Path) -> int:
    """Bytes of all files in `folder` and below."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _texts_per_second(predictor: Predictor, rows: Rows, advance: Callable[[int], None]) -> float:
    predictor.predict(_sample(rows, WARM_UP_ROWS))
    advance(WARM_UP_ROWS)
    probe = _sample(rows, PROBE_ROWS)
    seconds_per_row = _seconds(predictor, probe) / len(probe)
    advance(PROBE_ROWS)
    if seconds_per_row * len(probe) > BULK_SECONDS:
        return 1 / seconds_per_row
    affordable = int(BULK_SECONDS / BULK_REPEATS / max(seconds_per_row, 1e-9))
    batch = _sample(rows, max(len(probe), min(MOST_ROWS, affordable)))
    taken: list[float] = []
    started = time.perf_counter()
    while len(taken) < BULK_REPEATS and (not taken or time.perf_counter() - started < BULK_SECONDS):
        taken.append(_seconds(predictor, batch))
    return len(batch) / median(taken)


def _milliseconds_one(predictor: Predictor, rows: Rows) -> float:
    singles = [rows.take([int(i)]) for i in np.linspace(0, len(rows) - 1, SINGLE_REPEATS)]
    predictor.predict(singles[0])
    taken: list[float] = []
    started = time.perf_counter()
    for single in singles:
        taken.append(_seconds(predictor, single))
        if time.perf_counter() - started > SINGLE_SECONDS:
            break
    return 1000 * median(taken)


def _sample(rows: Rows, size: int) -> Rows:
    """`size` rows spread evenly over `rows`, which repeat where there are too few."""
    if size <= len(rows):
        return rows.take(np.linspace(0, len(rows) - 1, size).astype(np.int64))
    return rows.take(np.arange(size) % len(rows))


def _seconds(predictor: Predictor, rows: Rows) -> float:
    started = time.perf_counter()
    predictor.predict(rows)
    return max(time.perf_counter() - started, 1e-9)
