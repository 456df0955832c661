"""The whole product on a small file: every route, what is left behind, the same again, and going on after a kill."""

import csv
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
import yaml

from tiny_models import save_model, some_rows
from transferkit import estimate, flow, job, judging, planning, predictors, transfer
from transferkit.artifact.run_folder import open_run
from transferkit.artifact.verify import verify_in_fresh_process
from transferkit.cache.spaces import Cache, Space
from transferkit.config import parse
from transferkit.context import Context
from transferkit.errors import ConfigError
from transferkit.evaluation.results import RunResult
from transferkit.intake import take_in
from transferkit.planning import context_of
from transferkit.predictors import Predictions
from transferkit.routes import Outcome, Plan
from transferkit.table.rows import Rows, row_key
from transferkit.table.splits import Audit, Finding

CANARY = "here now canary"


@dataclass(frozen=True)
class Place:
    """Where the tests of this file have their model and their rows."""

    folder: Path

    def config(self, run: str, **changes: Any) -> dict[str, Any]:
        return {
            "data": {"path": str(self.folder / "rows.csv"), "test": str(self.folder / "test.csv"), "folds": 0},
            "model": str(self.folder / "model"),
            "offline": True,
            "output_dir": str(self.folder / run),
            "cache_dir": str(self.folder / f"{run}-cache"),
            **changes,
        }


EVERYTHING: list[Any] = [
    "feature_transfer",
    {"full": {"epochs": 12, "learning_rate": 4e-3, "batch_size": 16}},
    {"top_layers": {"epochs": 2}},
    {"lora": {"epochs": 2}},
    "contrastive",
    {"fewer_layers": {"epochs": 1, "teachers": ["full"]}},
    {"static": {"epochs": 2, "width": 16, "hidden": 16, "teachers": ["full", "lora"], "label": "two teachers"}},
]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("flow")
    save_model(folder / "model", "bert")
    save_model(folder / "small", "bert", 2)
    for name, rows in (("rows", some_rows(90)), ("test", some_rows(40, seed=77))):
        with (folder / f"{name}.csv").open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["text", "label"])
            writer.writerows(zip(rows["text"], rows["label"], strict=True))
            if name == "test":
                writer.writerow([CANARY, "tool"])
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield Place(folder)
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def everything(place: Place) -> RunResult:
    """All routes with two seeds."""
    asked = [*EVERYTHING, {"pretrained": {"epochs": 1, "model": str(place.folder / "small")}}]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flow, "verify_in_fresh_process", verify_in_fresh_process)
        return flow.fit(parse(place.config("everything", routes=asked, seeds=2)))


NAMES = ["baseline", "feature_transfer", "full", "top_layers", "lora", "contrastive", "fewer_layers", "pretrained"]
NAMES += ["two teachers"]


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_route_is_judged(everything: RunResult) -> None:
    assert sorted(route.name for route in everything.routes) == sorted(NAMES) and everything.skipped == ()
    for route in everything.routes:
        assert len(route.seed_values) == 2 and route.outputs.shape == (len(everything.splits.test), 3)
        assert route.seed_values[0] == pytest.approx(route.scores.metrics["accuracy"].value)
        assert route.cost.parameters > 0 and route.cost.train_seconds > 0
    assert everything.best in NAMES and everything.cheapest in (*NAMES, None)
    assert everything.route("full").scores.metrics["accuracy"].value > 0.55


def test_a_model_that_reads_less_than_the_audit_says_is_told() -> None:
    test = Rows({"text": ["a"] * 3}, np.array([4, 5, 6]))
    warned = Finding("truncation", "warning", "", (4, 9), "")
    known: Any = SimpleNamespace(splits=SimpleNamespace(test=test, audit=Audit((warned,), {})), backbones={"one": None})
    assert judging._told(known, Predictions(np.zeros(3), cut=(0,))) == ()
    found = judging._told(known, Predictions(np.zeros(3), cut=(0, 2), unfinished=(1,)))
    assert found == (
        "2 of 3 test rows have more tokens than it reads",
        "1 of 3 answers stopped at max_new_tokens",
    )
    known.backbones["two"] = None  # of which the audit's may be about the other
    assert len(judging._told(known, Predictions(np.zeros(3), cut=(0,)))) == 1


def test_what_is_left_behind(everything: RunResult, place: Place) -> None:
    run = place.folder / "everything"
    files = {"config.yaml", "run.json", "leaderboard.csv", "predictions.csv", "report.html", "models"}
    files |= {"learned_rows.safetensors", "held_out", ".transferkit"}
    assert {path.name for path in run.iterdir()} == files
    assert len({path.stat().st_mode for path in run.iterdir() if path.is_file()}) == 1
    assert sorted(path.name for path in (run / "models").iterdir()) == sorted(NAMES)
    for name in NAMES:
        artifact = run / "models" / name
        assert {"README.md", "transferkit.json", "training.json"} <= {path.name for path in artifact.iterdir()}
    document = json.loads((run / "run.json").read_text())
    assert document["manifest"]["seeds"] == [0, 1] and document["manifest"]["versions"]["torch"]
    assert yaml.safe_load((run / "config.yaml").read_text())["seeds"] == 2
    assert "</html>" in (run / "report.html").read_text()


def test_the_tables_agree_with_the_result(everything: RunResult, place: Place) -> None:
    run = place.folder / "everything"
    rows = table(run / "predictions.csv")
    test = everything.splits.test
    assert [row["text"] for row in rows] == list(test["text"])
    assert len(table(run / "leaderboard.csv")) == len(NAMES)
    for route in everything.routes:
        right = np.mean([row[route.name] == row["label"] for row in rows])
        assert right == pytest.approx(route.scores.metrics["accuracy"].value)
        again = predictors.load(run / "models" / route.name).predict(test).outputs
        assert np.allclose(again, route.outputs, atol=1e-5)


# The test rows


def test_no_test_row_is_seen_before_the_end(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    keys: set[str] = set()
    fetch = Space.fetch

    def watched(self: Space, names: list[str], compute: Any) -> Any:
        keys.update(names)
        return fetch(self, names, compute)

    monkeypatch.setattr(Space, "fetch", watched)
    routes = ["feature_transfer", {"top_layers": {"epochs": 1}}, {"static": {"epochs": 1, "teachers": ["top_layers"]}}]
    config = parse(place.config("canary", routes=routes))
    prepared = planning.prepare(config)
    plans, skipped = planning.applicable(prepared)
    trained = transfer.train_routes(prepared, open_run(prepared.config, prepared.folder, False), plans)
    assert CANARY in prepared.splits.test["text"] and len(keys) > 80 and not skipped
    assert keys.isdisjoint(prepared.splits.test.keys()) and row_key(CANARY, None) not in keys
    stored = [np.load(path) for path in Cache(place.folder / "canary-cache" / "activations").folder.rglob("keys.npy")]
    assert row_key(CANARY, None).encode() not in {name for names in stored for name in names.tolist()}
    assert set(trained) == {"baseline", "feature_transfer", "top_layers", "static"}


def test_a_route_has_no_way_to_the_test_rows(place: Place) -> None:
    prepared = planning.prepare(parse(place.config("context", routes=["baseline"])))
    run = open_run(prepared.config, prepared.folder, False)
    context = context_of(prepared, run, [], prepared.plans[0], 0)
    texts = {text for value in vars(context).values() if isinstance(value, Rows) for text in value["text"]}
    assert texts == {*prepared.splits.train["text"], *prepared.splits.validation["text"]}
    assert CANARY not in texts and not any(value is prepared.splits for value in vars(context).values())


# Going on


KILLED: list[Any] = [{"full": {"epochs": 4}}, {"top_layers": {"epochs": 3}}]


def in_a_process(values: dict[str, Any], resume: bool = False, dies_at: int = 0) -> subprocess.CompletedProcess[str]:
    program = str(Path(__file__).with_name("flow_run.py"))
    command = [sys.executable, program, json.dumps(values), "resume" if resume else "new", str(dies_at)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_killed_run_goes_on_to_the_same_result(place: Place) -> None:
    """Killed in the second epoch of the second route. The other run also shows that one seed gives one result."""
    whole = flow.fit(parse(place.config("whole", routes=KILLED)))
    values = place.config("killed", routes=KILLED)
    # 73 rows or so in batches of 32: three steps an epoch, twelve in the first route.
    ended = in_a_process(values, dies_at=12 + 5)
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    run = place.folder / "killed"
    assert list((run / ".transferkit" / "unfinished" / "checkpoints" / "top_layers-0").glob("checkpoint-*"))
    assert not (run / "models" / "top_layers").exists() and not (run / "report.html").exists()
    first = {path: path.stat().st_mtime_ns for path in (run / "models" / "full").iterdir()}
    with pytest.raises(ConfigError, match=r"already holds a run; --resume"):
        flow.fit(parse(values))
    with pytest.raises(ConfigError, match=r"cannot resume .*seed: 0 then, 1 now"):
        flow.fit(parse({**values, "seed": 1}), resume=True)
    rows = place.folder / "rows.csv"
    before = rows.read_text()
    rows.write_text(before + "the other cat here,animal\n")
    with pytest.raises(ConfigError, match=r"cannot resume .*rows have changed"):
        flow.fit(parse(values), resume=True)
    rows.write_text(before)
    ended = in_a_process(values, resume=True)
    assert ended.returncode == 0, ended.stderr
    assert 0 < int(ended.stdout.split()[-1]) <= 9 - 4
    assert {path: path.stat().st_mtime_ns for path in first} == first
    assert (run / "predictions.csv").read_bytes() == (place.folder / "whole" / "predictions.csv").read_bytes()
    for route in whole.routes:
        found = predictors.load(run / "models" / route.name).predict(whole.splits.test).outputs
        assert np.array_equal(found, route.outputs), route.name
    assert not (run / ".transferkit" / "unfinished").exists()


def test_routes_that_do_not_apply_are_skipped_and_said(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    values = place.config("skipping", routes=["static", {"full": {"epochs": 1}}])
    result = flow.fit(parse(values))
    assert [each.name for each in result.skipped] == ["static"] and "no route before it" in result.skipped[0].reason
    assert "static" in (place.folder / "skipping" / "report.html").read_text()


@pytest.mark.parametrize("dry", [False, True])
def test_a_run_of_nothing_but_the_baseline_must_be_asked_for(place: Place, dry: bool) -> None:
    config = parse(place.config("nothing", routes=["static"]))
    with pytest.raises(ConfigError, match="none of the routes asked for can run here: static: no route before it"):
        estimate.of_run(take_in(config)) if dry else flow.fit(config)
    assert not (place.folder / "nothing").exists()
    plans, skipped = planning.applicable(planning.prepare(parse(place.config("both", routes=["baseline", "static"]))))
    assert [plan.title for plan in plans] == ["baseline"] and len(skipped) == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"instruction": "Say it."}, "instruction: for models that write"),
        ({"generation": {"num_beams": 2}}, "generation: for models that write"),
        ({"routes": ["ful"]}, "unknown route"),
        ({"routes": ["full", {"full": {"epochs": 2}}]}, "named twice: full"),
        ({"routes": [{"full": {"rounds": 2}}]}, "rounds"),
        ({"max_length": 4000}, "at most 48 tokens"),
        ({"task": "poetry"}, "unknown task"),
    ],
)
def test_mistakes_are_found_before_anything_is_trained(place: Place, changes: dict[str, Any], words: str) -> None:
    values = place.config("mistaken", **changes)
    with pytest.raises(ConfigError, match=words):
        flow.fit(parse(values))
    assert not (place.folder / "mistaken").exists()


def test_a_training_that_reads_the_cache_says_so(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job, "_WORTH_SAYING", 0.0)
    shared = {"routes": ["feature_transfer"], "cache_dir": str(place.folder / "shared-cache")}
    first = flow.fit(parse(place.config("cache-first", **shared))).route("feature_transfer")
    assert not any("came from the cache" in note for note in first.notes)
    second = flow.fit(parse(place.config("cache-second", **shared))).route("feature_transfer")
    assert [note for note in second.notes if "of it now: the rest came from the cache" in note]
    assert second.settings["feature_seconds"] > 0
    assert second.cost.train_seconds > second.settings["feature_seconds"]


def test_trainings_for_comparison_share_no_checkpoints(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Labels that differ only after a dot, as file suffixes do."""
    folders: list[Path] = []
    run = Plan.run

    def noted(plan: Plan, context: Context) -> Outcome:
        folders.append(context.folder)
        return run(plan, context)

    monkeypatch.setattr(Plan, "run", noted)
    routes: list[Any] = [{"feature_transfer": {"label": f"v1.{i}"}} for i in (2, 3)]
    flow.fit(parse(place.config("dotted", routes=routes)))
    trained = [folder for folder in folders if folder.name.startswith("v1.")]
    assert len(trained) == len(set(trained)) == 4
