"""Students learn from what teachers answer: every kind, every loss, several teachers, unlabelled and altered text."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from transformers import AutoModel, BertConfig

from tiny_models import VOCABULARY, Tiny, save_model, save_tokenizer, some_rows
from transferkit import predictors, routes, students
from transferkit.config import RouteConfig
from transferkit.context import Context
from transferkit.encoding.examples import Examples
from transferkit.errors import ArtifactError, ConfigError
from transferkit.predictors.static import Static
from transferkit.predictors.transformer import Transformer
from transferkit.routes import Outcome, distillation
from transferkit.students.fewer_layers import evenly_spread
from transferkit.table.rows import Rows
from transferkit.training.learner import Weighted
from transferkit.training.losses import Schedule
from transferkit.training.student_options import DistillationOptions

FRESH = some_rows(60, seed=9)
QUICK: dict[str, dict[str, Any]] = {
    "fewer_layers": {"epochs": 3, "learning_rate": 2e-3},
    "pretrained": {"epochs": 15, "learning_rate": 5e-3, "batch_size": 16, "patience": 15},
    "static": {"epochs": 12, "width": 32, "hidden": 32, "filters": 32, "batch_size": 16},
}
Lessons = list[tuple[list[Weighted], Examples]]
ALL_FIVE = {name: 1.0 for name in DistillationOptions.model_fields if name.endswith("_weight")}


@pytest.fixture
def options(tiny: Tiny) -> Mapping[str, dict[str, Any]]:
    return {**QUICK, "pretrained": {**QUICK["pretrained"], "model": str(tiny("bert", layers=2).folder)}}


@pytest.fixture
def lessons(monkeypatch: pytest.MonkeyPatch) -> Lessons:
    """The losses and the examples of every training."""
    seen: Lessons = []
    train = distillation.train_classifier

    def noted(model: Any, losses: Any, learn: Examples, *rest: Any) -> Any:
        seen.append((losses, learn))
        return train(model, losses, learn, *rest)

    monkeypatch.setattr(distillation, "train_classifier", noted)
    return seen


def distil(name: str, context: Context, options: Mapping[str, Any]) -> Outcome:
    return routes.resolve(RouteConfig(name=name, options=dict(options))).run(context)


def accuracy(outcome: Outcome, context: Context) -> float:
    truth = np.asarray(context.task.references(FRESH))
    return float((outcome.predictor.predict(FRESH).outputs.argmax(axis=1) == truth).mean())


@pytest.mark.parametrize("name", students.names())
def test_every_kind_of_student_learns(
    name: str, context: Context, options: Mapping[str, dict[str, Any]], tmp_path: Path
) -> None:
    outcome = distil(name, context, options[name])
    assert accuracy(outcome, context) > 0.75
    assert outcome.method.endswith("distilled from full")
    expected = outcome.predictor.predict(FRESH).outputs
    outcome.predictor.save(tmp_path / "saved")
    assert np.allclose(predictors.load(tmp_path / "saved").predict(FRESH).outputs, expected, atol=1e-5)
    again = distil(name, context, options[name])
    assert np.array_equal(again.predictor.predict(FRESH).outputs, expected)


def test_a_student_is_smaller_and_starts_from_its_teacher(context: Context, teacher: Path) -> None:
    outcome = distil("fewer_layers", context, {"epochs": 1, "learning_rate": 1e-9, "hidden_weight": 0, "layers": 2})
    predictor = outcome.predictor
    assert isinstance(predictor, Transformer) and predictor.model.config.num_hidden_layers == 2
    assert predictor.parameters < predictors.load(teacher).parameters
    theirs = load_file(teacher / "model.safetensors")
    ours = predictor.model.state_dict()
    for student, original in ((0, 1), (1, 3)):
        name = "bert.encoder.layer.{}.output.dense.weight"
        assert torch.allclose(ours[name.format(student)], theirs[name.format(original)], atol=1e-6)


@pytest.mark.parametrize(
    ("total", "count", "expected"),
    [(4, 2, [1, 3]), (6, 3, [1, 3, 5]), (12, 3, [3, 7, 11]), (12, 6, [1, 3, 5, 7, 9, 11]), (6, 1, [5]), (3, 2, [1, 2])],
)
def test_layers_are_kept_evenly_and_the_last_always(total: int, count: int, expected: list[int]) -> None:
    assert evenly_spread(total, count) == expected


@pytest.mark.parametrize("name", ["fewer_layers", "pretrained"])
def test_all_five_losses_at_once_train_and_decrease(
    name: str, context: Context, options: Mapping[str, dict[str, Any]]
) -> None:
    outcome = distil(name, context, {**options[name], **ALL_FIVE, "epochs": 8, "patience": 9})
    losses = [entry["loss"] for entry in outcome.history]
    assert len(losses) == 8 and losses[-1] < 0.8 * losses[0]
    assert np.isfinite(outcome.predictor.predict(FRESH).outputs).all()
    # Projections are learned with the student, but are no part of it; embeddings of tokens that do not occur are a
    # part of it, but are not learned.
    embeddings = outcome.predictor.model.get_input_embeddings().weight  # type: ignore[attr-defined]
    unseen = divmod(outcome.predictor.parameters - outcome.trained_parameters, embeddings.shape[1])
    assert 0 < unseen[0] < len(embeddings) and unseen[1] == 0


@pytest.mark.parametrize("loss", sorted(ALL_FIVE))
def test_each_loss_alone(loss: str, context: Context, lessons: Lessons) -> None:
    given = dict.fromkeys(ALL_FIVE, 0.0) | {loss: 1.0}
    distil("fewer_layers", context, {**QUICK["fewer_layers"], "epochs": 1, **given})
    ((used, _),) = lessons
    assert len(used) == 1 and type(used[0].loss).__module__.endswith(
        {"hard": "hard_labels", "soft": "soft_labels", "hidden": "hidden_states", "attention": "attentions"}.get(
            loss.split("_")[0], "relations"
        )
    )


def test_weights_and_temperature_may_move(context: Context) -> None:
    outcome = distil(
        "fewer_layers", context, {**QUICK["fewer_layers"], "temperature": [4, 1], "hard_weight": [0, 1], "epochs": 2}
    )
    assert outcome.settings["temperature"] == (4.0, 1.0) and outcome.settings["hard_weight"] == (0.0, 1.0)
    assert students.schedule((4.0, 1.0)) == Schedule(4.0, 1.0) and students.schedule(2.0) == Schedule(2.0, 2.0)


def test_a_student_with_other_widths_is_matched_by_projection(context: Context, tmp_path: Path) -> None:
    narrow = tmp_path / "narrow"
    size = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 32}
    AutoModel.from_config(BertConfig(vocab_size=len(VOCABULARY), pad_token_id=1, **size)).save_pretrained(narrow)
    save_tokenizer(narrow, "bert")
    outcome = distil("pretrained", context, {**QUICK["pretrained"], **ALL_FIVE, "model": str(narrow), "epochs": 2})
    assert np.isfinite([entry["loss"] for entry in outcome.history]).all()


def test_teachers_are_averaged(context: Context, teacher: Path, tmp_path: Path, lessons: Lessons) -> None:
    baseline = routes.resolve(RouteConfig(name="baseline")).run(context).predictor
    baseline.save(tmp_path / "other")
    teachers = ["full", str(tmp_path / "other")]
    outcome = distil("static", context, {**QUICK["static"], "epochs": 1, "augment": 0, "teachers": teachers})
    answers = [each.predict(context.train).outputs for each in (predictors.load(teacher), baseline)]
    mean = np.mean(answers, axis=0)
    assert np.allclose(np.exp(lessons[0][1].per_row["teacher_logits"]), mean, atol=1e-5)
    assert outcome.method.endswith("distilled from full, other")


def test_teachers_answer_once(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    predict = Transformer.predict

    def counted(self: Transformer, rows: Rows) -> Any:
        asked.append(len(rows))
        return predict(self, rows)

    monkeypatch.setattr(Transformer, "predict", counted)
    given = {**QUICK["static"], "epochs": 1, "augment": 1}
    distil("static", context, given)
    assert sum(asked) >= 120
    asked.clear()
    distil("static", context, given)
    assert asked == []
    distil("static", context, {**given, "augment": 2})
    assert 0 < sum(asked) <= 240


def test_inner_signals_are_read_once(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    given = {**QUICK["fewer_layers"], **ALL_FIVE, "epochs": 1}
    first = distil("fewer_layers", context, given)

    def never(*_args: Any) -> Any:
        raise AssertionError("computed again")

    monkeypatch.setattr("transferkit.cache.features.batches", never)
    monkeypatch.setattr("transferkit.cache.teacher_states.batches", never)
    second = distil("fewer_layers", context, given)
    assert np.array_equal(first.predictor.predict(FRESH).outputs, second.predictor.predict(FRESH).outputs)


def test_unlabelled_rows_are_used(context: Context, lessons: Lessons) -> None:
    few = replace(context, train=context.train.take(range(12)))
    given = {**QUICK["static"], "epochs": 3, "augment": 0}
    without = distil("static", few, given)
    more = some_rows(400, seed=4)
    extra = Rows({"text": more["text"]}, more.numbers)
    labelled = Rows({**more.columns, "label": ["nonsense"] * 400}, more.numbers)
    for unlabelled in (extra, labelled):
        helped = distil("static", replace(few, unlabelled=unlabelled), given)
        learnt = lessons[-1][1]
        assert len(learnt) == 412 and (learnt.labels[12:] == -100).all() and (learnt.labels[:12] >= 0).all()
        assert accuracy(helped, context) > accuracy(without, context)


def test_altered_copies_have_no_label(context: Context, lessons: Lessons) -> None:
    distil("fewer_layers", context, {**QUICK["fewer_layers"], "augment": 2, "epochs": 1})
    assert 300 < len(lessons[0][1]) <= 360 and (lessons[0][1].labels[120:] == -100).all()
    assert np.allclose(np.exp(lessons[0][1].per_row["teacher_logits"]).sum(axis=1), 1, atol=1e-4)


def test_rows_without_labels_weigh_as_the_mean_and_altered_copies_as_their_rows(
    context: Context, lessons: Lessons
) -> None:
    train, more = context.train.take(range(30)), some_rows(10, seed=4)
    train = Rows({**train.columns, "weight": [1.0, 2.0, 3.0] * 10}, train.numbers)
    given = replace(context, train=train, unlabelled=Rows({"text": more["text"]}, more.numbers))
    distil("static", given, {**QUICK["static"], "epochs": 1, "augment": 1})
    found = lessons[0][1].weights
    assert found is not None and len(found) == 80
    assert np.allclose(found, np.tile([*[0.5, 1.0, 1.5] * 10, *[1.0] * 10], 2))


# Mistakes


def test_labels_must_agree(context: Context) -> None:
    rows = context.train
    renamed = Rows({**rows.columns, "label": [f"x{label}" for label in rows["label"]]}, rows.numbers)
    other = replace(context, train=renamed, task=context.task.bound(renamed))
    with pytest.raises(ConfigError, match=r"labels animal, colour, tool, these rows have xanimal"):
        distil("static", other, QUICK["static"])


def test_labels_of_a_saved_teacher_are_compared_before_anything_is_trained(context: Context, teacher: Path) -> None:
    renamed = Rows({**context.train.columns, "label": [f"x{i % 2}" for i in range(len(context.train))]}, np.arange(150))
    other = replace(context, train=renamed, task=context.task.bound(renamed), teachers={})
    plan = routes.resolve(RouteConfig(name="static", options={"teachers": [str(teacher)]}))
    with pytest.raises(ConfigError, match=r"labels animal, colour, tool, these rows have x0, x1"):
        plan.why_not(other)
    assert plan.why_not(context) is None
    with pytest.raises(ArtifactError, match="no model in"):
        routes.resolve(RouteConfig(name="static", options={"teachers": [str(teacher.parent)]})).why_not(context)


def test_matching_tokens_needs_one_tokenizer(context: Context, tmp_path: Path) -> None:
    folder = save_model(tmp_path / "gpt2", "gpt2", 2)
    given = {"model": str(folder), "epochs": 1}
    with pytest.raises(ConfigError, match="one tokenizer"):
        distil("pretrained", context, {**given, "hidden_weight": 1.0})
    assert distil("pretrained", context, given).predictor.labels == ("animal", "colour", "tool")


@pytest.mark.parametrize(
    ("name", "given", "words"),
    [
        ("static", {"hidden_weight": 1.0}, "hidden_weight: unknown .*; its options are epochs"),
        ("static", {"hard_weight": 0, "soft_weight": 0}, "every loss has weight 0"),
        ("static", {"teachers": ["nobody"]}, r"'nobody' is neither an earlier route \(full\) nor a folder"),
        ("static", {"layer_decay": 0.5}, "layer_decay: unknown"),
        ("static", {"gradual_unfreezing": True}, "gradual_unfreezing: unknown"),
        ("fewer_layers", {"layers": 4}, "fewer than the teacher's 4 layers"),
        ("fewer_layers", {"layers": [1, 5]}, r"layers 1 to 4, in order; found \[1, 5\]"),
        ("fewer_layers", {"layers": [2, 1]}, r"in order; found \[2, 1\]"),
        ("pretrained", {}, "model: field required"),
    ],
)
def test_mistakes_are_explained(context: Context, name: str, given: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        distil(name, context, {"epochs": 1, **given})


def test_a_teacher_must_be_there(context: Context, teacher: Path) -> None:
    for teachers in ({}, {"baseline": teacher}):
        reason = routes.resolve(RouteConfig(name="static")).why_not(replace(context, teachers=teachers))
        assert reason and "add full before it" in reason
    assert routes.resolve(RouteConfig(name="static")).why_not(context) is None


def test_a_bag_of_words_cannot_lose_layers(context: Context, tmp_path: Path) -> None:
    routes.resolve(RouteConfig(name="baseline")).run(context).predictor.save(tmp_path / "bag")
    with pytest.raises(ConfigError, match="must be a fine-tuned model"):
        distil("fewer_layers", context, {"teachers": [str(tmp_path / "bag")]})


# The static student


def test_a_static_student_starts_from_the_words_of_its_teacher(
    context: Context, options: Mapping[str, dict[str, Any]]
) -> None:
    rows = context.train.take([i for i, text in enumerate(context.train["text"]) if "horse" not in text])
    outcome = distil("static", replace(context, train=rows), options["static"])
    predictor = outcome.predictor
    assert isinstance(predictor, Static) and "horse" in predictor.vocabulary
    asked = Rows({"text": ["horse", "horse horse"]}, np.arange(2))
    assert predictor.predict(asked).outputs.argmax(axis=1).tolist() == [0, 0]


@pytest.mark.parametrize(
    ("texts", "taken"),
    [(["房间太差", "房间不错"], {"房", "房间", "酒店", "店"}), (["the room", "a room"], {"room", "hotel"})],
)
def test_a_static_student_takes_the_words_that_its_texts_may_have(
    context: Context,
    options: Mapping[str, dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
    texts: list[str],
    taken: set[str],
) -> None:
    known = ["酒店", "店", "好书吧", "hotel", "гость"]
    monkeypatch.setattr(Transformer, "words", lambda _: known)
    rows = Rows({"text": texts * 10, "label": ["animal", "colour"] * 10}, np.arange(20))
    predictor = distil("static", replace(context, train=rows), options["static"]).predictor
    assert isinstance(predictor, Static)
    assert taken <= predictor.vocabulary.keys() and not (set(known) - taken) & predictor.vocabulary.keys()


def test_a_static_student_ignores_what_surrounds_a_text(
    context: Context, options: Mapping[str, dict[str, Any]]
) -> None:
    predictor = distil("static", context, options["static"]).predictor
    alone = [predictor.predict(FRESH.take([i])).outputs[0] for i in range(10)]
    assert np.allclose(predictor.predict(FRESH).outputs[:10], alone, rtol=1e-3, atol=1e-5)
