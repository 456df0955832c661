"""A run that goes on finds the models that it began with, or does not go on."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

import transferkit
from broken_models import save_adapter
from tiny_models import save_model, some_rows
from transferkit import flow
from transferkit.errors import ConfigError

REFUSED = r"cannot resume .*: the model in .* is not the one that this run began with; .*another output_dir"


class KilledError(Exception):
    """In the place of a kill."""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("changed")
    save_model(folder / "model", "bert", 2)
    return folder


def fit(place: Path, run: str, model: Path, resume: bool = False, **settings: Any) -> Any:
    rows, others = some_rows(60), some_rows(20, seed=8)
    given = {"routes": ["feature_transfer"], "folds": 0, **settings}
    table, test = ({name: list(each[name]) for name in ("text", "label")} for each in (rows, others))
    return transferkit.fit(
        table,
        test=test,
        model=str(model),
        offline=True,
        output_dir=place / run,
        cache_dir=place / "cache",
        resume=resume,
        **given,
    )


def killed(place: Path, run: str, model: Path, **settings: Any) -> None:
    """A run that ended before its first route was trained."""

    def end(*_: Any) -> None:
        raise KilledError

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flow, "train_routes", end)
        with pytest.raises(KilledError):
            fit(place, run, model, **settings)


def other_weights(model: Path) -> None:
    file = model / "model.safetensors"
    changed = {name: tensor.flip(0).contiguous() for name, tensor in load_file(file).items()}
    save_file(changed, file, {"format": "pt"})


def other_heads(model: Path) -> None:
    file = model / "config.json"
    said = json.loads(file.read_text())
    file.write_text(json.dumps({**said, "num_attention_heads": 2 if said["num_attention_heads"] != 2 else 1}))


def other_tokens(model: Path) -> None:
    file = model / "tokenizer.json"
    said = json.loads(file.read_text())
    vocabulary = said["model"]["vocab"]
    first, second = list(vocabulary)[-2:]
    vocabulary[first], vocabulary[second] = vocabulary[second], vocabulary[first]
    file.write_text(json.dumps(said))


@pytest.mark.parametrize("change", [other_weights, other_heads, other_tokens])
def test_a_model_that_changed_ends_the_run(place: Path, tmp_path: Path, change: Callable[[Path], None]) -> None:
    model = shutil.copytree(place / "model", tmp_path / "model")
    killed(place, change.__name__, model)
    change(model)
    with pytest.raises(ConfigError, match=REFUSED):
        fit(place, change.__name__, model, resume=True)


def test_a_model_that_was_only_touched_does_not(place: Path, tmp_path: Path) -> None:
    model = shutil.copytree(place / "model", tmp_path / "model")
    killed(place, "touched", model)
    for path in model.iterdir():
        os.utime(path, (1e9, 1e9))
    (model / "README.md").write_text("About it.")
    fit(place, "touched", model, resume=True)
    other_weights(model)
    with pytest.raises(ConfigError, match=REFUSED):
        fit(place, "touched", model, resume=True)


def test_so_does_the_model_of_an_adapter(place: Path, tmp_path: Path) -> None:
    model = shutil.copytree(place / "model", tmp_path / "model")
    adapter = save_adapter(tmp_path / "adapter", model)
    killed(place, "adapted", adapter)
    other_weights(model)
    with pytest.raises(ConfigError, match=REFUSED):
        fit(place, "adapted", adapter, resume=True)


def test_and_a_teacher(place: Path, tmp_path: Path) -> None:
    fit(place, "teaching", place / "model", routes=[{"full": {"epochs": 1}}])
    teacher = shutil.copytree(place / "teaching" / "models" / "full", tmp_path / "teacher")
    routes = [{"fewer_layers": {"epochs": 1, "layers": 1, "teachers": [str(teacher)]}}]
    killed(place, "taught", place / "model", routes=routes)
    file = teacher / "model.safetensors"
    tensors = load_file(file)
    tensors["classifier.weight"] = torch.flip(tensors["classifier.weight"], (0,)).contiguous()
    save_file(tensors, file, {"format": "pt"})
    with pytest.raises(ConfigError, match=REFUSED):
        fit(place, "taught", place / "model", routes=routes, resume=True)
