"""Every loss with rows that count differently, the loop that adds them up, and the example that carries the weight."""

from dataclasses import replace
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from jobs import differing, examples_of, make_job, weights_of
from tiny_models import Tiny, rows_for
from transferkit import tasks
from transferkit.encoding.span_windows import PLAIN
from transferkit.networks.layers import TOP
from transferkit.table.rows import Rows
from transferkit.training import losses, shapes
from transferkit.training.classifier import labelled_examples
from transferkit.training.loop import train
from transferkit.training.losses import Loss, Schedule, Step
from transferkit.training.losses.attentions import Attentions
from transferkit.training.losses.bridged_states import BridgedStates
from transferkit.training.losses.contrast import Contrast
from transferkit.training.losses.hard_labels import HardLabels
from transferkit.training.losses.hard_spans import HardSpans
from transferkit.training.losses.hard_tags import HardTags
from transferkit.training.losses.hidden_states import HiddenStates
from transferkit.training.losses.label_sets import LabelSets
from transferkit.training.losses.next_token import NextToken
from transferkit.training.losses.output_states import OutputStates
from transferkit.training.losses.relations import Relations
from transferkit.training.losses.soft_label_sets import SoftLabelSets
from transferkit.training.losses.soft_labels import SoftLabels
from transferkit.training.losses.soft_spans import SoftSpans
from transferkit.training.losses.soft_tags import SoftTags
from transferkit.training.losses.soft_tokens import SoftTokens
from transferkit.training.losses.squared_error import SquaredError
from transferkit.training.options import TrainingOptions

ROWS, TOKENS, WIDTH = 3, 4, 5
WEIGHTS = torch.tensor([2.0, 0.25, 0.75])
TWO = Schedule(2.0, 2.0)
MASK = torch.tensor([[1, 1, 1, 1], [1, 1, 0, 0], [1, 1, 1, 0]])
TAGS = torch.tensor([[0, 1, 2, 2], [1, 0, -100, -100], [2, -100, 1, -100]])


def drawn(*size: int, seed: int = 0) -> Tensor:
    return torch.randn(size, generator=torch.Generator().manual_seed(seed))


def head() -> nn.Module:
    made = nn.Linear(WIDTH, 3, bias=False)
    with torch.no_grad():
        made.weight.copy_(drawn(3, WIDTH))
    return made.requires_grad_(False)


SETS, PLACES = (drawn(3, 3, seed=5) > 0).float(), torch.tensor([[0, 2], [1, 1], [2, 2]])
STATES = {"teacher_hidden_1": drawn(ROWS, TOKENS, WIDTH, seed=1), "teacher_outputs": drawn(ROWS, TOKENS, WIDTH, seed=2)}
ATTENTION = {"teacher_attention_1": drawn(ROWS, TOKENS, TOKENS, seed=3).softmax(dim=-1)}
# The loss, the form of its logits, and what else it looks at.
CASES: dict[str, tuple[Loss, tuple[int, ...], dict[str, Tensor]]] = {
    "hard_labels": (HardLabels(torch.tensor([1.0, 2.0, 0.5]), 0.1), (3,), {"labels": torch.tensor([0, 2, 1])}),
    "label_sets": (LabelSets(torch.tensor([1.0, 2.0, 0.5]), 0.1), (3,), {"labels": SETS}),
    "squared_error": (SquaredError("labels"), (1,), {"labels": drawn(ROWS, seed=6)}),
    "soft_labels": (SoftLabels(TWO), (3,), {"teacher_logits": drawn(ROWS, 3, seed=7)}),
    "soft_label_sets": (SoftLabelSets(TWO), (3,), {"teacher_logits": drawn(ROWS, 3, seed=7)}),
    "hard_tags": (HardTags(torch.tensor([1.0, 2.0, 0.5]), 0.1, 2.5), (TOKENS, 3), {"labels": TAGS}),
    "soft_tags": (SoftTags(TWO), (TOKENS, 3), {"teacher_logits": drawn(ROWS, TOKENS, 3, seed=8), "words": TAGS}),
    "hard_spans": (HardSpans(0.1), (TOKENS, 2), {"labels": PLACES, "readable": MASK}),
    "soft_spans": (SoftSpans(TWO), (TOKENS, 2), {"teacher_logits": drawn(ROWS, TOKENS, 2, seed=9), "readable": MASK}),
    "next_token": (NextToken(0.1), (TOKENS, 3), {"labels": TAGS}),
    "soft_tokens": (
        SoftTokens(head(), None, "jensen_shannon", TWO),
        (TOKENS, 3),
        {"labels": TAGS, "teacher_answers": drawn(ROWS, TOKENS, WIDTH, seed=10)},
    ),
    "hidden_states": (HiddenStates({1: 1}, WIDTH, WIDTH), (3,), STATES),
    "bridged_states": (BridgedStates({1: 1}), (3,), STATES),
    "output_states": (OutputStates(WIDTH, WIDTH), (3,), STATES),
    "relations": (Relations({1: 1}), (3,), STATES),
    "attentions": (Attentions({1: 1}), (3,), ATTENTION),
}
OF_TOKENS = ("next_token", "soft_tokens")


def step(name: str, rows: slice, **more: Tensor) -> Step:
    """That of the case `name` for some of its rows."""
    _, form, given = CASES[name]
    logits, batch = drawn(ROWS, *form, seed=11)[rows], {key: value[rows] for key, value in given.items()}
    if name in OF_TOKENS:
        logits = logits[batch["labels"] >= 0]
    states = drawn(ROWS, TOKENS, WIDTH, seed=12)[rows]
    attention = drawn(ROWS, TOKENS, TOKENS, seed=13).softmax(dim=-1)[rows]
    return Step(logits, MASK[rows], {**batch, **more}, {1: states, TOP: states}, {1: attention})


def test_every_loss_but_that_of_pairs_is_tried() -> None:
    assert {*CASES, "contrast"} == {module.name for module in iter_modules(losses.__path__)}


@pytest.mark.parametrize("name", CASES)
def test_a_row_counts_as_its_weight_says(name: str) -> None:
    loss = CASES[name][0]
    alone = torch.stack([loss(step(name, slice(i, i + 1))) for i in range(ROWS)])
    assert alone.min() > 0
    assert loss(step(name, slice(None))).item() == pytest.approx(alone.mean().item(), rel=1e-5)
    weighted = loss(step(name, slice(None), weights=WEIGHTS))
    assert weighted.item() == pytest.approx((alone * WEIGHTS).mean().item(), rel=1e-5)


@pytest.mark.parametrize("name", CASES)
def test_what_a_row_counts_does_not_depend_on_its_batch(name: str) -> None:
    loss = CASES[name][0]
    parts = [slice(0, 1), slice(1, 3)]
    split = [loss(step(name, part, weights=WEIGHTS[part])) * len(WEIGHTS[part]) for part in parts]
    whole = loss(step(name, slice(None), weights=WEIGHTS))
    assert (sum(split) / ROWS).item() == pytest.approx(whole.item(), rel=1e-5)  # type: ignore[union-attr]


def test_weights_of_rows_are_multiplied_with_those_of_labels_as_in_torch() -> None:
    logits, labels, own = drawn(4, 3), torch.tensor([0, 1, 2, 1]), torch.tensor([1.0, 3.0, 0.5])
    rows = torch.tensor([0.5, 2.0, 1.0, 0.5])
    reference = (F.cross_entropy(logits, labels, own, reduction="none") * rows).mean()
    found = HardLabels(own)(Step(logits, torch.ones(4, 1), {"labels": labels, "weights": rows}))
    assert found.item() == pytest.approx(reference.item(), rel=1e-6)


def test_a_pair_has_the_product_of_its_rows_weights() -> None:
    # Cosines 0, 0.7071, 0.7071 as of equal weights: (1 - 0)^2 for the pair of one label, 0.5 for the two others.
    vectors, own = torch.tensor([[1.0, 0.0], [0.0, 2.0], [1.0, 1.0]]), torch.tensor([2.0, 0.5, 0.25])
    batch = {"labels": torch.tensor([0, 0, 1]), "weights": own}
    found = Contrast()(Step(vectors, torch.ones(3, 1), batch))
    assert found.item() == pytest.approx((2 * 0.5 + (2 * 0.25 + 0.5 * 0.25) * 0.5 / 2) / 2)


@pytest.mark.parametrize("shape", ["label", "labels", "tags"])
def test_balanced_labels_are_even_by_the_weights_of_rows(shape: str) -> None:
    """As if a row of weight 2 stood there twice."""
    targets: Any = {
        "label": np.array([0, 0, 1, -100]),
        "labels": np.array([[1, 0], [1, 1], [0, 0], [np.nan, np.nan]], dtype=np.float32),
        "tags": np.array([[0, 0], [0, 1], [1, -100], [-100, -100]]),
    }[shape]
    kind = shapes.of(tasks.Shape[shape.upper()])
    options = TrainingOptions(class_weights="balanced")
    own = np.array([2, 1, 1, 1], dtype=np.float32)
    found: Any = kind.hard_loss(targets, options, 2, own)
    twice: Any = kind.hard_loss(targets[[0, 0, 1, 2, 3]], options, 2)
    plain: Any = kind.hard_loss(targets, options, 2)
    assert torch.allclose(found.weights, twice.weights) and not torch.allclose(found.weights, plain.weights)


def own_of(count: int) -> np.ndarray[Any, np.dtype[np.float32]]:
    own = np.random.default_rng(0).random(count).astype(np.float32) ** 3
    return own / own.mean()


def test_pieces_of_a_batch_teach_what_the_whole_does(tiny: Tiny, tmp_path: Path) -> None:
    calm = tiny("bert", dropout=0.0)
    source = replace(examples_of(calm), weights=own_of(24))
    one, pieces, plain = (
        make_job(calm, tmp_path / name, source=given, accumulation=accumulation)
        for name, given, accumulation in (("a", source, 1), ("b", source, 4), ("c", examples_of(calm), 1))
    )
    for job in (one, pieces, plain):
        train(job)
    # Attention does not depend on the bias of its keys: its gradient is rounding, which Adam makes a step of.
    different = differing(weights_of(one), weights_of(pieces), 2e-5)
    assert [name for name in different if not name.endswith("key.bias")] == []
    assert differing(weights_of(one), weights_of(plain), 1e-4)


def test_the_loss_of_a_step_is_the_weighted_mean(tiny: Tiny, tmp_path: Path) -> None:
    calm = tiny("bert", dropout=0.0)
    source = replace(examples_of(calm), weights=own_of(24))
    job = make_job(calm, tmp_path, source=source, batch_size=24, accumulation=3, epochs=1.0)
    batch = source.batch(range(24))
    with torch.no_grad():
        logits = job.learner.model(**{name: batch[name] for name in ("input_ids", "attention_mask")}).logits
    each = F.cross_entropy(logits, batch["labels"], reduction="none")
    expected = (each * torch.from_numpy(own_of(24))).sum() / own_of(24).sum()
    assert train(job).history[0]["loss"] == pytest.approx(expected.item(), rel=1e-3)


@pytest.mark.parametrize("task", ["text-classification", "token-classification", "question-answering"])
def test_windows_have_the_weights_of_their_rows(tiny: Tiny, task: str) -> None:
    backbone, rows, found = tiny("bert"), rows_for(task), tasks.get(task)
    if "text_pair" in rows:
        pairs = [" ".join([pair] * 12) for pair in rows["text_pair"]]
        rows = Rows({**rows.columns, "text_pair": pairs}, rows.numbers)
    if task == "token-classification":
        tags = [list(tags) * 4 for tags in rows["tags"]]
        rows = Rows({"text": [" ".join([text] * 4) for text in rows["text"]], "tags": tags}, rows.numbers)
    given = [float(1 + i % 4) for i in range(len(rows))]
    rows = Rows({**rows.columns, "weight": given}, rows.numbers)
    made = labelled_examples(rows, found.bound(rows), backbone.tokenizer(), 24, backbone.prompt, PLAIN)
    assert made.weights is not None and len(made.weights) == len(made)
    owner = np.arange(len(rows))
    if made.encoded.passages is not None:
        owner = made.encoded.passages.owner
    if made.encoded.sentences is not None:
        owner = made.encoded.sentences.owner
    assert (len(made) > len(rows)) == (task != "text-classification")
    assert np.allclose(made.weights, np.array(given)[owner] / np.mean(given))
    assert np.allclose(made.batch([1, 2])["weights"], made.weights[[1, 2]])
