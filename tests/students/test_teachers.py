"""Which teachers there are, what is kept of their answers, and what is asked of them in vain."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.torch import load_file, save_file

from tiny_models import Tiny
from transferkit import predictors, routes
from transferkit.cache import asking
from transferkit.cache.teacher_states import fingerprint
from transferkit.config import RouteConfig
from transferkit.context import Context
from transferkit.errors import ConfigError, TransferkitError
from transferkit.networks.head import Head
from transferkit.networks.layers import keep_layers

STATIC = {"epochs": 1, "width": 32, "hidden": 32, "filters": 32, "batch_size": 16}


@pytest.mark.parametrize("windows", [False, True])
@pytest.mark.parametrize("depth", ["chosen", "output"])
def test_a_teacher_of_frozen_features_does_not_read_again(
    context: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, windows: bool, depth: str
) -> None:
    context = replace(context, windows=windows, max_length=10)
    teacher: Any = routes.resolve(RouteConfig(name="feature_transfer")).run(context).predictor
    if depth == "output":
        head = teacher.head
        total = context.backbone.layers
        engine = replace(teacher.engine, model=context.backbone.encoder(), depths=(total,), uses_output=True)
        last = Head(head.center[-1:], head.weights[-len(head.center[-1]) :], head.bias)
        teacher = replace(teacher, engine=engine, head=last)
    teacher.save(tmp_path / "frozen")
    expected = teacher.predict(context.train).outputs

    def never(*_args: Any) -> Any:
        raise AssertionError("read again")

    monkeypatch.setattr("transferkit.cache.features.batches", never)
    monkeypatch.setattr("transferkit.networks.torch_features.batches", never)
    loaded, shape = predictors.load(tmp_path / "frozen"), context.task.shape
    found = asking.answers(loaded, tmp_path / "frozen", context.train, context.cache, shape, context.backbone)
    assert np.allclose(found, expected, atol=1e-5)


def test_an_encoder_that_has_learned_is_no_part_of_the_frozen_one(context: Context) -> None:
    frozen, other = context.backbone.encoder(), context.backbone.encoder()
    keep_layers(other, range(2))
    assert asking.is_part_of(other, frozen) and not asking.is_part_of(frozen, other)
    next(other.parameters()).data[0] += 1e-3
    assert not asking.is_part_of(other, frozen)


@pytest.fixture
def copied(teacher: Path, tmp_path: Path) -> Path:
    shutil.copytree(teacher, tmp_path / "copied")
    (tmp_path / "copied" / "below").mkdir()
    (tmp_path / "copied" / "below" / "config.json").write_text('{"a": 1}')
    return tmp_path / "copied"


def rewritten(name: str, **changes: Any) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        known = json.loads((folder / name).read_text()) if (folder / name).exists() else {}
        (folder / name).write_text(json.dumps({**known, **changes}, indent=4))

    return change


def other_weights(folder: Path) -> None:
    tensors = load_file(folder / "model.safetensors")
    save_file({**tensors, "classifier.bias": tensors["classifier.bias"] + 1e-6}, folder / "model.safetensors")


@pytest.mark.parametrize(
    "change",
    [
        other_weights,
        rewritten("transferkit.json", max_length=15),
        rewritten("transferkit.json", prompt="query: "),
        rewritten("transferkit.json", threshold=0.5),
        rewritten("transferkit.json", shift=[1.0, 0.0, 0.0]),
        rewritten("transferkit.json", windows=True),
        rewritten("transferkit.json", labels=["tool", "animal", "colour"]),
        rewritten("config.json", hidden_act="relu"),
        rewritten("tokenizer.json", truncation=None, padding=3),
        rewritten("tokenizer_config.json", do_lower_case=False),
        rewritten("generation_config.json", num_beams=3),
        rewritten("below/config.json", hidden_act="relu"),
        lambda folder: (folder / "chat_template.jinja").write_text("{{ messages }}"),
        lambda folder: (folder / "vocab.txt").write_text("a"),
    ],
)
def test_what_changes_answers_changes_the_fingerprint(copied: Path, change: Callable[[Path], None]) -> None:
    before = fingerprint(copied)
    change(copied)
    assert fingerprint(copied) != before


@pytest.mark.parametrize(
    "change",
    [
        rewritten("training.json", seconds=3.5, history=[1]),
        rewritten("transferkit.json", task="text-classification", columns={"text": "body"}),
        rewritten("config.json", transformers_version="9.9", _name_or_path="elsewhere"),
        lambda folder: (folder / "README.md").write_text("a model"),
        lambda folder: (folder / "adapter").mkdir() or rewritten("adapter/adapter_config.json", r=8)(folder),
    ],
)
def test_what_changes_no_answer_changes_no_fingerprint(copied: Path, change: Callable[[Path], None]) -> None:
    before = fingerprint(copied)
    change(copied)
    assert fingerprint(copied) == before


def test_a_route_with_a_label_of_its_own_teaches(context: Context, teacher: Path) -> None:
    plan = routes.resolve(RouteConfig(name="static", options=STATIC))
    named = {"teachers": {"short": teacher, "long": teacher}, "variants": {"short": "contrastive", "long": "full"}}
    renamed = replace(context, **named)
    assert plan.why_not(renamed) is None and plan.run(renamed).method.endswith("distilled from full")
    misled = replace(context, teachers={"full": teacher}, variants={"full": "static"})
    assert "no route before it can teach" in (plan.why_not(misled) or "")


@pytest.mark.parametrize(
    ("name", "options", "variants", "words"),
    [
        ("fewer_layers", {}, {"features": "feature_transfer"}, "no route before it can teach; add full"),
        ("fewer_layers", {"teachers": "features"}, {"features": "feature_transfer"}, "none that it can learn from"),
        ("fewer_layers", {"teachers": "features"}, {"features": "static"}, "none that it can learn from"),
        ("static", {"teachers": "later"}, {"features": "full", "later": "full"}, "its teacher later does not run here"),
    ],
)
def test_a_teacher_that_cannot_teach_is_known_before_it_is_trained(
    context: Context, tmp_path: Path, name: str, options: dict[str, Any], variants: dict[str, str], words: str
) -> None:
    untrained = replace(context, teachers={"features": tmp_path / "nowhere"}, variants=variants)
    reason = routes.resolve(RouteConfig(name=name, options=options)).why_not(untrained)
    assert reason is not None and words in reason


def test_states_of_a_teacher_without_layers_are_refused_before_it_is_trained(context: Context, tiny: Tiny) -> None:
    given = {"model": str(tiny("bert", layers=2).folder), "hidden_weight": 1.0}
    untrained = replace(context, teachers={"feature_transfer": Path("nowhere")})
    with pytest.raises(ConfigError, match="only be matched between Transformers models; the teacher feature_transfer"):
        routes.resolve(RouteConfig(name="pretrained", options=given)).why_not(untrained)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"hard_weight": 0, "label_smoothing": 0.1}, "label_smoothing: .* give hard_weight a value"),
        ({"hard_weight": 0, "class_weights": "balanced"}, "class_weights: .* give hard_weight a value"),
        ({"soft_weight": 0, "temperature": 3}, "temperature: .* give soft_weight a value"),
    ],
)
def test_options_of_a_loss_that_is_not_computed(context: Context, given: dict[str, Any], words: str) -> None:
    for name in ("static", "fewer_layers"):
        with pytest.raises(ConfigError, match=words):
            routes.resolve(RouteConfig(name=name, options=given)).why_not(context)


@pytest.mark.parametrize(
    ("model", "options", "words"),
    [
        ("nonesuch-model", {}, "nonesuch-model"),
        ("gpt2", {"hidden_weight": 1.0}, "splits texts otherwise .*; set hidden_weight, attention_weight and"),
    ],
)
def test_a_student_that_cannot_be_is_known_before_its_teacher_is_trained(
    context: Context, tiny: Tiny, model: str, options: dict[str, Any], words: str
) -> None:
    given = {"model": str(tiny(model, layers=2).folder) if "-" not in model else model, **options}
    untrained = replace(context, teachers={"full": Path("nowhere")}, variants={"full": "full"})
    with pytest.raises(TransferkitError, match=words):
        routes.resolve(RouteConfig(name="pretrained", options=given)).why_not(untrained)
