"""The run folder: all of a route or none of it, answers checked in a fresh process, one description per folder."""

import errno
import json
import multiprocessing
import os
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors import SafetensorError

from tiny_models import Tiny, make_context, some_rows
from transferkit import routes
from transferkit.artifact import answer_check, run_folder, saved_run
from transferkit.artifact import verify as verifying
from transferkit.artifact.manifest import machine
from transferkit.artifact.place import refuse_unusable
from transferkit.artifact.run_folder import RunFolder, open_run, opened
from transferkit.artifact.verify import verify, verify_in_fresh_process
from transferkit.config import RouteConfig, RunConfig, parse
from transferkit.errors import ArtifactError, ConfigError, ResourceError
from transferkit.routes import Outcome

ROWS = some_rows(40)


def config(**changes: Any) -> RunConfig:
    return parse({"data": {"path": "rows.csv"}, "routes": ["baseline", "full"], **changes})


def finished(fingerprint: str) -> dict[str, Any]:
    """What `run.json` must have at least."""
    accuracy = {"value": 0.9, "low": 0.8, "high": 1.0}
    route = {"name": "mine", "artifact": "models/mine", "scores": {"metrics": {"accuracy": accuracy}}}
    task = {"name": "text-classification", "main_metric": "accuracy"}
    data = {"columns": {"text": "text"}, "fingerprint": fingerprint}
    return {"task": task, "data": data, "routes": [route], "best": "mine"}


@pytest.fixture
def outcome(tiny: Tiny, tmp_path: Path) -> Outcome:
    return routes.resolve(RouteConfig(name="baseline")).run(make_context(tiny("bert"), tmp_path))


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    return open_run(config(), tmp_path / "run", resume=False)


def test_a_stored_route_is_finished(run: RunFolder, outcome: Outcome) -> None:
    assert run.finished("mine", 0) is None
    stored = run.store("mine", 0, outcome, ROWS, {})
    assert stored.artifact == run.path / "models" / "mine" and run.finished("mine", 0) == stored
    assert stored.seconds == outcome.seconds and stored.settings["C"] == outcome.settings["C"]
    repeat = run.store("mine", 1, outcome, ROWS, {})
    assert len({path.stat().st_mode for path in stored.artifact.rglob("*") if path.is_file()}) == 1
    assert repeat.artifact.is_relative_to(run.work) and run.finished("mine", 1) == repeat
    run.clear_work()
    assert run.finished("mine", 0) == stored and run.finished("mine", 1) is None and not run.work.exists()


@pytest.mark.parametrize("step", ["save", "check", "replace"])
def test_a_kill_leaves_all_or_nothing(
    run: RunFolder, outcome: Outcome, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def killed(*_args: Any) -> Any:
        raise KeyboardInterrupt

    owner = {"save": type(outcome.predictor), "check": RunFolder, "replace": Path}[step]
    name = {"save": "predict", "check": "_store_check", "replace": "replace"}[step]
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(owner, name, killed)
        run.store("mine", 0, outcome, ROWS, {})
    assert run.finished("mine", 0) is None and not run.artifact("mine", 0).exists()
    assert run.store("mine", 0, outcome, ROWS, {}) == run.finished("mine", 0)


def test_what_stands_in_the_place_of_an_artifact_is_not_replaced(run: RunFolder, outcome: Outcome) -> None:
    target = run.artifact("mine", 0)
    target.mkdir(parents=True)
    run.require_free(["mine"])
    (target / "notes").write_text("left behind")
    for step in (lambda: run.require_free(["mine"]), lambda: run.store("mine", 0, outcome, ROWS, {})):
        with pytest.raises(ConfigError, match="mine was not written by this run"):
            step()
    assert (target / "notes").read_text() == "left behind" and list(target.iterdir()) == [target / "notes"]


def full_of_safetensors(*_args: Any, **_named: Any) -> Any:
    raise SafetensorError("Error while serializing: I/O error: No space left on device (os error 28)")


def full_of_torch(*_args: Any, **_named: Any) -> Any:
    where = "[enforce fail at inline_container.cc:858] . "
    raise RuntimeError(f"{where}PytorchStreamWriter failed writing file data/2: file write failed")


def full_of_tokenizers(*_args: Any, **_named: Any) -> Any:
    raise Exception("Disk quota exceeded (os error 122)")


def full_of_numpy(*_args: Any, **_named: Any) -> Any:
    raise OSError("22020096 requested and 5242880 written")


def full_of_python(*_args: Any, **_named: Any) -> Any:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize(
    "full", [full_of_python, full_of_numpy, full_of_safetensors, full_of_torch, full_of_tokenizers]
)
def test_a_full_disk_is_one_sentence(
    run: RunFolder, outcome: Outcome, monkeypatch: pytest.MonkeyPatch, full: Any
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(run_folder, "_open_to_others", full)
        with pytest.raises(ResourceError, match=r"no disk left .* --resume"):
            run.store("mine", 0, outcome, ROWS, {})
    assert run.finished("mine", 0) is None and list((run.work / "artifacts").iterdir()) == []
    run.store("mine", 0, outcome, ROWS, {})


def test_other_failures_keep_their_name(run: RunFolder, outcome: Outcome, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: Any) -> None:
        raise RuntimeError("no space for jokes")

    monkeypatch.setattr(run_folder, "_open_to_others", broken)
    with pytest.raises(RuntimeError, match="jokes"):
        run.store("mine", 0, outcome, ROWS, {})


def test_answers_are_compared_with_those_in_memory(run: RunFolder, outcome: Outcome) -> None:
    stored = run.store("mine", 0, outcome, ROWS, {})
    (check,) = run.checks()
    artifact, rows, expected = answer_check.read(check)
    assert artifact == "models/mine" and list(rows["text"]) == list(ROWS["text"][:16])
    assert np.allclose(expected, outcome.predictor.predict(ROWS).outputs[:16])
    assert verify(run) == []
    facts = json.loads((stored.artifact / "transferkit.json").read_text())
    (words,) = [each for each in facts["terms"] if each["kind"] == "words"]
    others = [{**words, "vocabulary": words["vocabulary"][::-1]} if each is words else each for each in facts["terms"]]
    swapped = {**facts, "terms": others}
    (stored.artifact / "transferkit.json").write_text(json.dumps(swapped))
    with pytest.raises(ArtifactError, match=r"transferkit.json is not what was saved"):
        verify(run)
    (stored.artifact / "files.json").unlink()
    (problem,) = verify(run)
    assert problem.startswith("models/mine: answers differ by")


def test_a_fresh_process_compares(run: RunFolder, outcome: Outcome, monkeypatch: pytest.MonkeyPatch) -> None:
    verify_in_fresh_process(run)  # nothing to do, no process
    stored = run.store("mine", 0, outcome, ROWS, {})
    (stored.artifact / "model.safetensors").write_bytes(b"damaged")
    with pytest.raises(ArtifactError, match=r"does not answer as the trained one did: .*mine") as raised:
        verify_in_fresh_process(run)
    assert "\n" not in str(raised.value)
    assert verifying.TOLERANCE <= 1e-3


# Going on


def test_a_second_run_into_a_folder_needs_resume(run: RunFolder) -> None:
    with pytest.raises(ConfigError, match=r"already holds a run; --resume continues it.*run-2"):
        open_run(config(), run.path, resume=False)
    assert open_run(config(), run.path, resume=True) == run
    assert open_run(config(offline=True, cache_dir="elsewhere", language="zh"), run.path, resume=True) == run


def hold(path: Path, held: Any, free: Any) -> None:
    with opened(config(), path, resume=True):
        held.set()
        free.wait(60)


def test_one_process_at_a_time(tmp_path: Path) -> None:
    """And none that was killed."""
    fork, path = multiprocessing.get_context("fork"), tmp_path / "run"
    held, free = fork.Event(), fork.Event()
    worker = fork.Process(target=hold, args=(path, held, free))
    worker.start()
    assert held.wait(60)
    for resume in (True, False):
        with pytest.raises(ConfigError, match=r"another process is working in|already holds a run"):
            refuse_unusable(path, resume, tmp_path / "cache")
        with pytest.raises(ConfigError), opened(config(), path, resume):
            raise AssertionError
    assert worker.pid
    os.kill(worker.pid, signal.SIGKILL)
    worker.join()
    refuse_unusable(path, True, tmp_path / "cache")
    with opened(config(), path, resume=True) as run, pytest.raises(ConfigError, match=r"another process .*run-2"):
        refuse_unusable(run.path, True, tmp_path / "cache")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"seed": 3}, "seed: 0 then, 3 now"),
        ({"routes": ["baseline"]}, "routes: .* then, baseline now"),
        ({"routes": ["baseline", {"full": {"epochs": 2}}]}, r"baseline,full \(epochs=2\) now"),
        ({"data": {"path": "others.csv"}}, "others.csv"),
        ({"model": "all-mpnet-base-v2"}, "model"),
    ],
)
def test_other_settings_are_another_run(run: RunFolder, changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError, match=f"cannot resume .*{words}"):
        open_run(config(**changes), run.path, resume=True)


def test_other_rows_are_another_run(run: RunFolder) -> None:
    run.expect("abc")
    run.expect("abc")
    with pytest.raises(ConfigError, match=r"cannot resume .*rows have changed"):
        run.expect("xyz")
    run.clear_work()
    (run.path / saved_run.NAME).write_text(json.dumps(finished("abc")))
    run.expect("abc")
    run.expect("abc", "its students are done")
    with pytest.raises(ConfigError, match="rows have changed"):
        run.expect("xyz")


def test_other_unlabelled_rows_are_another_run(run: RunFolder) -> None:
    run.expect("abc", "u")
    run.expect("abc", "u")
    for other in ("v", ""):
        with pytest.raises(ConfigError, match="its unlabelled rows have changed"):
            run.expect("abc", other)
    with pytest.raises(ConfigError, match="its rows have changed"):
        run.expect("xyz", "u")


def test_resume_without_a_run_starts_one(tmp_path: Path) -> None:
    assert open_run(config(), tmp_path / "new", resume=True).path.joinpath("config.yaml").exists()


def test_a_damaged_description_is_one_sentence(run: RunFolder) -> None:
    (run.path / "config.yaml").write_text("data: [unclosed")
    with pytest.raises(ConfigError, match="cannot read the run description"):
        open_run(config(), run.path, resume=True)


def test_the_machine_is_described() -> None:
    found = machine()
    assert found["cores"] >= 1 and found["memory_gb"] > 0 and found["processor"] and found["system"]
    assert json.loads(json.dumps(found)) == found
