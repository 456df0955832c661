"""What is saved of a model has the names that Transformers gives its weights, whatever names they were read from."""

from pathlib import Path
from typing import Any

import pytest
from safetensors import safe_open
from safetensors.torch import load_file, save_file

import transferkit
from tiny_models import load, save_model, some_rows

TRAINED = ("full", "lora", "fewer_layers")
ROUTES = (*TRAINED, "feature_transfer")


def wrap(folder: Path, prefix: str, only: str = "") -> Path:
    found = load_file(folder / "model.safetensors")
    named = {f"{prefix}{name}" if only in name else name: each for name, each in found.items()}
    save_file(named, folder / "model.safetensors", {"format": "pt"})
    return folder


def saved_names(model: Any, folder: Path) -> set[str]:
    model.save_pretrained(folder)
    return names_in(folder)


def names_in(folder: Path) -> set[str]:
    with safe_open(folder / "model.safetensors", framework="pt") as file:
        return set(file.keys())


@pytest.mark.parametrize(("prefix", "only"), [("module.", ""), ("model.", ""), ("_orig_mod.", "layer.1.")])
def test_of_an_encoder_and_a_classifier(tmp_path: Path, prefix: str, only: str) -> None:
    plain, wrapped = load(save_model(tmp_path / "bert")), load(wrap(save_model(tmp_path / "other"), prefix, only))
    assert saved_names(wrapped.encoder(), tmp_path / "a") == saved_names(plain.encoder(), tmp_path / "b")
    classifiers = (each.classifier(["x", "y"]) for each in (wrapped, plain))
    saved = [saved_names(model, tmp_path / str(i)) for i, model in enumerate(classifiers)]
    assert saved[0] == saved[1] and "bert.embeddings.word_embeddings.weight" in saved[0]


@pytest.mark.parametrize(("family", "prefix"), [("llama", "module."), ("gpt2", "_orig_mod."), ("llama", "model.")])
def test_of_what_writes(tmp_path: Path, family: str, prefix: str) -> None:
    plain = load(save_model(tmp_path / "plain", family)).generator()
    wrapped = load(wrap(save_model(tmp_path / "wrapped", family), prefix)).generator()
    assert saved_names(wrapped, tmp_path / "a") == saved_names(plain, tmp_path / "b")


def test_old_names_are_not_written_again(tmp_path: Path) -> None:
    folder = save_model(tmp_path / "bert")
    found = load_file(folder / "model.safetensors")
    old = {name.replace("Norm.weight", "Norm.gamma").replace("Norm.bias", "Norm.beta"): t for name, t in found.items()}
    save_file(old, folder / "model.safetensors", {"format": "pt"})
    assert saved_names(load(folder).encoder(), tmp_path / "saved") == set(found)


def test_what_the_routes_save(tmp_path: Path) -> None:
    pytest.importorskip("peft")
    base = wrap(save_model(tmp_path / "bert", layers=2), "module.")
    rows = some_rows(24)
    transferkit.fit(
        {"text": list(rows["text"]), "label": list(rows["label"])},
        model=str(base),
        routes=[{"name": name, "options": {"epochs": 1} if name in TRAINED else {}} for name in ROUTES],
        folds=0,
        offline=True,
        output_dir=tmp_path / "run",
        cache_dir=tmp_path / "cache",
    )
    for route in ROUTES:
        start = "bert." if route in TRAINED else "embeddings."
        names = names_in(tmp_path / "run" / "models" / route)
        assert any(name.startswith(start) for name in names)
        assert not [name for name in names if name.startswith("module.")]
