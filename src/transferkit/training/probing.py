"""Where a new head starts: as the best one for a backbone that has not moved yet."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from transferkit.progress import progress
from transferkit.tasks import Shape
from transferkit.training.examples import Examples
from transferkit.training.first_token import first_token_alone
from transferkit.training.inference import Floats, batches
from transferkit.training.learner import Weighted, inputs_of, logits_of
from transferkit.training.losses import Step
from transferkit.training.scaling import last_map

_STRENGTHS = (1.0, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6)  # of a loss that is a mean over rows and labels
_HELD_BACK = 5
_STEPS = 100
_STEPS_PER_LABEL = 30  # on texts with 6 to 71 labels much was gained at 12 and fewer, nothing at 52
_PROBED = (Shape.LABEL, Shape.LABELS, Shape.VALUE)

MOST_ROWS = 8_192
"""Rows that are read for it, so that large data are not read once more in full."""


def probing_pays(shape: Shape, labels: int, steps: float) -> bool:
    """Whether there are so few steps for every label that they would go by before a new head knows its labels."""
    return shape in _PROBED and steps < _STEPS_PER_LABEL * labels


def probe(model: nn.Module, learn: Examples, losses: Sequence[Weighted], labels: int) -> None:
    """Fit the last layer of `model`, of `labels` outputs, to at most 8,192 rows of `learn` in place.

    Linear probing, then fine-tuning (Kumar et al. 2022): a head that starts at random pulls the backbone about before
    it knows what for, and with many labels much of the training goes by until it does. `losses`, which look at logits
    alone, + lambda / 2 * |weights|^2 are minimised by L-BFGS on what the layer is given, of variance one, everything
    below it being as it is; lambda is the one that is best on every fifth row, held back.
    """
    head = last_map(model, labels)
    positions = np.linspace(0, len(learn) - 1, min(len(learn), MOST_ROWS)).round().astype(np.int64)
    given = torch.from_numpy(_given(model, head, learn, positions.tolist()))
    center = given.mean(dim=0) if head.bias is not None else torch.zeros(given.shape[1])
    scale = (given - center).square().mean().sqrt().clamp_min(1e-9)
    columns = (given - center) / scale
    if head.bias is not None:
        columns = torch.cat([columns, torch.ones(len(given), 1)], dim=1)
    told = {"labels": learn.labels, **learn.per_row}
    batch = {name: torch.from_numpy(values[positions]) for name, values in told.items()}
    found = _fitted(_Rows(columns, given.shape[1], batch), losses, labels)
    weights = found[:, : given.shape[1]] / scale
    with torch.no_grad():
        head.weight.copy_(weights)
        if head.bias is not None:
            head.bias.copy_(found[:, -1] - weights @ center)


def _given(model: nn.Module, head: nn.Module, learn: Examples, positions: list[int]) -> Floats:
    """What `head` is given for the rows at `positions`, (rows, width)."""
    device = torch.device("cuda") if torch.cuda.is_available() else next(model.parameters()).device
    model.to(device).eval()
    with _handing_on(head), progress("reading what the new head starts from", len(positions)) as advance:

        def forward(batch: dict[str, Tensor]) -> list[Floats]:
            found = logits_of(model(**inputs_of(batch, device))).float().cpu().numpy()
            advance(len(found))
            return list(found)

        with first_token_alone(model, learn):
            found = dict(batches(learn, positions, forward))
    return np.stack([found[i] for i in positions])


@contextmanager
def _handing_on(head: nn.Module) -> Iterator[None]:
    """While open, `head` answers what it is given."""
    handle = head.register_forward_hook(lambda _module, args, _output: args[0])
    try:
        yield
    finally:
        handle.remove()


@dataclass(frozen=True)
class _Rows:
    """`columns` (rows, width, or one more that is 1 throughout), and what losses look at besides logits."""

    columns: Tensor
    width: int
    batch: Mapping[str, Tensor]

    def take(self, chosen: Tensor) -> "_Rows":
        return _Rows(self.columns[chosen], self.width, {name: values[chosen] for name, values in self.batch.items()})

    def loss(self, losses: Sequence[Weighted], weights: Tensor) -> Tensor:
        step = Step(self.columns @ weights.T, torch.ones(len(self.columns)), self.batch)
        return torch.stack([each.weight.at(0.0) * each.loss(step) for each in losses]).sum()


def _fitted(rows: _Rows, losses: Sequence[Weighted], labels: int) -> Tensor:
    """Weights (labels, columns), penalised but for those of the last column where it is 1 throughout."""
    weights, least, strength = torch.zeros(labels, rows.columns.shape[1]), np.inf, _STRENGTHS[0]
    if len(rows.columns) < 2 * _HELD_BACK:
        return _minimum(rows, losses, strength, weights)
    held_back = torch.arange(len(rows.columns)) % _HELD_BACK == 0
    others, held = rows.take(~held_back), rows.take(held_back)
    with progress("choosing the penalty of the new head", len(_STRENGTHS) + 1) as advance:
        for each in _STRENGTHS:
            weights = _minimum(others, losses, each, weights)
            error = float(held.loss(losses, weights))
            advance(1)
            if error >= least:
                break
            least, strength = error, each
        return _minimum(rows, losses, strength, weights)


def _minimum(rows: _Rows, losses: Sequence[Weighted], strength: float, start: Tensor) -> Tensor:
    """Where the penalised loss is least, sought from `start`."""
    weights = start.clone().requires_grad_()
    solver = torch.optim.LBFGS([weights], max_iter=_STEPS, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        solver.zero_grad()
        total = rows.loss(losses, weights) + strength / 2 * weights[:, : rows.width].square().sum()
        total.backward()  # type: ignore[no-untyped-call]
        return total

    solver.step(closure)  # type: ignore[no-untyped-call]
    return weights.detach()
