"""The folder of a run: finished routes, checkpoints of unfinished ones, and the final files."""

import logging
import math
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from transferkit import predictors
from transferkit.artifact import answer_check, saved_run, training_record
from transferkit.artifact.half_weights import Compared, halved
from transferkit.artifact.ledger import HIDDEN, Ledger
from transferkit.artifact.place import alone_in, require_usable
from transferkit.artifact.resumption import FILES, INCIDENTAL, is_same_file
from transferkit.artifact.training_record import Training
from transferkit.config import DESCRIBED, FP32, RunConfig, parse, read_yaml, write_yaml
from transferkit.disk import is_full, remove_files, room_for
from transferkit.errors import ConfigError
from transferkit.evaluation.document import plain
from transferkit.routes import Outcome
from transferkit.table.rows import Rows
from transferkit.training import checkpoints

log = logging.getLogger("transferkit")

_CHECKED_ROWS = 16
# In the order in which they are written, the first before anything is trained.
RESULTS = ("learned_rows.safetensors", "leaderboard.csv", "run.json", "predictions.csv", "report.html")
"""What a finished run leaves, besides its description and its models."""


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
        return self.path / HIDDEN / "unfinished"

    @property
    def ledger(self) -> Ledger:
        """What is the run's own."""
        return Ledger(self.path)

    @contextmanager
    def written(self, name: str) -> Iterator[Path]:
        """A draft that becomes the file `name` of the run. Raises `ConfigError` rather than replace another's file."""
        self.ledger.require_ours(name)
        draft = self.work / "drafts" / name.replace("/", "-")
        with room_for(self.path):
            for folder in (draft.parent, (self.path / name).parent):
                folder.mkdir(parents=True, exist_ok=True)
            yield draft
            self.ledger.note_file(name, draft)
            self.ledger.require_ours(name)
            draft.replace(self.path / name)

    def require_free(self, titles: Iterable[str]) -> None:
        """Raise `ConfigError`, before anything is trained, where the artifact of a route or its card would replace
        another's files."""
        for title in titles:
            self.finished(title, 0)
            self.ledger.require_ours(f"models/{title}/README.md")

    def expect(self, rows: str, unlabelled: str = "") -> None:
        """Note the fingerprints of the rows of this run. Raises `ConfigError` if it went on with others before.

        Of a finished run only those that it is judged on and was taught with count: its students are done.
        """
        fingerprint = f"{rows} {unlabelled}".strip()
        noted, finished = self.work / "rows.txt", self.path / "run.json"
        earlier = self.path / "work" / "rows.txt"  # where earlier versions had it
        if noted.exists() or earlier.exists():
            before = (noted if noted.exists() else earlier).read_text(encoding="utf-8", errors="replace")
        elif finished.exists():
            before = saved_run.required(self.path).data.fingerprint
            fingerprint = rows
        else:
            with room_for(self.path):
                self.work.mkdir(parents=True, exist_ok=True)
                draft = self.work / "rows.part"
                draft.write_text(fingerprint, encoding="ascii")
                draft.replace(noted)
            return
        if before != fingerprint:
            which = "unlabelled rows" if before.split()[:1] == [rows] else "rows"
            raise ConfigError(f"cannot resume {self.path}: its {which} have changed since; give another --output-dir")

    def artifact(self, title: str, repeat: int) -> Path:
        """Where a route's artifact goes; repeats (further seeds) are kept only until they are evaluated."""
        return self.path / "models" / title if repeat == 0 else self.work / "repeats" / f"{title}-{repeat}"

    def checkpoints(self, title: str, repeat: int) -> Path:
        return self.work / "checkpoints" / f"{title}-{repeat}"

    def finished(self, title: str, repeat: int) -> Finished | None:
        """The route as an earlier process left it, or None if it did not finish it. Raises `ConfigError` where
        something else stands in its place."""
        folder = self.artifact(title, repeat)
        training = training_record.read(folder)
        if training is None:
            self._require_place(folder)
            return None
        return _finished(folder, training)

    def _require_place(self, folder: Path) -> None:
        if os.path.lexists(folder) and (folder.is_symlink() or not folder.is_dir() or any(folder.iterdir())):
            raise ConfigError(f"{folder} was not written by this run, and would be replaced; move it, then --resume")

    def earlier_values(self, title: str) -> tuple[float, ...]:
        """What the seeds of a route reached in a run that was finished before; their models are gone."""
        run = saved_run.read(self.path)
        route = run.route(title) if run else None
        return tuple(float("nan") if value is None else value for value in route.seed_values) if route else ()

    def store(
        self,
        title: str,
        repeat: int,
        outcome: Outcome,
        rows: Rows,
        about: Mapping[str, Any],
        compared: Compared | None = None,
    ) -> Finished:
        """Save what a route made, with its answers for a few training rows to check against later; `about` says the
        task and the columns. Weights are halved where rows are given that are to be `compared`.

        Written elsewhere and renamed, so that a kill leaves either all of it or none.
        """
        target = self.artifact(title, repeat)
        training = Training(
            method=outcome.method,
            trained_parameters=outcome.trained_parameters,
            seconds=outcome.seconds,
            settings=plain(dict(outcome.settings)),
            history=tuple(plain(list(outcome.history))),
            notes=tuple(outcome.notes),
        )
        with room_for(self.path), self._draft(title, repeat) as draft:
            predictor = outcome.predictor
            predictor.save(draft)
            if compared is not None:
                predictor, note = halved(draft, predictor, compared)
                training = training.model_copy(update={"notes": (*training.notes, *([note] if note else ()))})
            predictors.add_facts(draft, about)
            training_record.write(draft, training)
            _open_to_others(draft)
            self._store_check(title, repeat, predictor, rows)
            target.parent.mkdir(parents=True, exist_ok=True)
            self.ledger.note_artifact(f"{title}-{repeat}", draft)
            self._require_place(target)
            draft.replace(target)
        checkpoints.clear(self.checkpoints(title, repeat))
        return _finished(target, training)

    @contextmanager
    def _draft(self, title: str, repeat: int) -> Iterator[Path]:
        """A new folder for an artifact, of which nothing is left where it does not become one."""
        above = self.work / "artifacts"
        above.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f"{title}-{repeat}.", dir=above))
        draft.chmod(above.stat().st_mode)
        try:
            yield draft
        finally:
            if draft.exists():
                shutil.rmtree(draft)  # all that is in it was written just now

    def _store_check(self, title: str, repeat: int, predictor: predictors.Predictor, rows: Rows) -> None:
        sample = rows.take(range(min(_CHECKED_ROWS, len(rows))))
        path = self.work / "checks" / f"{title}-{repeat}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        artifact = str(self.artifact(title, repeat).relative_to(self.path))
        answer_check.write(path, artifact, sample, predictor.predict(sample).outputs)

    def part(self, repeat: int, number: int) -> "RunFolder":
        """Where the run of one part of a cross-validation stands while it is needed."""
        return RunFolder(self.work / "parts" / f"{repeat}-{number}")

    def drop_models(self) -> None:
        """Drop the models of a part, and what its routes needed."""
        for key, names in self.ledger.read().artifacts.items():
            remove_files(self.path / "models" / key.rpartition("-")[0], {*names}.__contains__)
        self.clear_work()

    def drop_all(self) -> None:
        """Drop a part, its answers and its record included."""
        self.drop_models()
        ours = {*self.ledger.read().files, f"{HIDDEN}/written.json", f"{HIDDEN}/written.part"}
        remove_files(self.path, ours.__contains__)

    def drop_artifacts(self, titles: Iterable[str]) -> None:
        """Drop the models of the routes called `titles`; what the run did not write stays."""
        artifacts = self.ledger.read().artifacts
        for title in titles:
            remove_files(self.artifact(title, 0), {*artifacts.get(f"{title}-0", ())}.__contains__)

    def refuse_dropped(self) -> None:
        """Raise `ConfigError` where the run is finished and has dropped models, so that nothing is left to resume."""
        finished = saved_run.read(self.path)
        dropped = [route.name for route in finished.routes if not route.kept] if finished else []
        if dropped:
            self.drop_artifacts(dropped)  # it may have been killed over it
            self.clear_work()
            raise ConfigError(
                f"the run in {self.path} is finished and kept only its best models (keep: best), so that nothing is "
                "left to resume; use it as it is, or name another --output-dir"
            )

    def checks(self) -> list[Path]:
        """Those of the artifacts that were stored since the run was last complete."""
        named = (self.work / "checks" / f"{key}.json" for key in sorted(self.ledger.read().artifacts))
        return [path for path in named if path.exists()]

    def clear_work(self) -> None:
        """Drop checkpoints, repeats and checks: the run is complete. What it did not write stays."""
        for place in _folders(self.work / "checkpoints"):
            checkpoints.clear(place)
        artifacts = self.ledger.read().artifacts
        for place in (*_folders(self.work / "artifacts"), *_folders(self.work / "repeats")):
            key = place.name.rpartition(".")[0] if place.parent.name == "artifacts" else place.name
            remove_files(place, {*artifacts.get(key, ())}.__contains__)
        for place in _folders(self.work / "parts"):
            RunFolder(place).drop_all()
        drafts = {f"drafts/{name.replace('/', '-')}" for name in self.ledger.read().files}
        ours = {"rows.txt", "rows.part", *drafts, *(f"checks/{key}.json" for key in artifacts)}
        for path in remove_files(self.work, ours.__contains__):
            log.warning("%s stays: this run did not write it", path)


def _folders(above: Path) -> list[Path]:
    return [path for path in above.glob("*") if path.is_dir() and not path.is_symlink()]


def _open_to_others(folder: Path) -> None:
    """Give weights the rights of the other files; safetensors writes them for their owner alone."""
    usual = (folder / predictors.FACTS).stat().st_mode
    for path in folder.rglob("*.safetensors"):
        path.chmod(usual)


def _finished(folder: Path, training: Training) -> Finished:
    return Finished(
        artifact=folder,
        method=training.method,
        trained_parameters=training.trained_parameters,
        seconds=training.seconds,
        settings=training.settings,
        history=[{name: math.nan if v is None else v for name, v in entry.items()} for entry in training.history],
        notes=list(training.notes),
    )


@contextmanager
def opened(config: RunConfig, path: Path, resume: bool) -> Iterator[RunFolder]:
    """The run folder, as of `open_run`, while no other process works in it. A full disk is one sentence throughout."""
    require_usable(path, resume)
    with room_for(path):
        _make(path)
        (path / HIDDEN).mkdir(exist_ok=True)
        with alone_in(path):
            yield open_run(config, path, resume)


def open_run(config: RunConfig, path: Path, resume: bool) -> RunFolder:
    """Make the run folder, or with `resume` go on in one made from the same description."""
    require_usable(path, resume)
    run, described = RunFolder(path), path / DESCRIBED
    with room_for(path):
        _make(path)
        for inside in (run.path / HIDDEN, run.work, run.path / "models"):
            if os.path.lexists(inside) and (inside.is_symlink() or not inside.is_dir()):
                raise ConfigError(f"expected a folder, found a link or file: {inside}; name another --output-dir")
        if described.exists():
            _same(config, described)
            _adopt(run)
        run.ledger.begin()
        for name in RESULTS:
            run.ledger.require_ours(name)
        if not described.exists():
            with run.written(DESCRIBED) as draft:
                write_yaml(config, draft)
    return run


def _adopt(run: RunFolder) -> None:
    """Record what a run of an earlier version has left, which kept no record."""
    if not run.ledger.exists():
        cards = [path.relative_to(run.path).as_posix() for path in run.path.glob("models/*/README.md")]
        finished = (run.path / "run.json").exists()
        run.ledger.adopt([DESCRIBED, *(RESULTS if finished else RESULTS[:1]), *cards])


def _make(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        if is_full(error):
            raise
        raise ConfigError(f"--output-dir {path}: cannot be made ({error.strerror}); name another folder") from None


def _same(config: RunConfig, described: Path) -> None:
    before = parse({"precision": FP32, **read_yaml(described)}).model_dump(mode="json")
    now = config.model_dump(mode="json")
    for name in FILES:
        if is_same_file(before["data"][name], now["data"][name]):
            before["data"][name] = now["data"][name]
    changed = [name for name in now if name not in INCIDENTAL and now[name] != before[name]]
    if changed:
        told = {name: _routes if name == "routes" else _words for name in changed}
        what = "; ".join(f"{name}: {say(before[name])} then, {say(now[name])} now" for name, say in told.items())
        raise ConfigError(f"cannot resume {described.parent}: {what}; give the same settings or another --output-dir")


def _routes(routes: Sequence[Mapping[str, Any]]) -> str:
    """`routes` as a user names them, each with the options that it is given."""
    titles = [route["label"] or route["name"] for route in routes]
    options = [_words(route["options"]) if route["options"] else "" for route in routes]
    return ",".join(f"{title} ({set_so})" if set_so else title for title, set_so in zip(titles, options, strict=True))


def _words(value: Any) -> str:
    """What is set in `value`, without brackets and what is empty."""
    if isinstance(value, list):
        return ", ".join(map(_words, value)) or "none"
    if isinstance(value, Mapping):
        return " ".join(f"{name}={_words(part)}" for name, part in value.items() if part or part == 0) or "none"
    return "none" if value is None else str(value)
