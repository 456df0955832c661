"""Whether two versions of transferkit give the same results, bit for bit: `python -m benchmarks.unchanged OLD NEW`.

OLD and NEW are checkouts. Every task is learned by every route on tiny random models of two families, and TREC cut to
600 rows with all-MiniLM-L6-v2; then scores, settings, predictions and saved weights are compared, one run of each
version after the other, in a temporary folder. Seconds are not compared, nor is what hangs on them.
"""

import argparse
import csv
import hashlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from benchmarks.prepare import model_folder, tables_of, write
from benchmarks.subjects import HERE, environment
from transferkit import options, tasks

sys.path.append(str(HERE.parent / "tests"))
from tiny_models import rows_for, save_model

FAMILIES = ("bert", "llama")
ROUTES = tuple(name for name in options.names() if name != "baseline")
QUICK = {"pretrained.model": "SMALL", "static.width": "16", "static.hidden": "16"}
TREC_ROWS = 600
TREC_ROUTES = ("feature_transfer", "full", "lora", "top_layers", "fewer_layers", "static", "contrastive")
_DECIDING = ("scores", "settings", "method", "seed_values", "against_baseline", "against_best")


@dataclass(frozen=True)
class Run:
    """Routes for one task on the rows in `data`, from the model in `model`."""

    name: str
    task: str
    data: Path
    model: Path
    routes: tuple[str, ...]
    settings: Mapping[str, str] = field(default_factory=dict)

    def command(self, out: Path) -> list[str]:
        words = [sys.executable, "-m", "transferkit", "fit", str(self.data), "--task", self.task]
        words += ["--model", str(self.model), "--routes", ",".join(self.routes), "--folds", "0", "--offline"]
        words += ["--output-dir", str(out / "run"), "--cache-dir", str(out / "cache")]
        return words + [word for name, value in self.settings.items() for word in ("--set", f"{name}={value}")]


def runs(folder: Path) -> Iterator[Run]:
    for family in FAMILIES:
        model = save_model(folder / family, family, left=family == "llama")
        small = save_model(folder / f"small-{family}", family, left=family == "llama", layers=2, seed=1)
        for task in tasks.names():
            if tasks.get(task).shape.form.WRITTEN and family != "llama":
                continue  # an encoder writes nothing
            data = folder / f"{task}.jsonl"
            rows = rows_for(task)
            second = {"text_pair": rows["text"]} if len(tasks.get(task).inputs) > 1 else {}
            write(replace(rows, columns={**second, **rows.columns}), data)
            own = {name: str(small) if value == "SMALL" else value for name, value in QUICK.items()}
            own |= {f"{name}.epochs": "1" for name in ROUTES if "epochs" in options.get(name).Options.model_fields}
            yield Run(f"{task}, {family}", task, data, model, ROUTES, own)
    trec = folder / "trec.jsonl"
    write(tables_of("trec")["train"].take(range(TREC_ROWS)), trec)
    once = {"full.epochs": "1", "lora.epochs": "1", "top_layers.epochs": "1", "fewer_layers.epochs": "1"}
    yield Run("trec, MiniLM", "text-classification", trec, model_folder("all-MiniLM-L6-v2"), TREC_ROUTES, once)


def found(run: Run, tree: Path, out: Path) -> dict[str, str]:
    """What `tree` makes of `run`: what is to be the same -> its text, or the sum of its bytes."""
    out.mkdir(parents=True)
    with (out / "log").open("w", encoding="utf-8") as log:
        own = environment() | {"PYTHONPATH": str(tree / "src"), "HOME": str(out)}
        ended = subprocess.run(run.command(out), env=own, stdout=log, stderr=log, check=False)
    told = (out / "log").read_text(encoding="utf-8").strip().splitlines()
    if ended.returncode:
        return {"exit code": str(ended.returncode), "last words": (told or [""])[-1]}
    record = json.loads((out / "run" / "run.json").read_text(encoding="utf-8"))
    del record["choice"]["cheapest"]  # which hangs on how fast routes were
    results = {name: _text(record[name]) for name in ("best", "choice", "quoted", "skipped")}
    for route in record["routes"]:
        results |= {f"{route['name']}: {part}": _text(route[part]) for part in _DECIDING}
    files = (out / "run").rglob("*.safetensors")
    sums = {str(file.relative_to(out / "run")): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}
    return results | sums | _predictions(out / "run" / "predictions.csv", [route["name"] for route in record["routes"]])


def _predictions(path: Path, routes: Sequence[str]) -> dict[str, str]:
    """Every column up to the last of the routes': the user's other columns, which stand behind them, are new."""
    with path.open(encoding="utf-8", newline="") as file:
        lines = list(csv.reader(file))
    ends = max(lines[0].index(name) for own in routes for name in (own, f"{own}_probability") if name in lines[0])
    return {name: _text([line[i] for line in lines[1:]]) for i, name in enumerate(lines[0][: ends + 1])}


def _text(value: Any) -> str:
    """`value` as JSON, without the seconds in it."""
    if isinstance(value, dict):
        value = {name: each for name, each in value.items() if not name.endswith("_seconds")}
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def differing(old: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
    """The names of what is not the same."""
    return [name for name in sorted(old.keys() | new.keys()) if old.get(name) != new.get(name)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("old", type=Path, help="checkout of the version before")
    parser.add_argument("new", type=Path, help="checkout of the version after")
    given = parser.parse_args()
    odd = compared = 0
    with tempfile.TemporaryDirectory() as folder:
        for number, run in enumerate(runs(Path(folder))):
            trees = {"old": given.old.resolve(), "new": given.new.resolve()}
            old, new = (found(run, tree, Path(folder) / "out" / f"{number}.{name}") for name, tree in trees.items())
            differ = differing(old, new)
            odd += bool(differ)
            same = f"both refuse it: {new['last words']}" if "exit code" in new else f"all {len(new)} the same"
            compared += "exit code" not in new
            print(f"{run.name}: {', '.join(differ) or same}", flush=True)
    print(f"{compared} runs were compared, {odd} differ")
    if odd or not compared:
        sys.exit(1)


if __name__ == "__main__":
    main()
