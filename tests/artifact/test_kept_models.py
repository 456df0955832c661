"""What a run leaves on disk: all of its models or the best ones, whole or in 16 bits."""

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForSequenceClassification

import transferkit
from calling import Call
from transferkit import predictors
from transferkit.artifact import half_weights
from transferkit.artifact.half_weights import Compared, halved
from transferkit.errors import ConfigError
from transferkit.finished_run import Run
from transferkit.table.rows import from_texts

Fit = Callable[..., Run]
TEXTS = [f"the {noun} was {word}" for noun in ("film", "meal", "talk") for word in ("good", "bad", "awful", "fine")]


@pytest.fixture
def fit(tiny_model: Path, small_file: Path, tmp_path: Path) -> Fit:
    def run(**settings: Any) -> Run:
        where = {"cache_dir": tmp_path / "cache", "output_dir": tmp_path / "run"}
        routes = ["feature_transfer", {"full": {"epochs": 2}}, {"full": {"epochs": 1, "label": "short"}}]
        usual = {"routes": routes, "folds": 0, "offline": True}
        return transferkit.fit(small_file, **{"model": str(tiny_model), **usual, **where, **settings})

    return run


def test_only_the_best_models_stay_and_everything_says_so(fit: Fit, call: Call) -> None:
    run = fit(keep="best")
    stay = {run.result.best, run.result.cheapest, "baseline"} - {None}
    gone = {route.name for route in run.result.routes} - stay
    assert gone and {path.name for path in (run.folder / "models").iterdir()} == stay
    written = json.loads((run.folder / "run.json").read_text(encoding="utf-8"))
    assert {route["name"] for route in written["routes"] if not route["kept"]} == gone
    assert written["config"]["keep"] == "best"
    assert all(("not kept" in " ".join(route["notes"])) == (route["name"] in gone) for route in written["routes"])
    with (run.folder / "leaderboard.csv").open(encoding="utf-8", newline="") as file:
        assert {row["name"] for row in csv.DictReader(file) if not row["artifact"]} == gone
    assert "its model was not kept" in (run.folder / "report.html").read_text(encoding="utf-8")
    name = min(gone)
    ended = call("predict", run.folder, "--text", "a good film", "--route", name)
    assert ended.code == ConfigError.exit_code and f"did not keep the model of '{name}'" in ended.error
    assert min(stay) in ended.error
    assert call("predict", run.folder, "--text", "a good film").code == 0
    assert call("compare", run.folder, shutil.copytree(run.folder, run.folder.with_name("copy"))).code == 0


def test_a_run_that_dropped_models_has_nothing_left_to_resume(fit: Fit) -> None:
    run = fit(keep="best")
    before = {path: path.read_bytes() for path in run.folder.rglob("*") if path.is_file() and path.suffix != ".lock"}
    with pytest.raises(ConfigError, match="nothing is left to resume"):
        fit(keep="best", resume=True)
    assert {path: path.read_bytes() for path in before} == before


def test_what_others_put_beside_a_dropped_model_stays(fit: Fit, monkeypatch: pytest.MonkeyPatch) -> None:
    from transferkit import flow

    write = flow.leave_behind

    def with_a_note(result: Any, run: Any) -> None:
        for folder in (run.path / "models").iterdir():
            (folder / "notes.txt").write_text("mine")
        write(result, run)

    monkeypatch.setattr(flow, "leave_behind", with_a_note)
    run = fit(keep="best")
    dropped = [route for route in run.result.routes if not route.kept]
    assert [[path.name for path in (run.folder / route.artifact).iterdir()] for route in dropped] == [
        ["notes.txt"] for _ in dropped
    ]


def test_all_models_stay_unless_asked_otherwise(fit: Fit) -> None:
    run = fit(routes="feature_transfer")
    assert {path.name for path in (run.folder / "models").iterdir()} == {"baseline", "feature_transfer"}
    assert all(route.kept for route in run.result.routes)


def test_half_the_bytes_and_the_same_answers(fit: Fit, tmp_path: Path) -> None:
    whole = fit(output_dir=tmp_path / "whole")
    half = fit(half_weights=True)
    for name in ("full", "feature_transfer"):
        folder = half.folder / "models" / name
        weights = load_file(folder / "model.safetensors")
        assert {weight.dtype for weight in weights.values() if weight.ndim > 1} == {torch.float16}
        assert {weight.dtype for weight in weights.values() if weight.ndim == 1} == {torch.float32}
        before = whole.folder / "models" / name / "model.safetensors"
        assert (folder / "model.safetensors").stat().st_size < 0.7 * before.stat().st_size
        note = next(note for note in half.result.route(name).notes if "saved in fp16" in note)
        assert "the same answers to" in note and "validation rows" in note
        assert sorted(path.name for path in folder.iterdir() if path.name.startswith(".")) == []
        answers = [run.model(name).predict_proba(TEXTS) for run in (whole, half)]
        assert np.abs(answers[0] - answers[1]).max() <= half_weights.TOLERANCE
        assert half.model(name).predict(TEXTS) == whole.model(name).predict(TEXTS)
    plain = AutoModelForSequenceClassification.from_pretrained(half.folder / "models" / "full")
    assert {weight.dtype for weight in plain.parameters()} == {torch.float32}
    assert not any("weights are saved" in note for note in half.result.route("baseline").notes)


def model_of(fit: Fit) -> tuple[Path, Any, Compared]:
    run = fit(routes={"full": {"epochs": 1}})
    folder = run.folder / "models" / "full"
    rows = from_texts(TEXTS)
    return folder, predictors.load(folder), Compared(rows, "rows", run.result.task)


def test_weights_stay_whole_where_answers_would_differ(fit: Fit, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, predictor, compared = model_of(fit)
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    monkeypatch.setattr(half_weights, "TOLERANCE", 0.0)
    answering, said = halved(folder, predictor, compared)
    assert answering is predictor and said.startswith("weights are saved in fp32: in fp16 0 of 12 answers to rows")
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()} == before


def test_what_16_bits_have_no_room_for_is_tried_in_others(fit: Fit) -> None:
    folder, predictor, compared = model_of(fit)
    weights = load_file(folder / "model.safetensors")
    name = next(name for name in weights if name.endswith("position_embeddings.weight"))
    weights[name][-1] = 1e6  # of a place that no text here reaches
    (folder / "files.json").unlink()
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    predictor = predictors.load(folder)
    _, said = halved(folder, predictor, compared)
    assert said.startswith("weights are saved in bf16") or "fp16 has no room for its largest weight" in said
    kept = load_file(folder / "model.safetensors")[name]
    assert bool(torch.isfinite(kept.float()).all()) and float(kept[-1, 0]) == pytest.approx(1e6, rel=0.01)


def test_an_unknown_choice_is_refused(fit: Fit) -> None:
    with pytest.raises(ConfigError, match="keep"):
        fit(keep="some")
