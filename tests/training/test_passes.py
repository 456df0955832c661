"""Several forward passes per step, for losses that compare them: R-Drop, and passes with shifted embeddings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from jobs import classifier, differing, examples_of, make_job, weights_of
from tiny_models import Tiny
from transferkit.errors import ConfigError
from transferkit.networks.layers import EMBEDDED, captured, input_embeddings, shifted
from transferkit.training.learner import ONCE, Learner, Weighted
from transferkit.training.loop import train
from transferkit.training.losses import Schedule, Step
from transferkit.training.losses.hard_labels import HardLabels
from transferkit.training.probing import probe

POSITIONS = [0, 5, 7, 11]
HALF = Schedule(0.5, 0.5)


@dataclass
class RDrop:
    """Liang et al. 2021: the mean of KL(p || q) and KL(q || p) of two passes with dropout drawn apart."""

    hidden_depths: Sequence[int] = ()
    attention_depths: Sequence[int] = ()

    def __call__(self, step: Step) -> Tensor:
        one, other = (F.log_softmax(each.logits, dim=-1) for each in (step, step.again()))
        both = (one.exp() - other.exp()) * (one - other)
        return step.mean(both.sum(dim=-1) / 2)


@dataclass
class Adversarial:
    """Miyato et al. 2017 (FGM): a loss on embeddings moved by `size` along its own gradient."""

    loss: HardLabels
    size: float = 0.5
    hidden_depths: Sequence[int] = (EMBEDDED,)
    attention_depths: Sequence[int] = ()

    def __call__(self, step: Step) -> Tensor:
        (slope,) = torch.autograd.grad(self.loss(step), step.hidden[EMBEDDED], retain_graph=True)
        return self.loss(step.again(self.size * slope / slope.norm()))


@dataclass
class Climbing:
    """In the manner of FreeLB (Zhu et al. 2020): two steps up from no shift, by gradients in the shift itself."""

    loss: HardLabels
    hidden_depths: Sequence[int] = (EMBEDDED,)
    attention_depths: Sequence[int] = ()

    def __call__(self, step: Step) -> Tensor:
        shift, found = torch.zeros_like(step.hidden[EMBEDDED]), []
        for _ in range(2):
            shift = shift.detach().requires_grad_()
            found.append(self.loss(step.again(shift)))
            (slope,) = torch.autograd.grad(found[-1], shift, retain_graph=True)
            shift = shift + slope
        return torch.stack(found).mean()


class Counted(nn.Module):
    """A model that counts its passes and keeps their logits."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model
        self.config = model.config
        self.logits: list[Tensor] = []

    def get_input_embeddings(self) -> Any:
        return input_embeddings(self.model)

    def forward(self, **inputs: Tensor) -> Any:
        output = self.model(**inputs)
        self.logits.append(output.logits)
        return output


def gradients(model: nn.Module) -> dict[str, Tensor]:
    return {name: p.grad.clone() for name, p in model.named_parameters() if p.grad is not None}


def in_training(tiny: Tiny, dropout: float = 0.1) -> tuple[Counted, dict[str, Tensor]]:
    backbone = tiny("bert", dropout=dropout)
    return Counted(classifier(backbone).train()), examples_of(backbone).batch(POSITIONS)


def inputs_of(batch: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name: batch[name] for name in ("input_ids", "attention_mask", "token_type_ids") if name in batch}


def test_losses_of_one_pass_run_the_model_once_and_to_the_same_numbers(tiny: Tiny) -> None:
    model, batch = in_training(tiny)
    torch.manual_seed(3)
    total = Learner(model, [Weighted(HardLabels(), ONCE), Weighted(HardLabels(smoothing=0.1), HALF)])(batch)
    assert len(model.logits) == 1
    total.backward()
    found = gradients(model)
    model.zero_grad()
    torch.manual_seed(3)
    logits = model.model(**inputs_of(batch)).logits
    expected = torch.stack(
        [F.cross_entropy(logits, batch["labels"]), 0.5 * F.cross_entropy(logits, batch["labels"], label_smoothing=0.1)]
    ).sum()
    expected.backward()
    assert total.item() == expected.item() and differing(found, gradients(model)) == []


def test_two_passes_of_r_drop(tiny: Tiny) -> None:
    model, batch = in_training(tiny)
    torch.manual_seed(3)
    total = Learner(model, [Weighted(HardLabels(), ONCE), Weighted(RDrop(), HALF)])(batch)
    assert len(model.logits) == 2 and not torch.equal(*model.logits)
    total.backward()
    found = gradients(model)
    model.zero_grad()
    torch.manual_seed(3)
    one, other = (model.model(**inputs_of(batch)).logits for _ in range(2))
    p, q = one.log_softmax(dim=-1), other.log_softmax(dim=-1)
    apart = F.kl_div(p, q, reduction="batchmean", log_target=True)
    apart = (apart + F.kl_div(q, p, reduction="batchmean", log_target=True)) / 2
    assert apart > 1e-6
    expected = F.cross_entropy(one, batch["labels"]) + 0.5 * apart
    expected.backward()
    assert total.item() == pytest.approx(expected.item(), abs=1e-6)
    assert differing(found, gradients(model), 1e-6) == []


@pytest.mark.parametrize("learns", [True, False])
def test_a_pass_with_embeddings_moved_along_the_gradient(tiny: Tiny, learns: bool) -> None:
    """Also where the table of embeddings does not learn."""
    model, batch = in_training(tiny, dropout=0.0)
    model.get_input_embeddings().weight.requires_grad_(learns)
    total = Learner(model, [Weighted(HardLabels(), ONCE), Weighted(Adversarial(HardLabels()), HALF)])(batch)
    assert len(model.logits) == 2
    total.backward()
    found = gradients(model)
    model.zero_grad()
    inputs = inputs_of(batch)
    embedded = model.get_input_embeddings()(inputs.pop("input_ids"))
    leaf = embedded.detach().requires_grad_()
    F.cross_entropy(model.model(inputs_embeds=leaf, **inputs).logits, batch["labels"]).backward()
    assert leaf.grad is not None
    moved = embedded + 0.5 * leaf.grad / leaf.grad.norm()
    model.zero_grad()
    plain, harder = (
        F.cross_entropy(model.model(inputs_embeds=states, **inputs).logits, batch["labels"])
        for states in (embedded, moved)
    )
    assert harder > plain + 1e-3
    (plain + 0.5 * harder).backward()
    assert total.item() == pytest.approx((plain + 0.5 * harder).item(), abs=1e-6)
    assert differing(found, gradients(model), 1e-5) == []


def test_a_shift_has_a_gradient_of_its_own(tiny: Tiny) -> None:
    model, batch = in_training(tiny, dropout=0.0)
    climbed = Learner(model, [Weighted(Climbing(HardLabels()), ONCE)])(batch)
    first, second = (F.cross_entropy(logits, batch["labels"]) for logits in model.logits[1:])
    assert len(model.logits) == 3 and torch.equal(model.logits[0], model.logits[1])
    assert second > first and climbed.item() == pytest.approx((first + second).item() / 2)


def test_only_the_first_lookup_is_shifted() -> None:
    """A decoder's, after an encoder's of the same table, has other tokens."""
    table = nn.Embedding(5, 3)
    table.get_input_embeddings = lambda: table  # type: ignore[assignment]
    ids, other, shift = torch.tensor([[1, 2]]), torch.tensor([[4]]), torch.ones(1, 2, 3)
    with shifted(table, shift):
        assert torch.equal(table(ids), table.weight[ids] + 1) and torch.equal(table(other), table.weight[other])
    assert torch.equal(table(ids), table.weight[ids])
    with captured(table, [EMBEDDED]) as seen:
        table(ids), table(other)
    assert torch.equal(seen[EMBEDDED], table.weight[ids])


def test_what_has_no_embeddings_cannot_be_shifted(tiny: Tiny) -> None:
    head, shift = nn.Linear(3, 2), torch.zeros(1, 2, 3)
    with pytest.raises(ConfigError, match="Linear has no table of input embeddings"), shifted(head, shift):
        pass
    model, batch = in_training(tiny)
    cached = {**batch, "activations": torch.zeros(1)}
    with pytest.raises(ConfigError, match="read from the cache"):
        Learner(model, [])._run(cached, shift)
    by_hand = Step(torch.zeros(1, 2), torch.ones(1, 2), {})
    assert by_hand.again() is by_hand
    with pytest.raises(ConfigError, match="expected a network"):
        by_hand.again(shift)


def test_a_second_pass_is_drawn_from_the_seed_too(tiny: Tiny, tmp_path: Path) -> None:
    found = []
    for name in ("one", "again"):
        job = make_job(tiny("bert"), tmp_path / name, losses=[Weighted(RDrop(), ONCE)], accumulation=2)
        train(job)
        found.append(weights_of(job))
    alone = make_job(tiny("bert"), tmp_path / "alone", accumulation=2)
    train(alone)
    assert differing(*found) == [] and differing(found[0], weights_of(alone)) != []


def test_a_new_head_is_fitted_under_a_loss_of_two_passes(tiny: Tiny) -> None:
    """Nothing is drawn there, so that its passes agree."""
    heads = []
    for losses in ([], [Weighted(RDrop(), ONCE)]):
        backbone = tiny("bert")
        model, learn = classifier(backbone), examples_of(backbone, 60)
        assert probe(model, learn, np.arange(60), [Weighted(HardLabels(), ONCE), *losses], 3)
        heads.append({name: p.detach().clone() for name, p in model.named_parameters()})
    assert differing(*heads, tolerance=1e-6) == []
