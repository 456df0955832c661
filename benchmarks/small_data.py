"""Few labelled rows: how often the recommended route is the right one, and whether the quoted interval holds the truth.

TREC's training rows are cut to 60, 120 and 300, twenty draws each. `transferkit fit` gets these rows and nothing else
and chooses by itself: which routes, how many parts of cross-validation, which route to recommend. What the models are
worth is then measured on 2,000 rows that were not drawn. `python -m benchmarks.small_data` (or `make bench-small-data`)
goes on where it was stopped; what it finds is printed and kept in `benchmarks/RESULTS.md`.
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import partial
from math import isclose
from pathlib import Path
from statistics import mean
from typing import Any

import torch

from benchmarks import kept
from benchmarks.kept import machine
from benchmarks.prepare import DATA, SPLIT_SEED, model_folder, tables_of, write
from benchmarks.subjects import HERE, environment
from benchmarks.summary import line, store
from transferkit import load
from transferkit.config import AUTO_FOLDS
from transferkit.evaluation.dependence import Dependence
from transferkit.evaluation.shares import wilson
from transferkit.table.rows import Rows

SIZES = (60, 120, 300)
DRAWS = 20
JUDGED = 2_000
POINT = 0.01
RECOMMENDED = "the recommended one"


@dataclass(frozen=True)
class Draw:
    """One cut of the rows, by its number of rows and its number."""

    rows: int
    number: int

    def path(self, found_in: Path) -> Path:
        """Where what it found is kept."""
        return found_in / f"{self.rows}.{self.number}.json"

    def parts(self, pool: Rows) -> tuple[Rows, Rows]:
        """The labelled rows, and those that the models are judged on: no text of the former is among them."""
        drawn = random.Random(f"{SPLIT_SEED} {self.rows} {self.number}").sample(range(len(pool)), len(pool))
        labelled = pool.take(drawn[: self.rows])
        known = set(labelled["text"])
        others = [i for i in drawn[self.rows :] if pool["text"][i] not in known]
        return labelled, pool.take(others[:JUDGED])


def measure(draw: Draw, pool: Rows, model: Path, out: Path, found_in: Path) -> dict[str, Any]:
    """What `transferkit fit` recommends and quotes for `draw`, and what every route is worth on other rows."""
    path = draw.path(found_in)
    if path.exists():
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return found
    work = out / "work" / path.stem
    work.mkdir(parents=True, exist_ok=True)
    labelled, others = draw.parts(pool)
    write(labelled, work / "rows.jsonl")
    command = [sys.executable, "-m", "transferkit", "fit", str(work / "rows.jsonl"), "--model", str(model)]
    command += ["--seed", str(draw.number), "--output-dir", str(work / "run"), "--cache-dir", str(out / "cache")]
    with (work / "log").open("w", encoding="utf-8") as log:
        alone = environment() | {"OMP_NUM_THREADS": "1"}
        subprocess.run([*command, "--offline", "--resume"], env=alone, stdout=log, stderr=log, check=True)
    run = json.loads((work / "run" / "run.json").read_text(encoding="utf-8"))
    worth = {route["name"]: accuracy(work / "run" / route["artifact"], others) for route in run["routes"]}
    effect = run["choice"]["effect"]
    found = {"best": run["best"], "quoted": run["quoted"], "effect": effect, "worth": worth, "where": machine()}
    kept.write(found, path)
    shutil.rmtree(work)
    print(f"{draw.rows} rows, draw {draw.number}: {run['best']} quoted {run['quoted']}, worth {worth}", flush=True)
    return found


def accuracy(artifact: Path, rows: Rows) -> float:
    answers = load(artifact).predict(rows["text"])
    return sum(answer == label for answer, label in zip(answers, rows["label"], strict=True)) / len(rows)


def with_recommended(found: dict[str, Any]) -> dict[str, float]:
    """The worth of every route, and of the recommended one under a name of its own."""
    worth: dict[str, float] = found["worth"]
    return {**worth, RECOMMENDED: worth[found["best"]]}


def section(measured: dict[Draw, dict[str, Any]], invocation: str) -> str:
    """The findings as Markdown."""
    lines = [f"## small-data ({invocation})", ""]
    where = dict.fromkeys(found["where"] for found in measured.values())
    share = f"{len(measured)} of {DRAWS * len(SIZES)} draws"
    lines += [f"TREC cut to few rows, {share}, judged on {JUDGED:,} others. {' '.join(where)}", ""]
    header = ("rows", "route", "draws", "accuracy", "within 1 point of the best", "quoted interval holds the truth")
    lines += [line(header), line(["---"] * len(header))]
    for size in SIZES:
        lines += of_size(str(size), [found for draw, found in measured.items() if draw.rows == size])
    lines += of_size("all", list(measured.values()))
    before = [draw for draw, found in measured.items() if "effect" not in found]
    if before:
        plain = sum(_holds(measured[draw]["quoted"], measured[draw]) for draw in before)
        lines += [
            "",
            f"{len(before)} draws are of versions that took answers out of fold for independent: {plain} of these",
        ]
        lines += ["intervals held the truth. The table has them as the same answers are quoted now (`requoted`)."]
    return "\n".join([*lines, "", "`make bench-small-data`", ""])


def of_size(size: str, found: list[dict[str, Any]]) -> list[str]:
    """A line for every route that was tried with so many rows."""
    if not found:
        return []
    worths = [with_recommended(each) for each in found]
    lines = []
    for route in dict.fromkeys(name for worth in worths for name in (RECOMMENDED, *worth)):
        own = [worth[route] for worth in worths if route in worth]
        near = sum(route in worth and worth[route] >= max(worth.values()) - POINT for worth in worths)
        cells = [size, route, str(len(own)), f"{mean(own):.3f}", f"{near} of {len(found)}"]
        lines.append(line([*cells, held(found) if route == RECOMMENDED else ""]))
    return lines


def held(found: list[dict[str, Any]]) -> str:
    inside = [_holds(each["quoted"] if "effect" in each else requoted(each["quoted"]), each) for each in found]
    return f"{sum(inside)} of {len(inside)} ({mean(inside):.1%})"


def _holds(quoted: dict[str, float], found: dict[str, Any]) -> bool:
    return bool(quoted["low"] <= found["worth"][found["best"]] <= quoted["high"])


def requoted(quoted: dict[str, float]) -> dict[str, float]:
    """`quoted`, which took its rows for independent, as they count now.

    It has Wilson's interval of so many right of so many rows, of which one end is moved along with the value
    (`evaluation.choosing.quoted`): a single pair of numbers gives both ends.
    """
    value, found = quoted["value"], []
    for rows in range(1, max(SIZES) + 1):
        for right in range(rows + 1):
            low, high = _moved(value, right / rows, rows)
            if isclose(low, quoted["low"], abs_tol=1e-9) and isclose(high, quoted["high"], abs_tol=1e-9):
                found.append((right / rows, rows))
    ((share, rows),) = found
    low, high = _moved(value, share, rows / Dependence(AUTO_FOLDS).effect)
    return {"value": value, "low": low, "high": high}


def _moved(value: float, share: float, rows: float) -> tuple[float, float]:
    low, high = wilson(share, rows)
    return max(0.0, low + min(value - share, 0.0)), min(1.0, high + max(value - share, 0.0))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--id", default=date.today().isoformat(), help="what to resume under; default: today")
    parser.add_argument(
        "--jobs", type=int, default=max(1, (os.cpu_count() or 1)), help="draws at a time; 0: those that are there"
    )
    given = parser.parse_args()
    torch.set_num_threads(1)
    pool, model = tables_of(DATA["trec"].source)["train"], model_folder(DATA["trec"].model)
    out, found_in = HERE / "out" / given.id / "small-data", HERE / "measured" / given.id / "small-data"
    draws = [Draw(size, number) for number in range(DRAWS) for size in SIZES]
    if not given.jobs:
        draws = [draw for draw in draws if draw.path(found_in).exists()]
    one = partial(measure, pool=pool, model=model, out=out, found_in=found_in)
    with ThreadPoolExecutor(given.jobs or 1) as threads:
        measured = dict(zip(draws, threads.map(one, draws), strict=True))
    text = section(measured, given.id)
    print(f"\n{text}")
    store(text, HERE / "RESULTS.md")


if __name__ == "__main__":
    main()
