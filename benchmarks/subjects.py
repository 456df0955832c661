"""What is measured: a peer's script or one `transferkit fit`, each as one subprocess that answers in JSON."""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PEERS_PYTHON = HERE / ".venv-peers" / "bin" / "python"

# The figures of one row of a table, and the rows that one subprocess gives, by name.
Figures = dict[str, float]
Measured = dict[str, Figures]


class SubjectError(Exception):
    """A subprocess ended with an error; the message is the end of what it printed."""


@dataclass(frozen=True)
class Case:
    """The rows and the pretrained model that every subject of a table gets."""

    folder: Path
    model: Path
    seed: int
    task: str = "text-classification"

    def file(self, split: str) -> str:
        return str(self.folder / f"{split}.jsonl")


@dataclass(frozen=True)
class Peer:
    """A script in `peers/`. `own_environment` where its pins conflict with the project's."""

    name: str
    script: str
    options: tuple[str, ...] = ()
    own_environment: bool = False

    def command(self, case: Case, work: Path) -> list[str]:
        python = str(PEERS_PYTHON) if self.own_environment else sys.executable
        files = [word for split in ("train", "validation", "test") for word in (f"--{split}", case.file(split))]
        rest = ["--model", str(case.model), "--seed", str(case.seed), "--out", str(work / "answer.json")]
        return [python, str(HERE / "peers" / self.script), *files, *rest, *self.options]

    def read(self, work: Path) -> Measured:
        found = json.loads((work / "answer.json").read_text(encoding="utf-8"))
        return {self.name: numbers(found["settings"]) | numbers(found)}


@dataclass(frozen=True)
class Ours:
    """One `transferkit fit`; each of its routes becomes the row `NAME/ROUTE`, the whole of it the row `NAME`.

    The features and activations cache starts empty, the pretrained model is already on disk.
    """

    name: str
    routes: tuple[str, ...]
    settings: tuple[str, ...] = ()
    unlabelled: bool = False
    max_length: int | None = None
    precision: str | None = None

    def command(self, case: Case, work: Path) -> list[str]:
        words = [sys.executable, "-m", "transferkit", "fit", case.file("train"), "--test", case.file("test")]
        if Path(case.file("validation")).stat().st_size:
            words += ["--validation", case.file("validation")]
        else:
            words += ["--validation-size", "0"]
        if self.unlabelled:
            words += ["--unlabelled", case.file("unlabelled")]
        words += ["--task", case.task, "--model", str(case.model), "--seed", str(case.seed)]
        words += ["--routes", ",".join(self.routes)]
        words += ["--max-length", str(self.max_length)] if self.max_length else []
        words += ["--precision", self.precision] if self.precision else []
        words += ["--output-dir", str(work / "run"), "--cache-dir", str(work / "cache")]
        words += ["--offline", "--resume"]
        return words + [word for setting in self.settings for word in ("--set", setting)]

    def read(self, work: Path) -> Measured:
        run = json.loads((work / "run" / "run.json").read_text(encoding="utf-8"))
        rows: Measured = {self.name: {}}
        for route in run["routes"]:
            judged = route["scores"]["metrics"]
            scores = {name: found["value"] for name, found in judged.items()}
            scores |= {f"{name}_high": found["high"] for name, found in judged.items()}
            figures = numbers(route["settings"]) | numbers(scores) | numbers(route["cost"])
            taught = {"taught_seconds": seconds} if (seconds := taught_seconds(route["name"], run["routes"])) else {}
            rows[f"{self.name}/{route['name']}"] = figures | taught
        return rows


Subject = Peer | Ours


def taught_seconds(name: str, routes: list[dict[str, Any]]) -> float:
    """Training seconds of a student of a run and of all that taught it; 0 for a route that nobody taught."""
    route = next(each for each in routes if each["name"] == name)
    teachers = route["settings"].get("teachers") or []
    seconds = {each["name"]: each["cost"]["train_seconds"] for each in routes}
    return sum(taught_seconds(each, routes) or seconds[each] for each in teachers) + seconds[name] if teachers else 0.0


def measure(subject: Subject, case: Case, work: Path) -> Measured:
    """Run `subject` alone in the folder `work`, and read its figures, the wall time of the whole subprocess among them.

    Where an earlier start was stopped there, a run of ours goes on, of which no seconds are told: it knows only some
    of them. What a subject prints is kept in `work/log` meanwhile.
    """
    whole = isinstance(subject, Peer) or not (work / "run").exists()
    work.mkdir(parents=True, exist_ok=True)
    started = time.perf_counter()
    with (work / "log").open("w", encoding="utf-8") as log:
        command = subject.command(case, work)
        ended = subprocess.run(command, env=environment(), stdout=log, stderr=subprocess.STDOUT, check=False)
    wall = time.perf_counter() - started
    if ended.returncode:
        said = (work / "log").read_text(encoding="utf-8", errors="replace").strip().splitlines()
        raise SubjectError("\n".join(said[-15:]))
    found = {name: figures | {"wall_seconds": wall} for name, figures in subject.read(work).items()}
    return found if whole else {name: without_times(figures) for name, figures in found.items()}


def without_times(figures: Figures) -> Figures:
    return {name: value for name, value in figures.items() if not name.endswith(("_seconds", "_per_second"))}


def environment() -> dict[str, str]:
    """This process's environment, without network, telemetry, an interpreter's leftovers or a GPU: some of the peers
    do not use one."""
    quiet = {"HF_HUB_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1", "WANDB_DISABLED": "true", "NO_COLOR": "1"}
    quiet["CUDA_VISIBLE_DEVICES"] = ""
    kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}
    return kept | quiet


def numbers(values: dict[str, Any]) -> Figures:
    """The entries of `values` that are numbers."""
    return {name: float(v) for name, v in values.items() if isinstance(v, int | float) and not isinstance(v, bool)}
