"""Every route on a tiny model: it learns, says what it trained, and leaves a model that others can load."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from peft import PeftModel
from transformers import AutoModelForSequenceClassification, AutoTokenizer, pipeline

from tiny_models import DECODERS, ENCODERS, FAMILIES, FILLERS, Tiny, make_context, some_rows
from transferkit import predictors, routes
from transferkit.cache import features
from transferkit.config import RouteConfig
from transferkit.context import Context
from transferkit.errors import ConfigError
from transferkit.networks.prefix import SkippedPrefix
from transferkit.predictors.frozen_features import FrozenFeatures
from transferkit.predictors.transformer import Transformer
from transferkit.route_choice import automatic
from transferkit.routes import Outcome, baseline, contrastive, parameter_transfer
from transferkit.shapes import Shape
from transferkit.sources.facts import DECODER, ENCODER, ENCODER_DECODER
from transferkit.table.rows import Rows
from transferkit.training import folds, loop, one_of_several, ridge_head
from transferkit.training.options import TrainingOptions

QUICK: dict[str, dict[str, Any]] = {
    "baseline": {},
    "feature_transfer": {},
    "full": {"epochs": 12, "learning_rate": 4e-3, "batch_size": 16},
    "top_layers": {"epochs": 16, "learning_rate": 5e-3, "batch_size": 16, "layers": 2, "patience": 16},
    "lora": {"epochs": 20, "learning_rate": 5e-3, "batch_size": 16, "patience": 20, "rank": 16},
    "contrastive": {"epochs": 6, "learning_rate": 2e-3, "batch_size": 32},
}
FRESH = some_rows(60, seed=9)


def train(name: str, context: Context, **changes: Any) -> Outcome:
    return routes.resolve(RouteConfig(name=name, options={**QUICK[name], **changes})).run(context)


def accuracy(outcome: Outcome, context: Context) -> float:
    truth = np.asarray(context.task.references(FRESH))
    return float((outcome.predictor.predict(FRESH).outputs.argmax(axis=1) == truth).mean())


@pytest.mark.parametrize("name", ["baseline", "feature_transfer", "contrastive"])
def test_cross_validation_parts_no_pairs_about_one_text(
    tiny: Tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    parted: list[set[str]] = []

    def spied(given: Any, seed: int, groups: Any = None) -> Any:
        found = folds.folds(given, seed, groups)
        parted.append({text for text in about if sum(text in about[fold] for fold in found) > 1})
        return found

    spy = SimpleNamespace(folds=spied)
    monkeypatch.setattr(ridge_head, "cross_validation", spy)
    monkeypatch.setattr(baseline, "folds", spied)
    single = some_rows(90)
    premises = [f"{a} {b}" for a in FILLERS[:6] for b in FILLERS[:5] for _ in range(3)]
    rows = Rows({"text": premises, "text_pair": single["text"], "label": single["label"]}, single.numbers)
    context = make_context(tiny("bert"), tmp_path, rows)
    about = np.array(context.labelled["text"])
    train(name, context)
    assert parted and not any(parted)


@pytest.mark.parametrize("name", QUICK)
def test_it_learns_and_gives_what_it_saves(tiny: Tiny, tmp_path: Path, name: str) -> None:
    context = make_context(tiny("bert"), tmp_path, some_rows(150))
    outcome = train(name, context)
    assert accuracy(outcome, context) > 0.7
    assert outcome.seconds > 0 and outcome.method
    expected = outcome.predictor.predict(FRESH).outputs
    assert expected.shape == (60, 3) and np.allclose(expected.sum(axis=1), 1, atol=1e-5)
    outcome.predictor.save(tmp_path / "saved")
    again = predictors.load(tmp_path / "saved")
    assert again.labels == ("animal", "colour", "tool") and again.parameters == outcome.predictor.parameters
    assert np.allclose(again.predict(FRESH).outputs, expected, atol=1e-5)


@pytest.mark.parametrize("family", [*ENCODERS[1:], *DECODERS])
@pytest.mark.parametrize("name", ["feature_transfer", "full", "top_layers", "lora", "contrastive"])
def test_every_family_of_models_learns(tiny: Tiny, tmp_path: Path, name: str, family: str) -> None:
    context = make_context(tiny(family), tmp_path, some_rows(150))
    assert accuracy(train(name, context), context) > 0.55


@pytest.mark.parametrize("name", ["baseline", "feature_transfer", "full", "contrastive"])
def test_the_same_seed_gives_the_same_answers(tiny: Tiny, tmp_path: Path, name: str) -> None:
    answers = []
    for seed, folder in ((0, "a"), (0, "b"), (1, "c")):
        context = make_context(tiny("bert"), tmp_path / folder, seed=seed)
        changes = {"epochs": 2} if "epochs" in QUICK[name] else {}
        answers.append(train(name, context, **changes).predictor.predict(FRESH).outputs)
    assert np.array_equal(answers[0], answers[1])
    if name in ("full", "contrastive"):
        assert not np.array_equal(answers[0], answers[2])


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("name", ["full", "top_layers", "lora"])
def test_plain_transformers_gives_the_same_probabilities(tiny: Tiny, tmp_path: Path, name: str, family: str) -> None:
    """The temperature included."""
    outcome = train(name, make_context(tiny(family), tmp_path), epochs=2)
    outcome.predictor.save(tmp_path / "saved")
    model = AutoModelForSequenceClassification.from_pretrained(tmp_path / "saved").eval()
    tokenizer = AutoTokenizer.from_pretrained(tmp_path / "saved")
    expected = outcome.predictor.predict(FRESH.take(range(8))).outputs
    with torch.no_grad():
        inputs = tokenizer(list(FRESH["text"][:8]), padding=True, return_tensors="pt")
        found = model(**inputs).logits.softmax(dim=-1).numpy()
    assert np.allclose(found, expected, atol=1e-5)
    assert model.config.id2label == {0: "animal", 1: "colour", 2: "tool"}
    (first,) = pipeline("text-classification", model=model, tokenizer=tokenizer)(FRESH["text"][0])
    assert first["label"] == model.config.id2label[int(expected[0].argmax())]


def test_the_temperature_is_in_the_weights(tiny: Tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context, logits, scales = make_context(tiny("bert"), tmp_path), [], {0: 1.0, 1: 0.25}
    monkeypatch.setattr(one_of_several, "best_scale", lambda *_: scales[len(logits)])
    for _ in range(2):
        predictor = train("full", context, epochs=1).predictor
        assert isinstance(predictor, Transformer)
        logits.append(predictor.merged(FRESH))
    assert np.allclose(logits[1], logits[0] / 4, atol=1e-5)


@pytest.mark.parametrize("family", FAMILIES)
def test_the_adapter_of_lora_loads_with_peft(
    tiny: Tiny, tmp_path: Path, family: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(one_of_several, "best_scale", lambda *_: 1.0)
    backbone = tiny(family)
    outcome = train("lora", make_context(backbone, tmp_path), epochs=3)
    outcome.predictor.save(tmp_path / "saved")
    torch.manual_seed(123)
    base = AutoModelForSequenceClassification.from_pretrained(backbone.folder, num_labels=3, pad_token_id=1)
    base.config.pad_token_id = backbone.tokenizer().pad_token_id
    tuned = PeftModel.from_pretrained(base, tmp_path / "saved" / "adapter").eval()
    with torch.no_grad():
        inputs = backbone.tokenizer()(list(FRESH["text"][:8]), padding=True, return_tensors="pt")
        found = tuned(**inputs).logits.softmax(dim=-1).numpy()
    assert np.allclose(found, outcome.predictor.predict(FRESH.take(range(8))).outputs, atol=1e-5)


def size(folder: Path, names: tuple[str, ...]) -> int:
    model = AutoModelForSequenceClassification.from_pretrained(folder)
    return sum(p.numel() for name, p in model.named_parameters() if name.startswith(names))


def test_trained_parameters_are_counted(tiny: Tiny, tmp_path: Path) -> None:
    context = make_context(tiny("bert"), tmp_path)
    counts = {name: train(name, context, epochs=1).trained_parameters for name in ("full", "top_layers", "lora")}
    outcome = train("full", context, epochs=1)
    outcome.predictor.save(tmp_path / "full")
    unseen = 32 * (len(context.backbone.tokenizer()) - len(token_ids(context)))
    assert counts["full"] == outcome.predictor.parameters - unseen
    upper = ("bert.encoder.layer.1.", "bert.encoder.layer.2.", "bert.pooler.", "classifier.")
    assert counts["top_layers"] == size(tmp_path / "full", upper)
    # Rank 16: 3 layers of 4 square matrices, one 32 x 64 and one 64 x 32; the pooler; the head.
    assert counts["lora"] == 3 * (4 * 16 * 64 + 2 * 16 * 96) + 16 * 64 + 3 * 33
    assert counts["lora"] < train("lora", context, epochs=1, rank=20).trained_parameters < counts["full"]


def token_ids(context: Context) -> set[int]:
    texts = [*context.train["text"], *context.validation["text"]]
    return {1, *(i for ids in context.backbone.tokenizer()(texts)["input_ids"] for i in ids)}


@pytest.mark.parametrize("family", ["bert", "mpnet", "llama"])
def test_top_layers_is_training_without_the_cache(
    tiny: Tiny, tmp_path: Path, family: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    cached = train("top_layers", make_context(tiny(family, dropout=0.0), tmp_path / "a"), epochs=3)

    def compute(self: SkippedPrefix, input_ids: Any, activations: Any = None, **inputs: Any) -> Any:
        return self.model(input_ids, **inputs)

    monkeypatch.setattr(SkippedPrefix, "forward", compute)
    plain = train("top_layers", make_context(tiny(family, dropout=0.0), tmp_path / "b"), epochs=3)
    ours, theirs = (each.predictor.predict(FRESH).outputs for each in (cached, plain))
    assert np.allclose(ours, theirs, atol=1e-3)


def test_top_layers_reads_its_prefix_once(tiny: Tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    true_batches = features.batches

    def counted(model: Any, source: Any, positions: Any, forward: Any) -> Iterator[Any]:
        read.append(len(positions))
        return true_batches(model, source, positions, forward)

    monkeypatch.setattr(features, "batches", counted)
    context = make_context(tiny("bert"), tmp_path)
    train("top_layers", context, epochs=1)
    assert sorted(read) == [15, 60]
    train("top_layers", replace(context, seed=5), epochs=1)
    assert sorted(read) == [15, 60]
    train("feature_transfer", context)
    train("feature_transfer", replace(context, train=context.train.take(range(30))))
    assert sorted(read) == [15, 15, 60, 60]


def test_feature_transfer_chooses_on_labelled_rows_and_cuts_what_it_does_not_need(tiny: Tiny, tmp_path: Path) -> None:
    outcome = train("feature_transfer", make_context(tiny("bert", layers=4), tmp_path))
    predictor, settings = outcome.predictor, outcome.settings
    assert isinstance(predictor, FrozenFeatures)
    top = max(settings["depths"])
    assert predictor.engine.depths == tuple(settings["depths"])
    assert predictor.engine.model.config.num_hidden_layers == max(1, top)
    assert settings["cross_validated"] > 0.8 and outcome.trained_parameters == predictor.head.parameters


def test_feature_transfer_with_a_pooling_asked_for(tiny: Tiny, tmp_path: Path) -> None:
    outcome = train("feature_transfer", make_context(tiny("bert"), tmp_path), pooling="max")
    assert outcome.settings["pooling"] == "max"
    with pytest.raises(ConfigError, match=r"pooling: expected cls, .*found 'maximum'"):
        train("feature_transfer", make_context(tiny("bert"), tmp_path), pooling="maximum")


@pytest.mark.parametrize("name", QUICK)
def test_pairs_of_texts(tiny: Tiny, tmp_path: Path, name: str) -> None:
    context = make_context(tiny("bert"), tmp_path, some_rows(75, pairs=True))
    changes = {"epochs": 2} if "epochs" in QUICK[name] else {}
    predictor = train(name, context, **changes).predictor
    rows = some_rows(20, seed=9, pairs=True)
    other = replace(rows, columns={**rows.columns, "text_pair": ["red cat"] * 20})
    assert not np.allclose(predictor.predict(rows).outputs, predictor.predict(other).outputs)


@pytest.mark.parametrize("name", ["feature_transfer", "full", "top_layers"])
def test_without_validation_rows(tiny: Tiny, tmp_path: Path, name: str) -> None:
    context = make_context(tiny("bert"), tmp_path)
    context = replace(context, validation=context.validation.take([]))
    changes = {"epochs": 2} if "epochs" in QUICK[name] else {}
    assert np.isfinite(train(name, context, **changes).predictor.predict(FRESH).outputs).all()


@pytest.mark.parametrize(
    "options",
    [
        {"class_weights": "balanced"},
        {"label_smoothing": 0.1},
        {"layer_decay": 0.7},
        {"gradual_unfreezing": True},
        {"stop_on": "accuracy", "patience": 1},
        {"accumulation": 3},
    ],
)
@pytest.mark.parametrize("name", ["full", "top_layers", "lora"])
def test_options_of_training(tiny: Tiny, tmp_path: Path, name: str, options: dict[str, Any]) -> None:
    outcome = train(name, make_context(tiny("bert"), tmp_path), epochs=2, **options)
    assert outcome.settings.items() >= options.items()
    assert np.isfinite(outcome.predictor.predict(FRESH).outputs).all()
    # A layer has 8,544 weights, pooler and head 1,155, the embeddings of the 36 words that occur 2,816 (with norm).
    # Whatever is held still for a while, the same weights learn.
    assert outcome.trained_parameters == {"full": 29_603, "top_layers": 18_243, "lora": 22_627}[name]


def test_class_weights_help_the_rare_label(tiny: Tiny, tmp_path: Path) -> None:
    rows = some_rows(150)
    rare = [i for i, label in enumerate(rows["label"]) if label == "tool"][8:]
    context = make_context(tiny("bert"), tmp_path, rows.take([i for i in range(150) if i not in rare]))
    shares = []
    for weights in ("none", "balanced"):
        outcome = train("full", context, epochs=10, learning_rate=5e-4, class_weights=weights)
        shares.append(outcome.predictor.predict(FRESH).outputs[:, 2].mean())
    assert shares[1] > 1.2 * shares[0]


def test_a_wrong_metric_to_stop_on_is_an_error(tiny: Tiny, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"stop_on='f1' .* accuracy"):
        train("full", make_context(tiny("bert"), tmp_path), epochs=1, stop_on="f1")


def test_a_killed_route_goes_on(tiny: Tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = train("full", make_context(tiny("bert"), tmp_path / "a"), epochs=3).predictor.predict(FRESH)
    monkeypatch.setattr(loop, "CHECKPOINT_SECONDS", -1.0)
    context, calls = make_context(tiny("bert"), tmp_path / "b"), list[int]()
    unharmed = loop.Learner.forward

    def dying(self: Any, batch: Any) -> Any:
        calls.append(1)
        if len(calls) == 7:
            raise KeyboardInterrupt
        return unharmed(self, batch)

    monkeypatch.setattr(loop.Learner, "forward", dying)
    with pytest.raises(KeyboardInterrupt):
        train("full", context, epochs=3)
    found = train("full", context, epochs=3).predictor.predict(FRESH)
    assert len(calls) < 16 and np.array_equal(found.outputs, expected.outputs)


@pytest.mark.filterwarnings("ignore:The least populated class")
@pytest.mark.parametrize("name", ["baseline", "feature_transfer", "contrastive"])
@pytest.mark.parametrize("per_label", [1, 2, 5])
def test_a_handful_of_rows(tiny: Tiny, tmp_path: Path, name: str, per_label: int) -> None:
    rows = some_rows(3 * per_label)
    context = make_context(tiny("bert"), tmp_path, rows)
    context = replace(context, train=rows, validation=rows.take([]))
    changes = {"epochs": 2} if "epochs" in QUICK[name] else {}
    assert np.isfinite(train(name, context, **changes).predictor.predict(FRESH).outputs).all()


def test_two_labels(tiny: Tiny, tmp_path: Path) -> None:
    rows = some_rows(90)
    context = make_context(tiny("bert"), tmp_path, rows.take(np.array(rows["label"]) != "tool"))
    for name in ("baseline", "feature_transfer"):
        assert train(name, context).predictor.predict(FRESH).outputs.shape == (60, 2)


def test_texts_without_a_word_are_told_apart_by_their_signs(tiny: Tiny, tmp_path: Path) -> None:
    rows = Rows({"text": ["!!!", "???", "...", ":-)"] * 3, "label": ["a", "b"] * 6}, np.arange(1, 13))
    found = train("baseline", make_context(tiny("bert"), tmp_path, rows)).predictor.predict(rows).outputs
    assert found.argmax(axis=1).tolist() == [0, 1] * 6


# Which routes there are


def test_reasons_not_to(tiny: Tiny) -> None:
    rows = some_rows(6)
    backbone = tiny("bert")
    context = make_context(backbone, Path(), rows)
    assert "contrastive" in (parameter_transfer.why_not("full", context, TrainingOptions()) or "")
    assert contrastive.why_not("contrastive", context, contrastive.Options()) is None
    many = Rows({"text": ["a"] * 6000, "label": ["x", "y"] * 3000}, np.arange(6000))
    assert "full" in (
        contrastive.why_not("contrastive", make_context(backbone, Path(), many), contrastive.Options()) or ""
    )


def sized(parameters: float, architecture: str = ENCODER) -> Any:
    return SimpleNamespace(parameters=int(parameters), architecture=architecture)


def test_automatic() -> None:
    def named(rows: float, parameters: float) -> list[str]:
        return [route.name for route in automatic(RouteConfig(name="auto"), Shape.LABEL, rows, sized(parameters))]

    assert named(8, 22e6) == ["baseline", "feature_transfer", "contrastive"]
    assert named(20, 22e6) == named(99, 22e6) == ["baseline", "feature_transfer", "contrastive", "full"]
    assert named(100, 22e6) == ["baseline", "feature_transfer", "full", "static"]
    assert named(100, 1e9) == ["baseline", "feature_transfer", "lora", "static"]


def test_automatic_for_texts() -> None:
    def named(parameters: float, architecture: str) -> list[str]:
        chosen = automatic(RouteConfig(name="auto"), Shape.TEXT, 8, sized(parameters, architecture))
        return [route.name for route in chosen][2:]

    assert named(135e6, DECODER) == ["feature_transfer", "lora", "fewer_layers"]
    assert named(60e6, ENCODER_DECODER) == ["feature_transfer", "full", "fewer_layers"]


@pytest.mark.parametrize("shape", [Shape.LABELS, Shape.VALUE])
def test_automatic_is_contrastive_for_single_labels_only(shape: Shape) -> None:
    chosen = automatic(RouteConfig(name="auto"), shape, 8, sized(22e6))
    assert [route.name for route in chosen] == ["baseline", "feature_transfer", "full", "static"]


def test_automatic_takes_options_of_what_it_chooses() -> None:
    asked = RouteConfig(name="auto", options={"full": {"epochs": 3}})
    options = {route.name: route.options for route in automatic(asked, Shape.LABEL, 100, sized(22e6))}
    assert options == {"baseline": {}, "feature_transfer": {}, "full": {"epochs": 3}, "static": {}}
    with pytest.raises(ConfigError, match=r"auto chose .*contrastive here, not full; name it with --routes"):
        automatic(asked, Shape.LABEL, 8, sized(22e6))
    with pytest.raises(ConfigError, match=r"auto\.full: expected the options"):
        automatic(RouteConfig(name="auto", options={"full": 3}), Shape.LABEL, 100, sized(22e6))


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"name": "ful"}, r"unknown route 'ful'; did you mean 'full'\? expected one of .*full"),
        ({"name": "full", "options": {"epoch": 3}}, r"route full: epoch.*epochs"),
        ({"name": "lora", "options": {"rank": 0}}, r"route lora: rank.*found 0"),
        ({"name": "full", "options": {"stop": 1}, "label": "mine"}, "route mine: stop"),
        ({"name": "feature_transfer", "options": {"C": 3}}, "its options are pooling"),
    ],
)
def test_mistakes_in_asking_are_explained(config: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        routes.resolve(RouteConfig(**config))
