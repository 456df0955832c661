"""Files that are not ours, in and around every folder that we write to: none is lost, none is changed.

An arrangement lays foreign files into a fresh folder and calls something that writes. It may be refused or succeed,
as the arrangement says, but every byte that was there is there afterwards.
"""

import csv
import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from calling import Call, Ended
from tiny_reviews import examples
from transferkit import predictors
from transferkit.artifact import place, run_folder
from transferkit.cache.spaces import Cache
from transferkit.errors import ArtifactError, ConfigError, TransferkitError
from transferkit.sources import store

REFUSED = ConfigError.exit_code


@dataclass(frozen=True)
class Stage:
    """A fresh folder with `rows.csv`, what to call, and a finished run to start from."""

    folder: Path
    call: Call
    model: Path
    finished: Path

    def __truediv__(self, name: str) -> Path:
        return self.folder / name

    def lay(self, *names: str) -> None:
        """Foreign files of these names, each with other bytes; a name that ends in / is an empty folder."""
        for name in names:
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if name.endswith("/"):
                path.mkdir(parents=True, exist_ok=True)
            else:
                path.write_text(f"{name}: nobody else has this\n")

    def fit(self, run: Any = "run", *words: Any, cache: str = "cache") -> Ended:
        where = ["--model", self.model, "--output-dir", self.folder / run, "--cache-dir", self.folder / cache]
        return self.call("fit", self / "rows.csv", *where, "--routes", "baseline", "--offline", *words)

    def begun(self) -> Path:
        """A run that was stopped before its end."""
        clear = run_folder.RunFolder.clear_work

        def stopped(run: run_folder.RunFolder) -> None:
            if run.path == self / "run":  # and no part of a cross-validation
                raise KeyboardInterrupt
            clear(run)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(run_folder.RunFolder, "clear_work", stopped)
            assert self.fit().code == 130
        return self / "run"

    def copied(self) -> Path:
        shutil.copytree(self.finished, self / "run")
        return self / "run"


def interrupted(*_args: Any) -> None:
    raise KeyboardInterrupt


def everything(folder: Path) -> Mapping[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink()
    }


@pytest.fixture
def stage(call: Call, tiny_model: Path, finished_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    folder = tmp_path / "stage"
    folder.mkdir()
    with (folder / "rows.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("text", "label"), *examples()])
    return Stage(folder, call, tiny_model, finished_run)


# An arrangement lays files and gives what is to be called and the exit code that this ends with.
Arrangement = Callable[[Stage], tuple[Callable[[], Ended], int]]


def into(*names: str, code: int = REFUSED, run: str = "run", words: tuple[str, ...] = ()) -> Arrangement:
    """`fit` where files of these names are."""

    def arrange(stage: Stage) -> tuple[Callable[[], Ended], int]:
        stage.lay(*names)
        return lambda: stage.fit(run, *words), code

    return arrange


def resumed(*names: str, code: int) -> Arrangement:
    """`fit --resume` in an unfinished run into which somebody has put files; * is one of its folders."""

    def arrange(stage: Stage) -> tuple[Callable[[], Ended], int]:
        stage.begun()
        stage.lay(*names)
        return lambda: stage.fit("run", "--resume"), code

    return arrange


def finished_again(*names: str, code: int) -> Arrangement:
    """`fit --resume` in a finished run into which somebody has put files, or has changed some."""

    def arrange(stage: Stage) -> tuple[Callable[[], Ended], int]:
        assert stage.fit().code == 0
        stage.lay(*names)
        return lambda: stage.fit("run", "--resume"), code

    return arrange


def in_the_cache(*names: str) -> Arrangement:
    """`fit` with features and a small limit, and emptying, in a cache folder with other files."""

    def arrange(stage: Stage) -> tuple[Callable[[], Ended], int]:
        stage.lay(*names)

        def work() -> Ended:
            ended = stage.fit("run", "--routes", "feature_transfer")
            Cache(stage / "cache" / "activations", limit_bytes=1).make_room()
            assert stage.call("cache", "--empty", "--downloads", "--cache-dir", stage / "cache").code == 0
            return ended

        return work, 0

    return arrange


def output(command: str, name: str, *words: str, code: int = REFUSED, laid: tuple[str, ...] = ()) -> Arrangement:
    """`predict` or `evaluate` into the file `name`."""

    def arrange(stage: Stage) -> tuple[Callable[[], Ended], int]:
        run = stage.copied()
        stage.lay(*laid)
        return lambda: stage.call(command, run, stage / "rows.csv", "--output", stage / name, *words), code

    return arrange


def saved(*names: str, code: int = REFUSED) -> Arrangement:
    """`save` of a predictor from Python into the folder `model`."""

    def arrange(stage: Stage) -> tuple[Callable[[], Ended], int]:
        stage.lay(*names)
        model = predictors.load(stage.finished / "models" / "baseline")
        return lambda: python(lambda: model.save(stage / "model")), code

    return arrange


def python(work: Callable[[], Any]) -> Ended:
    try:
        work()
    except TransferkitError as error:
        return Ended(error.exit_code, "", f"error: {error}")
    return Ended(0, "", "")


def another_case(stage: Stage) -> tuple[Callable[[], Ended], int]:
    stage.lay("run/REPORT.HTML", "run/Models/Baseline/notes.txt")
    return lambda: stage.fit(), REFUSED


def a_link_to_a_folder(stage: Stage) -> tuple[Callable[[], Ended], int]:
    stage.lay("elsewhere/thesis.txt")
    (stage / "run").symlink_to(stage / "elsewhere")
    return lambda: stage.fit(), REFUSED


def links_within(stage: Stage) -> tuple[Callable[[], Ended], int]:
    run = stage.begun()
    stage.lay("elsewhere/start.safetensors", "elsewhere/checkpoint-3/optimizer.pt")
    checkpoints = run / ".transferkit" / "unfinished" / "checkpoints"
    checkpoints.mkdir(exist_ok=True)
    (checkpoints / "baseline-0").symlink_to(stage / "elsewhere")
    return lambda: stage.fit("run", "--resume"), 0


def a_linked_work_folder(stage: Stage) -> tuple[Callable[[], Ended], int]:
    run = stage.begun()
    shutil.move(run / ".transferkit" / "unfinished", stage / "elsewhere")
    (run / ".transferkit" / "unfinished").symlink_to(stage / "elsewhere")
    return lambda: stage.fit("run", "--resume"), REFUSED


def beside_a_killed_download(stage: Stage) -> tuple[Callable[[], Ended], int]:
    stage.lay("cache/sources/thing.old.partial/notes.txt", "cache/sources/thing.7.partial", "cache/sources/mine/a.txt")

    def build(scratch: Path) -> Path:
        (scratch / "file").write_text("fetched")
        return scratch

    def work() -> Ended:
        target = store.publish(stage / "cache", "thing", 1, build)
        (target / "notes.txt").write_text("mine")
        stays = store.remove(stage / "cache", "thing")
        assert stays == [target / "notes.txt"] and list(target.iterdir()) == stays
        return Ended(0, "", "")

    return work, 0


def an_earlier_version(stage: Stage) -> tuple[Callable[[], Ended], int]:
    """A run of a version that had a folder called `work`, with something of the user's in it."""
    run = stage.begun()
    shutil.move(run / ".transferkit" / "unfinished", run / "work")
    shutil.rmtree(run / ".transferkit")
    for name in run_folder.RESULTS[1:]:
        (run / name).unlink()
    stage.lay("run/work/notes.txt", "run/models/mine/weights.bin")
    return lambda: stage.fit("run", "--resume"), 0


ARRANGEMENTS: dict[str, Arrangement] = {
    "a folder called work": into("run/work/thesis.txt"),
    "a folder called models": into("run/models/baseline/weights.bin"),
    "a report of the user's": into("run/report.html"),
    "one hidden file": into("run/.keep"),
    "a description of the user's": into("run/config.yaml"),
    "a description of the user's, resuming": into("run/config.yaml", "run/work/a", words=("--resume",)),
    "a folder called as ours": into("run/.transferkit/notes.txt"),
    "a file called as our folder": into("run/.transferkit"),
    "a record that is none": into("run/.transferkit/written.json", code=ArtifactError.exit_code, words=("--resume",)),
    "under version control": into("run/.git/config"),
    "within version control": into("repo/.git/config", run="repo/.git/run"),
    "a file in the way": into("run"),
    "a folder in the way of a new one": into("run/notes.txt", code=0, run="run/new"),
    "the rows themselves": into("run/rows.csv"),
    "a clone": into("repo/.git/config", "repo/README.md", code=0, run="repo/runs/one"),
    "names in another case": another_case,
    "a link to a folder": a_link_to_a_folder,
    "links in an unfinished run": links_within,
    "a work folder moved away": a_linked_work_folder,
    "notes in an unfinished run": resumed(
        "run/notes.txt",
        "run/models/notes.txt",
        "run/models/baseline/notes.txt",
        "run/.transferkit/notes.txt",
        "run/.transferkit/unfinished/notes.txt",
        "run/.transferkit/unfinished/drafts/notes.txt",
        "run/.transferkit/unfinished/checks/notes.json",
        "run/.transferkit/unfinished/checkpoints/baseline-0/notes.txt",
        "run/.transferkit/unfinished/checkpoints/baseline-0/checkpoint-3/notes.txt",
        "run/.transferkit/unfinished/artifacts/baseline-0.xy/notes.txt",
        "run/.transferkit/unfinished/repeats/baseline-1/notes.txt",
        code=0,
    ),
    "a report in an unfinished run": resumed("run/report.html", code=REFUSED),
    "a card in an unfinished run": resumed("run/models/baseline/README.md", code=REFUSED),
    "notes in a finished run": finished_again("run/notes.txt", "run/models/baseline/notes.txt", "run/work/a", code=0),
    "a changed report": finished_again("run/report.html", code=REFUSED),
    "a changed card": finished_again("run/models/baseline/README.md", code=REFUSED),
    "a changed table": finished_again("run/predictions.csv", code=REFUSED),
    "a run of an earlier version": an_earlier_version,
    "a cache in a folder of the user's": in_the_cache(
        "cache/thesis.txt", "cache/activations/notes.txt", "cache/activations/mine/shard-1-1/values.npy", "cache/x/y"
    ),
    "files where the cache has folders": in_the_cache("cache/activations", "cache/fingerprints"),
    "sources of the user's": in_the_cache("cache/sources/mine/model.safetensors", "cache/sources/mine.lock"),
    "beside a killed download": beside_a_killed_download,
    "answers of another": output("predict", "answers.csv", laid=("answers.csv",)),
    "lines of another": output("predict", "answers.jsonl", laid=("answers.jsonl",)),
    "the rows as answers": output("predict", "rows.csv", "--overwrite"),
    "a table of the run": output("predict", "run/leaderboard.csv", "--overwrite"),
    "a table of another run": output("predict", "other/leaderboard.csv", laid=("other/leaderboard.csv",)),
    "a folder as answers": output("predict", "answers.csv", "--overwrite", laid=("answers.csv/a",)),
    "drafts of others": output("predict", "new.csv", code=0, laid=("new.csv.partial", ".new.csv.partial")),
    "scores of another": output("evaluate", "scores.json", laid=("scores.json",)),
    "the run's own numbers": output("evaluate", "run/run.json", "--overwrite"),
    "the numbers of a model's run": output("evaluate", "run/models/baseline/transferkit.json", "--overwrite"),
    "a model saved among notes": saved("model/notes.txt"),
    "a model saved on weights": saved("model/model.safetensors", "model/transferkit.json"),
    "a model saved on a file": saved("model"),
    "a model saved beside others": saved("model-2/notes.txt", "models/notes.txt", code=0),
}


@pytest.mark.parametrize("arrange", ARRANGEMENTS.values(), ids=list(ARRANGEMENTS))
def test_nothing_foreign_is_lost_or_changed(stage: Stage, arrange: Arrangement) -> None:
    laid = everything(stage.folder)
    work, code = arrange(stage)
    foreign = {name: content for name, content in everything(stage.folder).items() if b"nobody else" in content} | laid
    before = everything(stage.folder)
    ended = work()
    assert ended.code == code, ended.err
    after = everything(stage.folder)
    assert {name: content for name, content in foreign.items() if after.get(name) != content} == {}
    if code:
        assert before == after, "refused, and yet something was written"


# Where nothing foreign is


def test_what_only_an_unfinished_run_needs_is_gone_at_its_end(stage: Stage) -> None:
    stage.begun()
    assert stage.fit("run", "--resume").code == 0
    assert {path.name for path in (stage / "run" / ".transferkit").iterdir()} == {"lock", "written.json"}
    assert stage.fit("run", "--resume").code == 0


def test_folders_that_are_empty_or_led_to_by_a_link_will_do(stage: Stage) -> None:
    stage.lay("empty/", "far/")
    (stage / "link").symlink_to(stage / "far")
    for name in ("empty", "link"):
        assert stage.fit(name).code == 0
    assert (stage / "far" / "report.html").exists()


@pytest.mark.parametrize("where", ["/", "~", "repository"])
def test_folders_that_are_never_a_runs(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    (tmp_path / "repository" / ".hg").mkdir(parents=True)
    path = {"/": Path("/"), "~": tmp_path / "home"}.get(where, tmp_path / where)
    for resume in (False, True):
        with pytest.raises(ConfigError, match=r"name a new folder, such as .*runs"):
            place.require_usable(path, resume)


def test_another_name_is_offered_which_is_free(stage: Stage) -> None:
    stage.lay("run/notes.txt", "run-2/notes.txt", "run-3")
    ended = stage.fit()
    assert ended.error.endswith(f"such as {stage / 'run-4'}") and "holds notes.txt" in ended.error
    assert stage.fit("run-4").code == 0


def test_a_cache_within_the_run_is_refused(stage: Stage) -> None:
    for cache in ("run", "run/cache"):
        ended = stage.fit(cache=cache)
        assert ended.code == REFUSED and "lies in the run folder" in ended.error and not (stage / "run").exists()


def test_a_folder_that_fills_between_check_and_start_is_refused(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare = run_folder._make

    def meanwhile(path: Path) -> None:
        prepare(path)
        stage.lay("run/notes.txt")

    monkeypatch.setattr(run_folder, "_make", meanwhile)
    ended = stage.fit()
    assert ended.code == REFUSED and "holds notes.txt" in ended.error
    assert everything(stage / "run").keys() - {".transferkit/lock"} == {"notes.txt"}


@pytest.mark.parametrize("command", ["predict", "evaluate"])
def test_an_output_is_replaced_when_asked_for_and_whole_or_not_at_all(
    stage: Stage, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, out = stage.copied(), stage / ("out.csv" if command == "predict" else "out.json")
    out.touch()  # an empty file, as mktemp makes them, holds nothing that could be lost
    words = [command, run, stage / "rows.csv", "--output", out]
    assert stage.call(*words).code == 0
    first = out.read_bytes()
    refused = stage.call(*words)
    assert refused.code == REFUSED and "--overwrite replaces it" in refused.error and "out-2" in refused.error
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", interrupted)
        assert stage.call(*words, "--overwrite").code == 130
    assert out.read_bytes() == first and not list(stage.folder.glob(".transferkit*"))
    out.write_text("an older one")
    assert stage.call(*words, "--overwrite").code == 0
    assert out.read_bytes() == first and out.stat().st_mode == (stage / "rows.csv").stat().st_mode


def test_a_saved_model_is_whole_or_not_there(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    model = predictors.load(stage.finished / "models" / "baseline")
    stage.lay("empty/")
    for name in ("empty", "new"):
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr("transferkit.predictors.bag_of_words.save_file", interrupted)
            model.save(stage / name)
        assert not list((stage / name).glob("*"))
    assert (stage / "empty").exists() and not (stage / "new").exists()
    monkeypatch.chdir(stage / "empty")
    model.save(Path())
    assert np.array_equal(predictors.load(Path()).labels, model.labels)
    with pytest.raises(ConfigError, match="expected a new or empty folder"):
        model.save(stage / "empty")


def test_the_cache_is_shown_and_emptied(stage: Stage) -> None:
    shown = ["cache", "--cache-dir", stage / "cache"]
    assert stage.call(*shown).code == REFUSED and not (stage / "cache").exists()
    assert stage.fit("run", "--routes", "feature_transfer").code == 0
    store.publish(stage / "cache", "thing", 1, lambda scratch: scratch)
    (line,) = [line for line in stage.call(*shown).out.splitlines() if line.startswith("computed")]
    assert line.split()[-5:-4] == ["1"] and line.endswith("20.0 GB")
    emptied = stage.call(*shown, "--empty").out
    assert "0.0 MB" in emptied and not list((stage / "cache").rglob("*.npy"))
    assert (stage / "cache" / "sources" / "thing").exists()
    assert stage.call(*shown, "--downloads").code == REFUSED


@pytest.fixture(scope="session")
def finished_run(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run of the baseline."""
    base = tmp_path_factory.mktemp("finished-baseline")
    with (base / "rows.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("text", "label"), *examples()])
    from transferkit import flow
    from transferkit.config import parse

    asked = {"data": {"path": str(base / "rows.csv")}, "model": str(tiny_model), "routes": ["baseline"]}
    flow.fit(parse({**asked, "offline": True, "output_dir": str(base / "run"), "cache_dir": str(base / "cache")}))
    assert json.loads((base / "run" / "run.json").read_text())["best"] == "baseline"
    return base / "run"
