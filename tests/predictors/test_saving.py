"""Every kind of predictor is the same after saving, in another process too, and a damaged folder is one sentence."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers.utils import logging as untyped_logging

from tiny_models import Tiny, make_context, some_rows
from transferkit import predictors, routes, sums
from transferkit.config import RouteConfig
from transferkit.errors import ArtifactError
from transferkit.predictors import Predictor, span_matcher
from transferkit.predictors.tag_dictionary import counted
from transferkit.table.rows import Rows

logging: Any = untyped_logging

ROUTES: dict[str, dict[str, Any]] = {
    "baseline": {},
    "feature_transfer": {},
    "full": {"epochs": 1},
    "lora": {"epochs": 1},
    "static": {"epochs": 1, "width": 16, "hidden": 16},
}
ROWS = some_rows(30, seed=5)
PAIRS = some_rows(30, seed=5, pairs=True)
SHAPES = {"texts": ROWS, "pairs": PAIRS}


@pytest.fixture(scope="module")
def made(tiny: Tiny, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Predictor, Path]]:
    """A predictor of every route for texts and for pairs, and where it is saved."""
    found: dict[str, tuple[Predictor, Path]] = {}
    for shape in SHAPES:
        folder = tmp_path_factory.mktemp(shape)
        teachers: dict[str, Path] = {}
        for name, options in ROUTES.items():
            rows = some_rows(75, pairs=shape == "pairs")
            context = make_context(tiny("bert"), folder, rows, teachers=teachers)
            predictor = routes.resolve(RouteConfig(name=name, options=options)).run(context).predictor
            predictor.save(folder / name)
            teachers = {**teachers, name: folder / name}
            found[f"{name}-{shape}"] = predictor, folder / name
    return found


KEYS = [f"{name}-{shape}" for name in ROUTES for shape in SHAPES]


def rows_for(key: str) -> Rows:
    return SHAPES[key.split("-")[1]]


def test_every_kind_is_here(made: dict[str, tuple[Predictor, Path]]) -> None:
    kinds = {json.loads((path / predictors.FACTS).read_text())["kind"] for _, path in made.values()}
    elsewhere = {"tag_dictionary", "span_matcher", "generator", "in_context", "plain_copy"}
    assert kinds | elsewhere == {module.name for module in iter_modules(predictors.__path__)}


def test_a_matcher_of_spans(tmp_path: Path) -> None:
    told = "Anna wrote the old book in 1931. The red house is near the sea, says Peter Smith."
    contexts = [told, *["The one in the other is here."] * 9]
    matcher = span_matcher.counted(contexts, 1.0)
    questions = ["When was the book written?", "Who says where the house is?"]
    rows = Rows({"text": questions, "text_pair": contexts[:1] * 2}, np.arange(2))
    found = matcher.predict(rows).outputs
    assert found["answer"].tolist() == ["1931", "Peter Smith"] and (found["score"] > 0).all()
    matcher.save(tmp_path)
    again = predictors.load(tmp_path).predict(rows).outputs
    assert again.tolist() == found.tolist()
    nothing = Rows({"text": ["Who?"], "text_pair": ["?"]}, np.arange(1))
    assert matcher.predict(nothing).outputs["answer"].tolist() == [""]


def test_a_dictionary_of_tags(tmp_path: Path) -> None:
    made = counted(["Paris is big", "Paris fell"], [[1, 0, 0], [1, 0]], ("O", "B-place"))
    made.save(tmp_path)
    asked = Rows({"text": ["paris was Paris", "is"]}, np.arange(2))
    for each in (made, predictors.load(tmp_path)):
        shares = each.predict(asked).outputs
        assert shares[0].argmax(axis=1).tolist() == [0, 0, 1] and np.isnan(shares[1, 1:]).all()
    assert len(made.predict(asked.take([]))) == 0


@pytest.mark.parametrize("key", KEYS)
def test_the_same_after_saving(made: dict[str, tuple[Predictor, Path]], key: str) -> None:
    predictor, path = made[key]
    again, rows = predictors.load(path), rows_for(key)
    assert np.allclose(again.predict(rows).outputs, predictor.predict(rows).outputs, atol=1e-5)
    assert (again.labels, again.parameters) == (predictor.labels, predictor.parameters)


@pytest.mark.parametrize("key", KEYS)
def test_saving_what_was_loaded(made: dict[str, tuple[Predictor, Path]], key: str, tmp_path: Path) -> None:
    predictor, path = made[key]
    predictors.load(path).save(tmp_path / "again")
    rows = rows_for(key)
    found = predictors.load(tmp_path / "again").predict(rows).outputs
    assert np.allclose(found, predictor.predict(rows).outputs, atol=1e-5)


@pytest.mark.parametrize("key", KEYS)
def test_saving_draws_no_bar(
    made: dict[str, tuple[Predictor, Path]], key: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    bars = logging.is_progress_bar_enabled()
    logging.enable_progress_bar()
    try:
        made[key][0].save(tmp_path / "saved")
        assert logging.is_progress_bar_enabled()
    finally:
        if not bars:
            logging.disable_progress_bar()
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("key", KEYS)
def test_no_rows_one_row_and_any_order(made: dict[str, tuple[Predictor, Path]], key: str) -> None:
    predictor, _ = made[key]
    rows = rows_for(key)
    none = predictor.predict(rows.take([]))
    assert none.outputs.shape == (0, 3) and len(none) == 0 and none.outputs.argmax(axis=1).shape == (0,)
    whole = predictor.predict(rows).outputs
    assert np.allclose(whole.sum(axis=1), 1, atol=1e-5) and (whole >= 0).all()
    assert np.allclose(predictor.predict(rows.take([7])).outputs[0], whole[7], atol=1e-5)
    assert np.allclose(predictor.predict(rows.take(range(29, -1, -1))).outputs[::-1], whole, atol=1e-5)


@pytest.mark.parametrize("key", KEYS)
def test_strange_texts(made: dict[str, tuple[Predictor, Path]], key: str) -> None:
    texts = ["", " ", "!!!", "zzz", "the " * 500, "日本語 🙂", "\x00\x02\x03", "a\nb"]
    columns = {"text": texts} | ({"text_pair": texts[::-1]} if key.endswith("pairs") else {})
    found = made[key][0].predict(Rows(columns, np.arange(1, len(texts) + 1))).outputs
    assert np.isfinite(found).all() and np.allclose(found.sum(axis=1), 1, atol=1e-5)


def test_all_of_them_in_a_fresh_process(made: dict[str, tuple[Predictor, Path]], tmp_path: Path) -> None:
    program = """
import json, sys
import numpy as np
from pathlib import Path
from transferkit import predictors
from transferkit.table.rows import Rows
for path, columns, expected in json.load(open(sys.argv[1])):
    rows = Rows(columns, np.arange(1, 31))
    gap = np.abs(predictors.load(Path(path)).predict(rows).outputs - np.array(expected)).max()
    assert gap < 1e-5, (path, gap)
"""
    inputs = []
    for key, (predictor, path) in made.items():
        columns = {name: list(values) for name, values in rows_for(key).columns.items() if name != "label"}
        inputs.append((str(path), columns, predictor.predict(rows_for(key)).outputs.tolist()))
    (tmp_path / "inputs.json").write_text(json.dumps(inputs))
    command = [sys.executable, "-c", program, str(tmp_path / "inputs.json")]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr


# Damage

NOT_NEEDED = ("tokenizer_config.json", "special_tokens_map.json", "README.md")


def damaged(path: Path, folder: Path) -> Iterator[tuple[str, Path]]:
    """Copies of `path`, each with one thing wrong."""
    for file in sorted(each for each in path.iterdir() if each.is_file() and each.name not in NOT_NEEDED):
        content = file.read_bytes()
        half, noise = content[: len(content) // 2], bytes(reversed(content))
        for what, instead in {"gone": None, "empty": b"", "half": half, "noise": noise, "list": b"[1, 2]"}.items():
            if what == "gone" and file.name == sums.NAME:
                continue  # earlier versions did not have it
            copy = folder / f"{file.name}-{what}"
            shutil.copytree(path, copy)
            if instead is None:
                (copy / file.name).unlink()
            else:
                (copy / file.name).write_bytes(instead)
            yield f"{file.name} {what}", copy


@pytest.mark.parametrize("name", ROUTES)
def test_damage_is_one_sentence(made: dict[str, tuple[Predictor, Path]], name: str, tmp_path: Path) -> None:
    wrong = []
    for what, copy in damaged(made[f"{name}-texts"][1], tmp_path):
        try:
            predictors.load(copy)
        except ArtifactError as error:
            if not (str(copy) in str(error) and "\n" not in str(error)):
                wrong.append((what, str(error)))
        except Exception as error:
            wrong.append((what, repr(error)))
        else:
            wrong.append((what, "loaded"))
    assert wrong == []


# Folders of earlier versions do not have them; `vocabularies` none but these.
OF_SOME_VERSIONS = {"threshold", "closed", "task", "columns", "own_code", "vocabularies", "by_script", "by_pairs"} | {
    *("parting", "unspaced", "borders", "longest", "prior")
}


@pytest.mark.parametrize("name", ROUTES)
def test_facts_that_are_wrong(made: dict[str, tuple[Predictor, Path]], name: str, tmp_path: Path) -> None:
    path = made[f"{name}-texts"][1]
    facts = json.loads((path / predictors.FACTS).read_text())
    assert {"labels", "shape"} < facts.keys()
    for field in facts:
        copy = tmp_path / field
        shutil.copytree(path, copy)
        missing = {key: value for key, value in facts.items() if key != field}
        changes = [{**facts, field: {"x": []}}, *([] if field in OF_SOME_VERSIONS else [missing])]
        changes += [{**facts, field: None}] if field in ("labels", "kind", "version") else []
        for changed in changes:
            (copy / predictors.FACTS).write_text(json.dumps(changed))
            with pytest.raises(ArtifactError, match=re.escape(str(copy))):
                predictors.load(copy)


@pytest.mark.parametrize("change", [{"kind": "oracle"}, {"version": 99}, {"kind": "../evil"}, {"version": 2}])
def test_folders_of_the_future(made: dict[str, tuple[Predictor, Path]], tmp_path: Path, change: dict[str, Any]) -> None:
    path = made["baseline-texts"][1]
    shutil.copytree(path, tmp_path / "copy")
    facts = json.loads((path / predictors.FACTS).read_text())
    (tmp_path / "copy" / predictors.FACTS).write_text(json.dumps({**facts, **change}))
    with pytest.raises(ArtifactError, match="a newer transferkit"):
        predictors.load(tmp_path / "copy")


def test_labels_in_another_order_are_noticed(made: dict[str, tuple[Predictor, Path]], tmp_path: Path) -> None:
    shutil.copytree(made["full-texts"][1], tmp_path / "copy")
    config = json.loads((tmp_path / "copy" / "config.json").read_text())
    config["id2label"] = {"0": "tool", "1": "colour", "2": "animal"}
    config["label2id"] = {label: int(i) for i, label in config["id2label"].items()}
    (tmp_path / "copy" / "config.json").write_text(json.dumps(config))
    with pytest.raises(ArtifactError, match="labels"):
        predictors.load(tmp_path / "copy")


def test_no_such_folder(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match=r"expected a transferkit\.json"):
        predictors.load(tmp_path / "nothing")


def test_nothing_is_pickled(made: dict[str, tuple[Predictor, Path]]) -> None:
    suffixes = {file.suffix for _, path in made.values() for file in path.rglob("*") if file.is_file()}
    assert {".json", ".safetensors"} <= suffixes <= {".json", ".safetensors", ".md"}


def test_a_pickle_is_not_opened(made: dict[str, tuple[Predictor, Path]], tmp_path: Path) -> None:
    for name in ("full-texts", "feature_transfer-texts"):
        copy = shutil.copytree(made[name][1], tmp_path / name)
        torch.save(load_file(copy / "model.safetensors"), copy / "pytorch_model.bin")
        (copy / "model.safetensors").unlink()
        with pytest.raises(ArtifactError, match=r"only as pickle \(pytorch_model\.bin\)"):
            predictors.load(copy)


def test_weights_that_are_not_all_there(made: dict[str, tuple[Predictor, Path]], tmp_path: Path) -> None:
    """Transformers makes new ones for those that are missing, and says so in a report that nobody reads."""
    copy = shutil.copytree(made["full-texts"][1], tmp_path / "copy")
    weights = load_file(copy / "model.safetensors")
    del weights["classifier.weight"]
    save_file(weights, copy / "model.safetensors", {"format": "pt"})
    with pytest.raises(ArtifactError, match=r"lack classifier\.weight"):
        predictors.load(copy)


@pytest.mark.parametrize("name", ["full", "feature_transfer"])
def test_weights_that_are_not_there_or_damaged_are_named(name: str, tmp_path: Path) -> None:
    folder = tmp_path / name
    shutil.copytree(Path(__file__).parents[1] / f"artifact/before/runs/text-classification/models/{name}", folder)
    weights = folder / "model.safetensors"
    again = "copy it again, or train it again with transferkit fit --resume"
    weights.write_bytes(weights.read_bytes()[:300])
    with pytest.raises(ArtifactError, match=rf"model\.safetensors is damaged \(.*\); {again}$"):
        predictors.load(folder)
    weights.unlink()
    with pytest.raises(ArtifactError, match=rf"model\.safetensors is missing; {again}$"):
        predictors.load(folder)
