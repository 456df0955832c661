"""What comes before training: `transferkit look` on files of 100 MB, and the share of loading that is checking.

`python -m benchmarks.reading` (or `make bench-reading`) writes the files into a temporary folder, takes the processor
seconds of a process each, loads all-MiniLM-L6-v2 twenty times with a clock on every check, prints what it finds and
keeps it in `benchmarks/RESULTS.md`.
"""

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import islice, product
from pathlib import Path
from statistics import median
from typing import Any
from unittest.mock import patch

import pandas as pd

from benchmarks.kept import machine
from benchmarks.prepare import DATA, model_folder, tables_of
from benchmarks.subjects import HERE, environment
from benchmarks.summary import line, store
from transferkit.sources import doubles, leftovers, load_model, unembedded, wholeness, wrapping

SIZE = 100_000_000
LANGUAGES = {"English": "trec", "Chinese": "chinese-reviews"}
LABELS = ("sport", "trade", "music", "health")
WORDS_OF_A_ROW = 50
LOADINGS = 20
MOST_SECONDS, MOST_SHARE = 5.0, 0.02


@dataclass(frozen=True)
class Row:
    words: list[str]
    text: str
    label: str


def rows(words: list[str], blank: str) -> Iterator[Row]:
    """Texts that are not alike, without end, each with a label."""
    draw = random.Random(0)
    while True:
        drawn = draw.choices(words, k=WORDS_OF_A_ROW)
        yield Row(drawn, blank.join(drawn), draw.choice(LABELS))


def delimited(separator: str) -> Callable[[Row], str]:
    def line_of(row: Row) -> str:
        text = row.text.replace('"', '""')
        return f'"{text}"{separator}{row.label}\n'

    return line_of


def as_object(row: Row) -> str:
    return json.dumps({"text": row.text, "label": row.label}, ensure_ascii=False) + "\n"


def as_columns(row: Row) -> str:
    """A word and its tag per line."""
    tags = [f"B-{row.label.upper()}", *["O"] * (len(row.words) - 1)]
    return "".join(f"{word} {tag}\n" for word, tag in zip(row.words, tags, strict=True)) + "\n"


CLASSES, TAGS = "text-classification", "token-classification"
FILES: dict[str, tuple[str, str, Callable[[Row], str]]] = {
    "rows.csv": (CLASSES, "text,label\n", delimited(",")),
    "rows.tsv": (CLASSES, "text\tlabel\n", delimited("\t")),
    "rows.jsonl": (CLASSES, "", as_object),
    "rows.json": (CLASSES, "[", lambda row: as_object(row) + ","),
    "rows.conll": (TAGS, "", as_columns),
}


def write(path: Path, made: Iterator[Row]) -> None:
    """A file of `SIZE` bytes in the form that its name asks for; Parquet holds as many rows as the CSV."""
    if path.suffix == ".parquet":
        frame = pd.DataFrame([(row.text, row.label) for row in islice(made, SIZE // 300)], columns=["text", "label"])
        frame.to_parquet(path)
        return
    _, header, form = FILES[path.name]
    with path.open("w", encoding="utf-8") as file:
        file.write(header)
        while file.tell() < SIZE:
            file.write("".join(map(form, islice(made, 1_000))))
        if path.suffix == ".json":
            file.seek(file.tell() - 1)
            file.write("]")


def seconds_to_look(path: Path, task: str, cache: Path) -> float:
    """Processor seconds of `transferkit look`, from start to end."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "transferkit", "look", str(path), "--task", task]
    subprocess.run(command, env=environment() | {"HOME": str(cache)}, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


@contextmanager
def clocked(spent: list[float]) -> Iterator[None]:
    """Within, the seconds of every check of a loaded model go into `spent`."""

    def timed(check: Callable[..., Any]) -> Callable[..., Any]:
        def run(*given: Any) -> Any:
            began = time.perf_counter()
            try:
                return check(*given)
            finally:
                spent.append(time.perf_counter() - began)

        return run

    modules = (wholeness, doubles, leftovers, unembedded)
    checks = [(m, name) for m in modules for name in vars(m) if name.startswith(("require", "taken_out"))]
    checks += [(wrapping, "prefixes"), (load_model, "_rows")]
    patches = [patch.object(module, name, timed(getattr(module, name))) for module, name in checks]
    for each in patches:
        each.start()
    try:
        yield
    finally:
        for each in patches:
            each.stop()


def shares_of_checks(folder: Path) -> list[float]:
    """What checking adds to loading tokenizer and encoder, time after time: only the first time are weights searched
    for NaN, and only then are transformers' own modules imported."""
    shares = []
    for _ in range(LOADINGS):
        spent: list[float] = []
        with clocked(spent):
            began = time.perf_counter()
            load_model.tokenizer(folder, False, trust_remote_code=False)
            load_model.encoder(folder, trust_remote_code=False)
            whole = time.perf_counter() - began
        shares.append(sum(spent) / (whole - sum(spent)))
    return shares


def judged(what: str, found: float, most: float, form: str) -> str:
    return line([what, format(found, form), format(most, form), "met" if found <= most else "**missed**"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--id", default=date.today().isoformat(), help="the section's name; default: today")
    given = parser.parse_args()
    texts = {language: tables_of(DATA[name].source)["train"]["text"] for language, name in LANGUAGES.items()}
    out = [f"## reading ({given.id})", "", f"Before anything is trained. {machine()}", ""]
    out += [line(("what", "measured", "at most", "")), line(["---"] * 4)]
    with tempfile.TemporaryDirectory() as folder:
        kinds = {name: task for name, (task, *_) in FILES.items()} | {"rows.parquet": CLASSES}
        for language, name in product(LANGUAGES, kinds):
            path, task = Path(folder) / name, kinds[name]
            blank = " " if language == "English" else ""
            words = [word for text in texts[language] for word in (text.split() if blank else "".join(text.split()))]
            write(path, rows(words, blank))
            found = seconds_to_look(path, task, Path(folder))
            size = path.stat().st_size / 1e6
            what = f"`look` on {size:.0f} MB of {language} in {path.suffix}, processor seconds"
            out.append(judged(what, found, MOST_SECONDS, ".1f"))
            print(out[-1], flush=True)
            path.unlink()
    first, *later = shares_of_checks(model_folder("all-MiniLM-L6-v2"))
    out.append(judged("checks of a model, as a share of the first loading in a process", first, MOST_SHARE, ".2%"))
    out.append(judged("the same, later loadings, median", median(later), MOST_SHARE, ".2%"))
    text = "\n".join([*out, "", "`make bench-reading`", ""])
    print(f"\n{text}")
    store(text, HERE / "RESULTS.md")


if __name__ == "__main__":
    main()
