"""What the peer scripts share: their arguments, their rows, one clock and one form of answer.

A peer is a standalone program run by its own environment's Python. Its clock starts after imports, with
the rows in memory and the pretrained model loaded, and runs over tokenising and training.
"""

import argparse
import json
import resource
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

from sklearn.metrics import accuracy_score, f1_score

BULK_ROWS = 2000
BULK_SECONDS = 1.5
BULK_REPEATS = 3
PROBE_ROWS = 32


TARGETS = ("value", "tags", "answers", "summary", "translation")
Judged = Callable[[Sequence[Any], Sequence[Any]], dict[str, float]]


@dataclass(frozen=True)
class Part:
    """The texts, or (text, text_pair) tuples, and labels, numbers, or lists of tags or answers, of one split."""

    texts: list[Any]
    labels: list[Any]


@dataclass(frozen=True)
class Request:
    """The arguments of a peer script. `epochs` and what follows mean something to some peers only."""

    train: Part
    validation: Part
    test: Part
    model: str
    seed: int
    out: Path
    epochs: float | None
    max_length: int | None
    learning_rate: float | None = None
    pipeline: str | None = None
    bf16: bool = False

    @property
    def labelled(self) -> Part:
        """Training and validation rows: what a tool fits on that has nothing to choose by validation rows."""
        return Part(self.train.texts + self.validation.texts, self.train.labels + self.validation.labels)

    @property
    def names(self) -> list[str]:
        """The labels of the training rows, sorted."""
        return sorted(set(self.train.labels))


@dataclass(frozen=True)
class Trained:
    """What a peer hands back: how it predicts, the seconds it took and the settings it used.

    `embed_seconds` is the part of `train_seconds` spent on encoding the rows, where there is such a part.
    """

    predict: Callable[[Sequence[str]], Sequence[str]]
    train_seconds: float
    settings: dict[str, Any]
    embed_seconds: float | None = None


def request(about: str | None) -> Request:
    """Read the command line and the three files it names."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("train", "validation", "test"):
        help = "JSON lines with text, text_pair (if any) and label"
        parser.add_argument(f"--{name}", type=Path, required=True, help=help)
    parser.add_argument("--model", required=True, help="folder of the pretrained model")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, required=True, help="where the answer is written as JSON")
    parser.add_argument("--epochs", type=float, help="passes over the training rows")
    parser.add_argument("--max-length", type=int, help="tokens per text")
    parser.add_argument("--learning-rate", type=float, help="highest rate")
    parser.add_argument("--bf16", action="store_true", help="the Trainer's flag of that name")
    parser.add_argument("--pipeline", help="TERMS+MACHINE")
    given = parser.parse_args()
    parts = {name: read(getattr(given, name)) for name in ("train", "validation", "test")}
    return Request(
        **parts,
        model=given.model,
        seed=given.seed,
        out=given.out,
        epochs=given.epochs,
        max_length=given.max_length,
        learning_rate=given.learning_rate,
        pipeline=given.pipeline,
        bf16=given.bf16,
    )


def read(path: Path) -> Part:
    """The rows of a JSON lines file."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    texts = [(row["text"], row["text_pair"]) if "text_pair" in row else row["text"] for row in rows]
    target = next((name for name in TARGETS if rows and name in rows[0]), None)
    return Part(texts, [row[target] if target else str(row.get("label")) for row in rows])


def of_labels(true: Sequence[Any], found: Sequence[Any]) -> dict[str, float]:
    """The figures of one label per text."""
    return {"accuracy": accuracy_score(true, found), "macro_f1": f1_score(true, found, average="macro")}


def answer(asked: Request, trained: Trained, packages: Sequence[str], judged: Judged = of_labels) -> None:
    """Judge `trained` on the test rows, time it, and write and print the answer."""
    started = time.perf_counter()
    predicted = list(trained.predict(asked.test.texts))
    predict_seconds = time.perf_counter() - started
    scores = judged(asked.test.labels, predicted)
    found = {
        **scores,
        "tokens_per_second": scores["tokens"] / predict_seconds if "tokens" in scores else None,
        "train_seconds": trained.train_seconds,
        "embed_seconds": trained.embed_seconds,
        "predict_seconds": predict_seconds,
        "texts_per_second": texts_per_second(trained.predict, asked.test.texts),
        "peak_megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "rows": {name: len(getattr(asked, name).texts) for name in ("train", "validation", "test")},
        "settings": trained.settings,
        "versions": {package: version(package) for package in packages},
    }
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    asked.out.write_text(json.dumps(found, indent=2), encoding="utf-8")
    print(json.dumps(found))


def texts_per_second(predict: Callable[[Sequence[str]], Any], texts: Sequence[str]) -> float:
    """Median of three warm passes over as many texts as 1.5 seconds allow, 2,000 at most, tokenising included.

    So transferkit measures its own predictors (`evaluation/cost.py`), except that it warms up with 8 texts and takes
    one pass of those that need more than 1.5 seconds for 32.
    """
    probe = spread(texts, PROBE_ROWS)
    predict(probe)
    each = seconds(predict, probe) / len(probe)
    batch = spread(texts, max(len(probe), min(BULK_ROWS, int(BULK_SECONDS / BULK_REPEATS / each))))
    return len(batch) / median(seconds(predict, batch) for _ in range(BULK_REPEATS))


def spread(texts: Sequence[str], size: int) -> list[str]:
    """`size` texts taken evenly from `texts`, which repeat where there are too few."""
    if size > len(texts):
        return [texts[i % len(texts)] for i in range(size)]
    return [texts[i * len(texts) // size] for i in range(size)]


def seconds(predict: Callable[[Sequence[str]], Any], texts: Sequence[str]) -> float:
    started = time.perf_counter()
    predict(texts)
    return max(time.perf_counter() - started, 1e-9)
