"""The rows every subject gets, written once as JSON lines by this project's own loading, and the model to load.

`python -m benchmarks.prepare trec --seed 0 --to FOLDER` writes train, validation, test and (for some) unlabelled rows.
"""

import argparse
import json
import os
import random
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.subjects import HERE
from transferkit import data, sources, tasks
from transferkit.config import DataConfig
from transferkit.data import preparation
from transferkit.table.rows import Rows

PARTS = ("train", "validation", "test", "unlabelled")
# Where transferkit keeps what it fetched, unless told otherwise.
CACHE = Path("~/.cache/transferkit")
# Data sets that are in no package: SOURCE.train.jsonl.xz and SOURCE.test.jsonl.xz in this folder.
SHARED = Path(os.environ.get("BENCHMARK_DATA") or HERE.parent.parent / "shared" / "data")


@dataclass(frozen=True)
class DataSet:
    """Where rows come from and how they are split.

    `source` is a name of the catalogue, or of files in `SHARED`. `per_class` keeps only so many training rows of
    each label, `most` so many altogether, `tested` so many test rows; `unlabelled` of those left over are kept without
    their targets.
    `model` is a name of the catalogue. With `split_by_seed` every seed has a split of its own, where one has too few
    test rows to tell anything.

    With `per_class` there are no validation rows: they would be labelled rows that a few-shot user does not have.
    """

    source: str
    task: str = "text-classification"
    test_size: float = 0.1
    validation_size: float = 0.1
    per_class: int | None = None
    most: int | None = None
    tested: int | None = None
    unlabelled: int = 0
    model: str = "all-MiniLM-L6-v2"
    split_by_seed: bool = False


WRITER = "SmolLM2-135M-Instruct"
MULTILINGUAL = "multilingual-e5-small"
DATA = {
    "trec": DataSet("trec", test_size=500),
    "trec-8-per-class": DataSet("trec", test_size=500, per_class=8),
    "reuters-r8": DataSet("reuters-r8"),
    "reuters-r52": DataSet("reuters-r52"),
    "sms-spam": DataSet("sms-spam"),
    "bbc-news": DataSet("bbc-news", split_by_seed=True),
    "chinese-reviews": DataSet("zh-reviews", model=MULTILINGUAL),
    "chinese-names": DataSet("zh-names", task="token-classification", model=MULTILINGUAL),
    "snli": DataSet("snli", most=20_000),
    "debtags": DataSet("debtags", task="multi-label-classification"),
    "conll2003": DataSet("conll2003", task="token-classification"),
    "squadshifts": DataSet(
        "squadshifts-wiki", task="question-answering", validation_size=200, most=2_000, unlabelled=4_800
    ),
    "movie-sentiment": DataSet("movie-sentiment", task="text-regression"),
    "synopsis": DataSet(
        "debian-synopsis", "summarization", validation_size=100, most=1_300, unlabelled=2_000, model=WRITER
    ),
    "synopsis-short": DataSet(
        "debian-synopsis", "summarization", validation_size=40, most=160, tested=64, model=WRITER
    ),
    "en-fr": DataSet("debian-en-fr", "translation", validation_size=100, most=3_000, model=WRITER),
}

SPLIT_SEED = 0


def model_folder(name: str) -> Path:
    """The catalogue's model `name` as a folder that every peer can load."""
    return sources.load(name, cache_dir=CACHE).folder


def prepare(name: str, seed: int, folder: Path) -> Path:
    """Write the splits of `name` to `folder`, unless they are there already.

    The split is one and the same for every seed but for `split_by_seed`; `seed` draws the rows of few-shot sets.
    """
    if all((folder / f"{part}.jsonl").exists() for part in PARTS):
        return folder
    chosen = DATA[name]
    sizes = {"test_size": chosen.test_size, "validation_size": chosen.validation_size}
    asked = DataConfig.model_validate({"path": chosen.source} | sizes)
    task = tasks.get(chosen.task)
    splits = preparation.prepare(tables_of(chosen.source), asked, task, seed if chosen.split_by_seed else SPLIT_SEED)
    train, validation = splits.train, splits.validation
    most = min(chosen.most or len(train), len(train))
    rest = train.take(range(most, min(most + chosen.unlabelled, len(train))))
    train = train.take(range(most))
    if chosen.per_class:
        train, validation = few(train, chosen.per_class, seed), validation.take([])
    folder.mkdir(parents=True, exist_ok=True)
    unlabelled = replace(rest, columns={name: rest[name] for name in rest.columns if name != task.target})
    test = splits.test.take(range(min(chosen.tested or len(splits.test), len(splits.test))))
    for part, rows in zip(PARTS, (train, validation, test, unlabelled), strict=True):
        write(rows, folder / f"{part}.jsonl")
    return folder


def tables_of(source: str) -> dict[str, Rows]:
    """The tables of a data set of the catalogue, or of one in `SHARED`."""
    if sources.is_dataset(source):
        return sources.load_tables(source, cache_dir=CACHE)
    return {split: data.read(SHARED / f"{source}.{split}.jsonl.xz") for split in ("train", "test")}


def few(rows: Rows, per_class: int, seed: int) -> Rows:
    """`per_class` rows of every label, drawn at random."""
    drawn = random.Random(seed)
    positions: list[int] = []
    for label in sorted(set(rows["label"])):
        own = [i for i, value in enumerate(rows["label"]) if value == label]
        positions += drawn.sample(own, min(per_class, len(own)))
    drawn.shuffle(positions)
    return rows.take(positions)


def write(rows: Rows, path: Path) -> None:
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=sorted(DATA))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--to", type=Path, required=True)
    given = parser.parse_args()
    if taken := [part for part in PARTS if (given.to / f"{part}.jsonl").exists()]:
        parser.error(f"{given.to} holds {taken[0]}.jsonl already; name another folder")
    print(prepare(given.name, given.seed, given.to))


if __name__ == "__main__":
    main()
