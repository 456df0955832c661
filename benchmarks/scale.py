"""How the cost of a run grows with its rows: processor seconds and peak memory of every stage but training.

`python -m benchmarks.scale` (or `make bench TABLE=scale`) writes tables of 10,000, 100,000 and 1,000,000 rows of 30
words, and of Chinese reviews of 40 signs, into a temporary folder. Every stage runs in a process of its own, whose peak
memory is told; its seconds are without those that it takes to get there (a stage that splits has read before). The
exponent is that of the seconds over the last two sizes: 1 is proportional to the rows, and n log n is about 1.1. What
it finds is printed and kept in `benchmarks/RESULTS.md`.
"""

import argparse
import json
import math
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.kept import machine
from benchmarks.prepare import CACHE, model_folder
from benchmarks.subjects import HERE, environment
from benchmarks.summary import line, store

SIZES = (10_000, 100_000, 1_000_000)
LABELS = ("alpha", "beta", "gamma", "delta", "epsilon")
VOCABULARY, WORDS, SIGNS = 30_000, 30, 40
MODEL = "all-MiniLM-L6-v2"
LEARNED_ROWS = 2_000
MOST_EXPONENT = 1.15
DRY_RUN, MOST_SECONDS, MOST_GB = "dry run", 120, 3.0
PREDICT = "predict"


class Cost(NamedTuple):
    """Processor seconds of a stage, and the peak memory of its process in bytes."""

    seconds: float
    memory: int


Found = dict[tuple[str, str], list[Cost]]
"""What every stage took on the rows of a kind, size by size."""


def write(path: Path, rows: int, chinese: bool = False) -> None:
    """A table of texts with the frequencies of words in languages (Zipf's), of which one word goes with the label."""
    draw = random.Random(0)
    if chinese:
        words, blank, length = [chr(0x4E00 + i) for i in range(VOCABULARY // 10)], "", SIGNS
    else:
        letters = "abcdefghijklmnopqrstuvwxyz"
        words = ["".join(draw.choices(letters, k=draw.randint(2, 9))) for _ in range(VOCABULARY)]
        blank, length = " ", WORDS
    weights = list(accumulate(1 / (rank + 3) for rank in range(len(words))))
    with path.open("w", encoding="utf-8") as file:
        file.write("text,label\n")
        for _ in range(rows):
            label = draw.randrange(len(LABELS))
            drawn = draw.choices(words, cum_weights=weights, k=length - 1)
            drawn.append(words[100 + 7 * label + draw.randrange(7)])
            file.write(f"{blank.join(drawn)},{LABELS[label]}\n")


def clocked(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def reading(file: str) -> float:
    from transferkit.reading import files

    return clocked(lambda: files.read_splits(file))


def auditing(file: str) -> float:
    """Columns found, rows cleaned, and everything that `look` says of them."""
    from transferkit import data, tasks
    from transferkit.config import DataConfig

    tables = data.read_splits(file)
    return clocked(lambda: data.look(tables, DataConfig(path=file), tasks.get("text-classification"), 0))


def splitting(file: str) -> float:
    """Cleaned, audited, and made disjoint, also of rows that are nearly the same."""
    from transferkit import data, tasks
    from transferkit.config import DataConfig

    tables = data.read_splits(file)
    return clocked(lambda: data.prepare(tables, DataConfig(path=file), tasks.get("text-classification"), 0))


def tokenising(file: str) -> float:
    from transferkit import data, sources
    from transferkit.encoding.encoded import encode
    from transferkit.table.rows import from_texts

    backbone = sources.load(MODEL, cache_dir=CACHE)
    rows = from_texts(data.read(file)["text"])
    tokenizer = backbone.tokenizer()
    return clocked(lambda: encode(rows, tokenizer, 128, backbone.prompt))


def dry_run(file: str) -> float:
    """The whole command, with the start of Python and torch."""
    return command("fit", file, "--model", MODEL, "--dry-run", "--quiet")


def predicting(file: str) -> float:
    """The answers of a baseline, from file to file."""
    answers = Path(file).with_suffix(".answers.csv")
    return command("predict", str(Path(file).parent / "run"), file, "--output", str(answers), "--overwrite", "--quiet")


def evaluating(file: str) -> float:
    """Every metric with its interval, of answers that are given."""
    from dataclasses import replace

    from transferkit import tasks
    from transferkit.evaluation.scores import score

    with Path(file).open(encoding="utf-8") as lines:
        next(lines)
        truth = np.array([LABELS.index(row.rpartition(",")[2].strip()) for row in lines])
    outputs = np.random.default_rng(0).random((len(truth), len(LABELS))) + np.eye(len(LABELS))[truth] / 2
    outputs /= outputs.sum(axis=1, keepdims=True)
    task = replace(tasks.get("text-classification"), labels=LABELS)
    return clocked(lambda: score(task, outputs, truth))


STAGES: Mapping[str, Callable[[str], float]] = {
    "reading": reading,
    "cleaning and audit": auditing,
    "splitting, with near-duplicates": splitting,
    "tokenising": tokenising,
    DRY_RUN: dry_run,
    PREDICT: predicting,
    "evaluation with intervals": evaluating,
}


def command(*words: str) -> float:
    """Processor seconds of a command of `transferkit`, from start to end."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run = [sys.executable, "-m", "transferkit", *words]
    subprocess.run(run, env=surroundings(), check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def surroundings() -> dict[str, str]:
    """An environment in which this checkout is measured, on one core."""
    return environment() | {"PYTHONPATH": str(HERE.parent / "src"), "OMP_NUM_THREADS": "1"}


def measured(stage: str, file: Path) -> Cost:
    """A stage in a process of its own."""
    words = [sys.executable, "-m", "benchmarks.scale", "--stage", stage, str(file)]
    done = subprocess.run(words, env=surroundings(), cwd=HERE.parent, check=True, capture_output=True, text=True)
    return Cost(*json.loads(done.stdout.splitlines()[-1]))


def of_stage(stage: str, file: str) -> Cost:
    """A stage in this process; the memory is that of this one or of the command that it started, the larger."""
    seconds = STAGES[stage](file)
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    unit = 1 if sys.platform == "darwin" else 1024
    return Cost(seconds, unit * max(resource.getrusage(each).ru_maxrss for each in who))


def exponent(costs: Sequence[Cost], sizes: Sequence[int]) -> float:
    """That of the rows to which the seconds grow, from the last size but one to the last."""
    (before, _), (after, _) = costs[-2:]
    return math.log(after / before) / math.log(sizes[-1] / sizes[-2])


def told(cost: Cost) -> str:
    return f"{cost.seconds:.1f} s, {cost.memory / 1e9:.2f} GB"


def section(found: Found, sizes: Sequence[int], invocation: str) -> str:
    """The findings as Markdown."""
    lines = [f"## scale ({invocation})", "", f"Processor seconds and peak memory. {machine()}", ""]
    header = ("rows", "stage", *(f"{size:,}" for size in sizes), "exponent", f"≤ {MOST_EXPONENT}")
    lines += [line(header), line(["---"] * len(header))]
    for (kind, stage), costs in found.items():
        grown = exponent(costs, sizes)
        judged = "met" if grown <= MOST_EXPONENT else "**missed**"
        lines.append(line([kind, stage, *map(told, costs), f"{grown:.2f}", judged]))
    lines += ["", line(("bar", "measured", "")), line(["---"] * 3)]
    for kind in dict.fromkeys(kind for kind, stage in found if stage == DRY_RUN):
        lines += bars(kind, found[kind, DRY_RUN][-1], found.get((kind, PREDICT), ()), sizes)
    return "\n".join([*lines, "", "`make bench TABLE=scale`", ""])


def bars(kind: str, dry: Cost, answering: Sequence[Cost], sizes: Sequence[int]) -> list[str]:
    what = f"{DRY_RUN} of {sizes[-1]:,} rows, {kind}"
    found = [
        (f"{what}, seconds ≤ {MOST_SECONDS}", f"{dry.seconds:.0f}", dry.seconds <= MOST_SECONDS),
        (f"{what}, GB ≤ {MOST_GB}", f"{dry.memory / 1e9:.2f}", dry.memory <= MOST_GB * 1e9),
    ]
    if answering:
        grown = answering[-1].memory / answering[-2].memory
        ratio = f"memory of {PREDICT}, {sizes[-1]:,} rows / {sizes[-2]:,}, {kind} ≤ 1.1"
        found.append((ratio, f"{grown:.2f}", grown <= 1.1))
    return [line([bar, value, "met" if met else "**missed**"]) for bar, value, met in found]


def learn(folder: Path, chinese: bool, model: str = MODEL) -> None:
    """A baseline in the folder `run`, for `predict`; a run wants a `model`, which is not read."""
    path = folder / "learned.csv"
    write(path, LEARNED_ROWS, chinese)
    command("fit", str(path), "--routes", "baseline", "--model", model, "--output-dir", str(folder / "run"), "--quiet")


def all_measured(kinds: Sequence[str], sizes: Sequence[int], stages: Sequence[str]) -> Found:
    found: Found = {}
    model_folder(MODEL)  # commands fetch nothing
    for kind in kinds:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            if PREDICT in stages:
                learn(folder, kind == "Chinese")
            for size in sizes:
                file = folder / f"{size}.csv"
                write(file, size, kind == "Chinese")
                for stage in stages:
                    cost = measured(stage, file)
                    found.setdefault((kind, stage), []).append(cost)
                    print(f"{kind}, {size:,} rows, {stage}: {told(cost)}", flush=True)
                file.unlink()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--id", default=date.today().isoformat(), help="what it is called; default: today")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="rows; default: %(default)s")
    parser.add_argument("--stage", nargs=2, metavar=("STAGE", "FILE"), help="one stage, in this process")
    given = parser.parse_args()
    if given.stage:
        print(json.dumps(of_stage(*given.stage)))
        return
    found = all_measured(("English", "Chinese"), given.sizes, [*STAGES])
    text = section(found, given.sizes, given.id)
    print(f"\n{text}")
    store(text, HERE / "RESULTS.md")


if __name__ == "__main__":
    main()
