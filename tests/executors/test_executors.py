"""Trainings in other processes: what they are told comes over whole, and they leave what this process would."""

import dataclasses
import pickle
import shutil
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tiny_models import Tiny, rows_for, save_model, some_rows
from transferkit import executors, options, planning, routes, tasks
from transferkit.artifact import held_out
from transferkit.artifact.ledger import Ledger
from transferkit.artifact.run_folder import Finished, RunFolder, open_run
from transferkit.artifact.training_record import NAME as TRAINING
from transferkit.config import RouteConfig, parse
from transferkit.errors import ConfigError
from transferkit.executors import in_process
from transferkit.job import Job, UntrainedError, job_of, trained
from transferkit.planning import Prepared
from transferkit.transfer import cross_validate, train_routes

ROUTES: list[Any] = [{"full": {"epochs": 2}}, {"static": {"epochs": 1, "width": 8, "hidden": 8, "teachers": ["full"]}}]


@dataclass(frozen=True)
class Processes:
    """Every job goes to a process of `pool`."""

    pool: ProcessPoolExecutor

    def run(self, jobs: Sequence[Job]) -> Iterator[Finished]:
        begun: list[Future[Finished]] = []
        for job in jobs:
            wait(future for future, other in zip(begun, jobs, strict=False) if job.follows(other))
            begun.append(self.pool.submit(trained, job))
        wait(begun)
        yield from (future.result() for future in begun)


@dataclass(frozen=True)
class Noted:
    """An executor that keeps what it is given."""

    jobs: list[Job]

    def run(self, jobs: Sequence[Job]) -> Iterator[Finished]:
        self.jobs.extend(jobs)
        return in_process.run(jobs)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("executors")
    save_model(folder / "model", "bert", 2)
    return folder


@pytest.fixture(scope="module")
def processes() -> Iterator[Processes]:
    """Two of them."""
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        yield Processes(pool)


def prepared_in(place: Path, name: str, **changes: Any) -> Prepared:
    rows = some_rows(60)
    table = {"text": list(rows["text"]), "label": list(rows["label"]), "id": list(range(60))}
    data = {"path": "rows", "folds": 0}
    values = {"model": str(place / "model"), "offline": True, "cache_dir": str(place / f"{name}-cache")}
    asked = {"data": data, "output_dir": str(place / name), "routes": ROUTES, **values, **changes}
    return planning.prepare(parse(asked), table)


def trained_in(place: Path, name: str, executor: executors.Executor) -> tuple[RunFolder, dict[str, list[Finished]]]:
    prepared = prepared_in(place, name)
    run = open_run(prepared.config, prepared.folder, False)
    return run, train_routes(prepared, run, planning.applicable(prepared)[0], executor)


def over(value: Any) -> Any:
    """`value` as it arrives in another process."""
    return pickle.loads(pickle.dumps(value))


def same(one: Any, other: Any) -> bool:
    """Equal, arrays within too."""
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and np.array_equal(one, other)
    if dataclasses.is_dataclass(one):
        return all(same(getattr(one, f.name), getattr(other, f.name)) for f in dataclasses.fields(one))
    if isinstance(one, Mapping):
        return list(one) == list(other) and all(same(one[name], other[name]) for name in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def left(run: RunFolder) -> dict[str, bytes]:
    """Every file of the artifacts, but for the record with the seconds, and the answers to the validation rows."""
    there = [path for part in ("models", "held_out") for path in (run.path / part).rglob("*") if path.is_file()]
    return {path.relative_to(run.path).as_posix(): path.read_bytes() for path in there if path.name != TRAINING}


# What comes over


@pytest.mark.parametrize("name", tasks.names())
def test_a_task_comes_over(name: str) -> None:
    task = tasks.get(name).bound(rows_for(name))
    assert over(task) == task and over(tasks.get(name)) == tasks.get(name)


@pytest.mark.parametrize("name", options.names())
def test_a_plan_comes_over(name: str) -> None:
    needed = [key for key, field in options.get(name).Options.model_fields.items() if field.is_required()]
    plan = routes.resolve(RouteConfig(name=name, label="mine", options=dict.fromkeys(needed, "x")))
    assert over(plan) == plan


def test_a_backbone_comes_over(tiny: Tiny) -> None:
    assert over(tiny("bert")) == tiny("bert")


def test_a_job_comes_over_without_test_rows(place: Path) -> None:
    prepared = prepared_in(place, "over")
    assert same(over(prepared), prepared) and len(prepared.splits.test) and prepared.tables
    job = job_of(prepared, RunFolder(place / "over"), prepared.plans[1], ["baseline"], 0)
    assert same(over(job), job) and not len(job.prepared.splits.test) and not job.prepared.tables
    told = pickle.dumps(job)
    assert prepared.splits.train["text"][0].encode() in told
    assert not any(text.encode() in told for text in prepared.splits.test["text"])


def test_what_fails_is_told_with_its_route() -> None:
    error = over(UntrainedError("mine", ConfigError("its layers are of another kind")))
    assert error.title == "mine" and str(error) == "its layers are of another kind"
    assert type(error.error) is ConfigError and str(error.error) == str(error)


# What is left


def test_two_processes_leave_what_one_does(place: Path, processes: Processes) -> None:
    here, one = trained_in(place, "here", in_process)
    there, other = trained_in(place, "there", processes)
    assert list(one) == list(other) == ["baseline", "full", "static"]
    files = left(here)
    assert left(there) == files and {"models/full/model.safetensors", "held_out/static-0.json.gz"} <= files.keys()
    assert held_out.read(held_out.path_of(there.path, "full", 0)).shape[1] == 3
    for title in one:
        (mine,), (theirs,) = one[title], other[title]
        known = {"artifact": mine.artifact, "seconds": mine.seconds, "notes": mine.notes}
        assert replace(theirs, **known) == mine and theirs.artifact == there.path / "models" / title
    assert there.ledger.read().artifacts == here.ledger.read().artifacts
    assert there.ledger.read().files.keys() == here.ledger.read().files.keys()


def test_a_cross_validation_in_two_processes_answers_the_same(place: Path, processes: Processes) -> None:
    found = []
    for name, executor in (("folds-here", in_process), ("folds-there", processes)):
        prepared = prepared_in(place, name, routes=[{"full": {"epochs": 1}}], data={"path": "rows", "folds": 2})
        run = open_run(prepared.config, prepared.folder, False)
        found.append(cross_validate(prepared, run, planning.applicable(prepared)[0], executor))
    here, there = found
    assert here.rows.numbers.tolist() == there.rows.numbers.tolist() and len(here.rows) > 40
    assert here.outputs.keys() == there.outputs.keys() == {"baseline", "full"}
    assert all(np.array_equal(here.outputs[title], there.outputs[title]) for title in here.outputs)


def test_a_student_follows_its_teacher_alone(place: Path) -> None:
    prepared = prepared_in(place, "order", routes=["feature_transfer", *ROUTES], seeds=2)
    titles = [plan.title for plan in prepared.plans]
    run = RunFolder(place / "order")
    jobs = [job_of(prepared, run, plan, titles[:i], r) for i, plan in enumerate(prepared.plans) for r in range(2)]
    names = [(job.plan.title, job.repeat) for job in jobs]
    follows = {(names[i], names[j]) for i, one in enumerate(jobs) for j, other in enumerate(jobs) if one.follows(other)}
    assert follows == {(("static", 0), ("full", 0)), (("static", 1), ("full", 1))}


def test_jobs_come_in_the_order_of_their_routes_and_what_has_finished_stays(place: Path) -> None:
    noted = Noted([])
    run, found = trained_in(place, "noted", noted)
    assert [job.plan.title for job in noted.jobs] == list(found) == ["baseline", "full", "static"]
    shutil.rmtree(found["static"][0].artifact)
    before = (found["full"][0].artifact / "model.safetensors").stat().st_mtime_ns
    again = list(in_process.run(noted.jobs))
    assert (again[1].artifact / "model.safetensors").stat().st_mtime_ns == before
    assert again[:2] == [found["baseline"][0], found["full"][0]] and again[2].artifact.is_dir()
    assert run.ledger.read().artifacts.keys() == {"baseline-0", "full-0", "static-0"}


def test_a_route_that_cannot_be_trained_in_another_process_is_named(place: Path, processes: Processes) -> None:
    prepared = prepared_in(place, "failing")
    run = open_run(prepared.config, prepared.folder, False)
    baseline, full, _ = prepared.plans
    ((name, backbone),) = prepared.backbones.items()
    gone = replace(prepared, backbones={name: replace(backbone, folder=place / "gone")})
    jobs = [job_of(prepared, run, baseline, [], 0), job_of(gone, run, full, [], 0)]
    with pytest.raises(UntrainedError) as raised:
        list(processes.run(jobs))
    assert raised.value.title == "full" and run.finished("baseline", 0)


def test_nothing_that_several_note_at_once_is_lost(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "run")
    draft = tmp_path / "draft"
    draft.mkdir()
    (draft / "weights").write_text("1")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda i: Ledger(tmp_path / "run").note_artifact(f"{i}", draft), range(100)))
        list(pool.map(lambda i: Ledger(tmp_path / "run").note_file(f"{i}", draft / "weights"), range(100)))
    names = {str(i) for i in range(100)}
    assert ledger.read().artifacts.keys() == names and ledger.read().files.keys() == names
