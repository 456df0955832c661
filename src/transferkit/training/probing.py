"""Where a new head starts: as the best one for a backbone that has not moved yet."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from transferkit.arrays import Floats, Ints
from transferkit.encoding.examples import Examples
from transferkit.networks.first_token import behind_first_token, first_token_alone, starts_from_first_token
from transferkit.networks.inference import batches, device_of
from transferkit.networks.inputs import inputs_of, logits_of
from transferkit.networks.scaling import last_map
from transferkit.progress import progress
from transferkit.shapes import Shape
from transferkit.training.learner import Weighted
from transferkit.training.losses import Step

_STRENGTHS = (1.0, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6)  # of a loss that is a mean over rows and labels
_HELD_BACK = 5
_LEAST_SPREAD = 0.1
_STEPS = 100
_STEPS_PER_LABEL = 30  # on texts with 6 to 71 labels much was gained at 12 and fewer, nothing at 52

MOST_ROWS = 8_192
"""Rows that are read for it, so that large data are not read once more in full."""


def probing_pays(shape: Shape, labels: int, steps: float) -> bool:
    """Whether there are so few steps for every label that they would go by before a new head knows its labels."""
    return shape.whole and steps < _STEPS_PER_LABEL * labels


FirstTokens = Callable[[], Callable[[int], Floats]]
"""Reads, or finds in the cache, what the backbone makes of the rows to learn from; the state of the first token of one
of them, (width,), as its last layer leaves it."""


def probe(
    model: nn.Module,
    learn: Examples,
    drawn: Ints,
    losses: Sequence[Weighted],
    labels: int,
    seed: int = 0,
    first_tokens: FirstTokens | None = None,
) -> bool:
    """Fit the last layer of `model`, of `labels` outputs, in place to at most 8,192 of the rows of `learn` at `drawn`.

    Whether that was done: not where what the layer is given differs between texts by less than a tenth of its size, as
    of a backbone that has learned nothing yet. Weights that tell such texts apart are so large that the first steps of
    the backbone throw all answers over. `first_tokens` saves reading the rows, if their first tokens are all that the
    layer is given something of.

    Linear probing, then fine-tuning (Kumar et al. 2022): a head that starts at random pulls the backbone about before
    it knows what for, and with many labels much of the training goes by until it does. `losses`, which look at logits
    alone, + lambda / 2 * |weights|^2 are minimised by L-BFGS on what the layer is given, scaled to squares of mean one,
    everything below it being as it is; lambda is the one that is best on a fifth of the rows, held back, and 1 where
    there are fewer than ten.
    """
    head, random = last_map(model, labels), np.random.default_rng(seed)
    positions, which = np.unique(_some(drawn, learn.labels, random), return_inverse=True)
    held_back = (random.permutation(len(positions)) % _HELD_BACK == 0) & (len(positions) >= 2 * _HELD_BACK)
    held_back &= ~_of_lacking_labels(learn.labels[positions], held_back)
    inputs = torch.from_numpy(_given(model, head, learn, positions.tolist(), first_tokens)[which])
    if _size(inputs - inputs.mean(dim=0)) < _LEAST_SPREAD * _size(inputs):
        return False
    center = inputs.mean(dim=0) if head.bias is not None else torch.zeros(inputs.shape[1])
    scale = _size(inputs - center).clamp_min(1e-9)
    columns = (inputs - center) / scale
    if head.bias is not None:
        columns = torch.cat([columns, torch.ones(len(inputs), 1)], dim=1)
    told = {"labels": learn.labels, **learn.per_row}
    if learn.weights is not None:
        told["weights"] = learn.weights
    batch = {name: torch.from_numpy(values[positions[which]]) for name, values in told.items()}
    rows = _Rows(columns, inputs.shape[1], batch)
    solution = _fitted(rows, torch.from_numpy(held_back[which]), losses, labels)
    weights = solution[:, : inputs.shape[1]] / scale
    with torch.no_grad():
        head.weight.copy_(weights)
        if head.bias is not None:
            head.bias.copy_(solution[:, -1] - weights @ center)
    return True


def _size(values: Tensor) -> Tensor:
    """Root mean square."""
    return values.square().mean().sqrt()


def _some(drawn: Ints, labels: npt.NDArray[Any], random: np.random.Generator) -> Ints:
    """At most `MOST_ROWS` of `drawn`, at random, but one of every label among them."""
    order: Ints = random.permutation(drawn)
    if len(order) <= MOST_ROWS:
        return order
    leading = np.concatenate([_first_of_each(labels[order]), np.arange(len(order))])
    _, first = np.unique(leading, return_index=True)
    found: Ints = order[leading[np.sort(first)][:MOST_ROWS]]
    return found


def _first_of_each(labels: npt.NDArray[Any]) -> Ints:
    """Where every label is met first; nowhere for numbers."""
    if labels.ndim > 1:
        given = labels > 0
        return np.asarray(given.argmax(axis=0)[given.any(axis=0)], dtype=np.int64)
    return np.unique(labels, return_index=True)[1] if labels.dtype == np.int64 else np.empty(0, dtype=np.int64)


def _of_lacking_labels(labels: npt.NDArray[Any], held_back: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Which rows have a label, (rows,) or (rows, labels), that only rows held back have."""
    if labels.ndim > 1:
        given = labels > 0
        return np.asarray((given & ~given[~held_back].any(axis=0)).any(axis=1))
    lacking = np.setdiff1d(labels, labels[~held_back]) if labels.dtype == np.int64 else labels[:0]
    return np.isin(labels, lacking)


def _given(
    model: nn.Module, head: nn.Module, learn: Examples, positions: list[int], first_tokens: FirstTokens | None
) -> Floats:
    """What `head` is given for the rows at `positions`, (rows, width)."""
    device = device_of(model)
    model.eval()
    if first_tokens is not None:
        with _handing_on(head):
            fits = starts_from_first_token(model, learn)
        if fits:
            first_token = first_tokens()
            with _handing_on(head):
                return behind_first_token(model, learn, positions, np.stack([first_token(i) for i in positions]))
    with _handing_on(head), progress("reading what the new head starts from", len(positions)) as advance:

        def forward(batch: dict[str, Tensor]) -> list[Floats]:
            found = logits_of(model(**inputs_of(batch, device))).float().cpu().numpy()
            advance(len(found))
            return list(found)

        with first_token_alone(model, learn):
            found = dict(batches(model, learn, positions, forward))
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
        return torch.stack([weighted.weight.at(0.0) * weighted.loss(step) for weighted in losses]).sum()


def _fitted(rows: _Rows, held_back: Tensor, losses: Sequence[Weighted], labels: int) -> Tensor:
    """Weights (labels, columns), penalised but for those of the last column where it is 1 throughout."""
    weights = torch.zeros(labels, rows.columns.shape[1])
    strength, least = _STRENGTHS[0], np.inf
    others, held = rows.take(~held_back), rows.take(held_back)
    with progress("fitting the new head", len(_STRENGTHS) + 1) as advance:
        for candidate in _STRENGTHS if len(held.columns) else ():
            minimum = _minimum(others, losses, candidate, weights)
            error = float(held.loss(losses, minimum))
            advance(1)
            if not error < least:
                break
            weights, strength, least = minimum, candidate, error
        return _minimum(rows, losses, strength, weights)


def _minimum(rows: _Rows, losses: Sequence[Weighted], strength: float, start: Tensor) -> Tensor:
    """Where the penalised loss is least, sought from `start`."""
    weights = start.clone().requires_grad_()
    solver = torch.optim.LBFGS([weights], max_iter=_STEPS, history_size=10, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        solver.zero_grad()
        total = rows.loss(losses, weights) + strength / 2 * weights[:, : rows.width].square().sum()
        total.backward()  # type: ignore[no-untyped-call]
        return total

    solver.step(closure)  # type: ignore[no-untyped-call]
    return weights.detach()
