"""A saved model whose files are not its own is refused by name."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from safetensors.torch import load_file, save_file

from tiny_models import Tiny, make_context, some_rows
from transferkit import predictors, routes, sums
from transferkit.config import RouteConfig
from transferkit.errors import ArtifactError

ROWS = some_rows(30, seed=5)


@pytest.fixture(scope="module")
def made(tiny: Tiny, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    for name, options in {"full": {"epochs": 1}, "lora": {"epochs": 1}, "feature_transfer": {}}.items():
        context = make_context(tiny("bert"), folder, some_rows(75))
        predictor = routes.resolve(RouteConfig(name=name, options=options)).run(context).predictor
        predictor.save(folder / name)
    return folder


@pytest.fixture
def copy(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "models"))


def other_weights(models: Path) -> None:
    shutil.copyfile(models / "lora" / "model.safetensors", models / "full" / "model.safetensors")


def other_tokens(models: Path) -> None:
    file = models / "full" / "tokenizer.json"
    said = json.loads(file.read_text())
    first, second = list(said["model"]["vocab"])[-2:]
    vocabulary = said["model"]["vocab"]
    vocabulary[first], vocabulary[second] = vocabulary[second], vocabulary[first]
    file.write_text(json.dumps(said))


def other_labels(models: Path) -> None:
    file = models / "feature_transfer" / "transferkit.json"
    said = json.loads(file.read_text())
    file.write_text(json.dumps({**said, "labels": said["labels"][::-1]}))


def no_settings(models: Path) -> None:
    (models / "full" / "tokenizer_config.json").unlink()


CHANGES: dict[Callable[[Path], None], tuple[str, str]] = {
    other_weights: ("full", "model.safetensors is not what was saved"),
    other_tokens: ("full", "tokenizer.json is not what was saved"),
    other_labels: ("feature_transfer", "transferkit.json is not what was saved"),
    no_settings: ("full", "tokenizer_config.json was saved with this model and is missing"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_files_of_another_are_refused(copy: Path, change: Callable[[Path], None]) -> None:
    route, words = CHANGES[change]
    predictors.load(copy / route)
    change(copy)
    with pytest.raises(ArtifactError, match=rf"{words}.*restore it from a copy"):
        predictors.load(copy / route)
    (copy / route / sums.NAME).unlink()
    predictors.load(copy / route)


def test_what_says_the_same_is_not(copy: Path) -> None:
    for name in ("config.json", "tokenizer.json", "transferkit.json"):
        file = copy / "full" / name
        said = json.loads(file.read_text())
        file.write_bytes(json.dumps(dict(reversed(said.items())), indent=4).replace("\n", "\r\n").encode())
    (copy / "full" / "README.md").write_text("About it.")
    (copy / "full" / "vocabulary.pdf").write_text("A stranger.")
    shutil.rmtree(copy / "lora" / "adapter")
    assert len(predictors.load(copy / "full").predict(ROWS)) == len(predictors.load(copy / "lora").predict(ROWS)) == 30


def test_facts_that_are_added_are_noted(copy: Path) -> None:
    predictors.add_facts(copy / "full", {"task": "text-classification"})
    predictors.load(copy / "full")


def test_a_large_file_is_known_by_parts_of_it(tmp_path: Path) -> None:
    content = bytearray(40 << 20)
    (tmp_path / "model.safetensors").write_bytes(content)
    sums.write(tmp_path)
    sums.require(tmp_path)
    content[: len(content)] = b"\1" * len(content)
    for changed in (bytes(content), bytes(len(content) + 1)):
        (tmp_path / "model.safetensors").write_bytes(changed)
        with pytest.raises(ArtifactError, match=r"model.safetensors is not what was saved"):
            sums.require(tmp_path)


def test_weights_that_were_written_anew_are_others(copy: Path) -> None:
    file = copy / "full" / "model.safetensors"
    save_file({name: tensor * 1.5 for name, tensor in load_file(file).items()}, file, {"format": "pt"})
    with pytest.raises(ArtifactError, match=r"model.safetensors is not what was saved"):
        predictors.load(copy / "full")
