"""The folder of a run: finished routes, checkpoints of unfinished ones, and the final files."""

import errno
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from transferkit import predictors
from transferkit.artifact.place import refuse_unusable
from transferkit.config import DESCRIBED, RunConfig, parse, read_yaml, write_yaml
from transferkit.data.rows import Rows
from transferkit.errors import ConfigError, ResourceError
from transferkit.evaluation import outputs
from transferkit.evaluation.document import plain
from transferkit.routes import Outcome

_CHECKED_ROWS = 16
_NO_SPACE = (errno.ENOSPC, errno.EDQUOT)
_TRAINING = "training.json"
# What may differ between a run and its resumption.
_INCIDENTAL = ("output_dir", "offline", "cache_dir")


@dataclass(frozen=True)
class Finished:
    """A route that has been trained and saved: where, and how it came about."""

    artifact: Path
    method: str
    trained_parameters: int
    seconds: float
    settings: dict[str, Any]
    history: list[dict[str, float]]
    notes: list[str]


@dataclass(frozen=True)
class RunFolder:
    """`models/NAME` holds artifacts; `work` holds what only an unfinished run needs."""

    path: Path

    @property
    def work(self) -> Path:
        return self.path / "work"

    def expect(self, rows: str, unlabelled: str = "") -> None:
        """Note the fingerprints of the rows of this run. Raises `ConfigError` if it went on with others before.

        Of a finished run only those that it is judged on and was taught with count: its students are done.
        """
        found = f"{rows} {unlabelled}".strip()
        noted, finished = self.work / "rows.txt", self.path / "run.json"
        if noted.exists():
            before = noted.read_text(encoding="ascii")
        elif finished.exists():
            before = json.loads(finished.read_text(encoding="utf-8"))["manifest"]["data"]["fingerprint"]
            found = rows
        else:
            with room_for(self.path):
                self.work.mkdir(exist_ok=True)
                noted.write_text(found, encoding="ascii")
            return
        if before != found:
            which = "unlabelled rows" if before.split()[:1] == [rows] else "rows"
            raise ConfigError(f"cannot resume {self.path}: its {which} have changed since; give another --output-dir")

    def artifact(self, title: str, repeat: int) -> Path:
        """Where a route's artifact goes; repeats (further seeds) are kept only until they are evaluated."""
        return self.path / "models" / title if repeat == 0 else self.work / "repeats" / f"{title}-{repeat}"

    def checkpoints(self, title: str, repeat: int) -> Path:
        return self.work / "checkpoints" / f"{title}-{repeat}"

    def finished(self, title: str, repeat: int) -> Finished | None:
        """The route as an earlier process left it, or None if it did not finish it."""
        folder = self.artifact(title, repeat)
        path = folder / _TRAINING
        if not path.exists():
            return None
        return Finished(artifact=folder, **json.loads(path.read_text(encoding="utf-8")))

    def earlier_values(self, title: str) -> tuple[float, ...]:
        """What the seeds of a route reached in a run that was finished before; their models are gone."""
        path = self.path / "run.json"
        if not path.exists():
            return ()
        routes = json.loads(path.read_text(encoding="utf-8"))["routes"]
        return next((tuple(each["seed_values"]) for each in routes if each["name"] == title), ())

    def store(self, title: str, repeat: int, outcome: Outcome, rows: Rows, about: Mapping[str, Any]) -> Finished:
        """Save what a route made, with its answers for a few training rows to check against later; `about` says the
        task and the columns.

        Written elsewhere and renamed, so that a kill leaves either all of it or none.
        """
        target = self.artifact(title, repeat)
        draft = self.work / f"draft-{title}-{repeat}"
        shutil.rmtree(draft, ignore_errors=True)
        with room_for(self.path):
            outcome.predictor.save(draft)
            predictors.add_facts(draft, about)
            facts = {
                "method": outcome.method,
                "trained_parameters": outcome.trained_parameters,
                "seconds": outcome.seconds,
                "settings": plain(dict(outcome.settings)),
                "history": plain(list(outcome.history)),
                "notes": list(outcome.notes),
            }
            (draft / _TRAINING).write_text(json.dumps(facts, indent=2), encoding="utf-8")
            _open_to_others(draft)
            self._store_check(title, repeat, outcome.predictor, rows)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.rmtree(target, ignore_errors=True)
            draft.replace(target)
        shutil.rmtree(self.checkpoints(title, repeat), ignore_errors=True)
        return Finished(artifact=target, **facts)

    def _store_check(self, title: str, repeat: int, predictor: predictors.Predictor, rows: Rows) -> None:
        sample = rows.take(range(min(_CHECKED_ROWS, len(rows))))
        inputs = {name: list(sample[name]) for name in ("text", "text_pair") if name in sample}
        check = {
            "artifact": str(self.artifact(title, repeat).relative_to(self.path)),
            "inputs": inputs,
            "outputs": outputs.as_json(predictor.predict(sample).outputs),
        }
        path = self.work / "checks" / f"{title}-{repeat}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(check), encoding="utf-8")

    def part(self, repeat: int, number: int) -> "RunFolder":
        """Where the run of one part of a cross-validation stands while it is needed."""
        return RunFolder(self.work / "parts" / f"{repeat}-{number}")

    def drop_models(self) -> None:
        """Drop the models of a part, and what its routes needed."""
        for folder in (self.path / "models", self.work):
            shutil.rmtree(folder, ignore_errors=True)

    def checks(self) -> list[Path]:
        return sorted((self.work / "checks").glob("*.json"))

    def clear_work(self) -> None:
        """Drop checkpoints, repeats and checks: the run is complete."""
        shutil.rmtree(self.work, ignore_errors=True)


def _open_to_others(folder: Path) -> None:
    """Give weights the rights of the other files; safetensors writes them for their owner alone."""
    usual = (folder / predictors.FACTS).stat().st_mode
    for path in folder.rglob("*.safetensors"):
        path.chmod(usual)


def read_check(path: Path) -> tuple[str, Rows, np.ndarray[Any, Any]]:
    """The artifact, the rows and the outputs that it must give for them."""
    check = json.loads(path.read_text(encoding="utf-8"))
    inputs = check["inputs"]
    rows = Rows(inputs, np.arange(1, len(inputs["text"]) + 1))
    return check["artifact"], rows, outputs.from_json(check["outputs"])


def open_run(config: RunConfig, path: Path, resume: bool) -> RunFolder:
    """Make the run folder, or with `resume` go on in one made from the same description."""
    refuse_unusable(path, resume)
    described = path / DESCRIBED
    if described.exists():
        _same(config, described)
    else:
        with room_for(path):
            _make(path)
            write_yaml(config, described)
    return RunFolder(path)


def _make(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        if error.errno in _NO_SPACE:
            raise
        raise ConfigError(f"--output-dir {path}: cannot be made ({error.strerror}); name another folder") from None


def _same(config: RunConfig, described: Path) -> None:
    before = parse(read_yaml(described)).model_dump(mode="json")
    now = config.model_dump(mode="json")
    changed = [name for name in now if name not in _INCIDENTAL and now[name] != before[name]]
    if changed:
        what = "; ".join(f"{name}: {_words(before[name])} then, {_words(now[name])} now" for name in changed)
        raise ConfigError(f"cannot resume {described.parent}: {what}; give the same settings or another --output-dir")


def _words(value: Any) -> str:
    """What is set in `value`, without brackets and what is empty."""
    if isinstance(value, list):
        return ", ".join(map(_words, value)) or "none"
    if isinstance(value, Mapping):
        return " ".join(f"{name}={_words(each)}" for name, each in value.items() if each or each == 0) or "none"
    return "none" if value is None else str(value)


@contextmanager
def room_for(path: Path) -> Iterator[None]:
    """Turn a full disk into one sentence."""
    try:
        yield
    except OSError as error:
        if error.errno not in _NO_SPACE:
            raise
        raise ResourceError(f"no disk left while writing to {path}; free some space, then --resume") from None
