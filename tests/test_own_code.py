"""Models that bring Python code: with the flag they work to the end, without it nothing is run or asked."""

import builtins
import csv
import json
from pathlib import Path
from typing import Any

import pytest
from transformers import dynamic_module_utils

import transferkit
from calling import Call
from own_code import save_own
from tiny_models import save_model, some_rows
from transferkit import TransferClassifier, flow, sources
from transferkit.artifact.verify import verify_in_fresh_process
from transferkit.errors import ArtifactError, SourceError

TEXTS = ["the old cat was here", "a red one"]
ROUTES = "feature_transfer,full,fewer_layers"
FAST = ["full.epochs=1", "fewer_layers.epochs=1", "fewer_layers.layers=2", "fewer_layers.teachers=full"]


@pytest.fixture(autouse=True)
def agreeable(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Somebody at the terminal who says yes to everything; what they were asked."""
    asked: list[str] = []

    def answer(question: object = "") -> str:
        asked.append(str(question))
        return "y"

    monkeypatch.setattr(builtins, "input", answer)
    return asked


@pytest.fixture(autouse=True)
def copies_of_code(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where transformers puts the code of models, here and in processes started from here."""
    monkeypatch.setenv("HF_MODULES_CACHE", str(place / "modules"))
    monkeypatch.setattr(dynamic_module_utils, "HF_MODULES_CACHE", str(place / "modules"))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("own")


@pytest.fixture(scope="module")
def model(place: Path) -> Path:
    return save_own(place / "model", place / "mark")


@pytest.fixture(scope="module")
def file(place: Path) -> Path:
    rows = some_rows(60)
    with (place / "rows.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([("text", "label"), *zip(rows["text"], rows["label"], strict=True)])
    return place / "rows.csv"


def fit(call: Call, model: Path, file: Path, *more: object) -> Any:
    words = ["fit", file, "--model", model, "--routes", ROUTES, "--offline", "--output-dir", model.parent / "run"]
    return call(*words, "--cache-dir", model.parent / "cache", *(w for each in FAST for w in ("--set", each)), *more)


def test_without_the_flag_nothing_is_run_or_asked(
    model: Path, file: Path, place: Path, call: Call, agreeable: list[str]
) -> None:
    ended = fit(call, model, file)
    assert (ended.code, agreeable, (place / "mark").exists()) == (SourceError.exit_code, [], False)
    assert "--trust-remote-code" in ended.error and not (place / "run").exists()


def test_an_estimator_runs_code_only_when_told_to(
    model: Path, file: Path, place: Path, tmp_path: Path, agreeable: list[str]
) -> None:
    rows = some_rows(60)
    asked = {"model": str(model), "cache_dir": tmp_path / "cache", "offline": True}
    with pytest.raises(SourceError, match="--trust-remote-code"):
        TransferClassifier(**asked).fit(rows["text"], rows["label"])
    assert (agreeable, (place / "mark").exists()) == ([], False)
    told = TransferClassifier(**asked, trust_remote_code=True).fit(rows["text"], rows["label"])
    assert (place / "mark").exists() and set(told.predict(TEXTS)) <= set(rows["label"])
    (place / "mark").unlink()


def test_with_the_flag_it_works_to_the_end(
    model: Path, file: Path, place: Path, call: Call, agreeable: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flow, "verify_in_fresh_process", verify_in_fresh_process)
    ended = fit(call, model, file, "--trust-remote-code")
    assert ended.code == 0, ended.err
    run = place / "run"
    for route in ROUTES.split(","):
        (place / "mark").unlink(missing_ok=True)
        with pytest.raises(ArtifactError, match="--trust-remote-code"):
            transferkit.load(run, route)
        for command in ("predict", "evaluate"):
            refused = call(command, run, file, "--route", route)
            assert refused.code == ArtifactError.exit_code and "--trust-remote-code" in refused.error
            trusted = call(command, run, file, "--route", route, "--trust-remote-code", "--quiet")
            assert trusted.code == 0, trusted.err
        assert len(transferkit.load(run, route, trust_remote_code=True).predict(TEXTS)) == 2
    assert transferkit.load(run, "baseline").predict(TEXTS) and agreeable == []


def test_an_artifact_that_asks_for_code_is_refused(tmp_path: Path, agreeable: list[str]) -> None:
    """As above, where the folder does not say itself that it brings code: it was made by somebody else."""
    folder = save_own(tmp_path / "artifact", tmp_path / "mark")
    facts = '{"kind": "transformer", "version": 1, "labels": ["a", "b"], "shape": "LABEL", "max_length": 16, '
    facts += '"prompt": "", "windows": false, "shift": 0.0}'
    (folder / "transferkit.json").write_text(facts)
    with pytest.raises(ArtifactError, match="--trust-remote-code"):
        transferkit.load(folder)
    assert agreeable == [] and not (tmp_path / "mark").exists()


def test_code_of_a_tokenizer_is_not_run(tmp_path: Path, agreeable: list[str]) -> None:
    folder = save_model(tmp_path / "model", "bert")
    said = json.loads((folder / "tokenizer_config.json").read_text())
    said |= {"auto_map": {"AutoTokenizer": [None, "own.OwnTokenizer"]}, "tokenizer_class": "OwnTokenizer"}
    (folder / "tokenizer_config.json").write_text(json.dumps(said))
    (folder / "own.py").write_text(f"import pathlib; pathlib.Path({str(tmp_path / 'mark')!r}).touch()")
    assert sources.load(str(folder), cache_dir=tmp_path / "cache", offline=True).tokenizer().is_fast
    assert agreeable == [] and not (tmp_path / "mark").exists()
