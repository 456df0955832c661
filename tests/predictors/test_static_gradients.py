"""What a static student learns of the strongest n-grams is what all of them, looked up with a gradient, teach it."""

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from transferkit.predictors.static import SPECIAL, Sizes, StaticModel

TEXTS = ([3, 4, 5, 3, 4, 6, 7], [5], [6, 6, 6, 6], [7, 3])


def padded() -> Tensor:
    longest = max(map(len, TEXTS))
    return torch.tensor([[*ids, *[0] * (longest - len(ids))] for ids in TEXTS])


def by_every_ngram(model: StaticModel) -> Tensor:
    """The logits of `TEXTS`, n-gram by n-gram."""
    sizes, rows = model.sizes, []
    for ids in TEXTS:
        embedded = model.embeddings(torch.tensor(ids))
        parts = model.composition(embedded).split(sizes.filters, dim=1)
        found, used = [], 0
        for n in range(1, sizes.ngrams + 1):
            ngrams = []
            for end in range(len(ids)):
                words = [(j, end - (n - 1 - j)) for j in range(n) if end >= n - 1 - j]
                ngrams.append(torch.stack([parts[used + j][word] for j, word in words]).sum(dim=0))
            found.append(F.relu(torch.stack(ngrams).amax(dim=0) + model.bias[n - 1]))
            used += n
        rows.append(torch.cat([*found, embedded.mean(dim=0)]))
    logits: Tensor = model.head(torch.stack(rows))
    return logits


@pytest.mark.parametrize("ngrams", [1, 3])
def test_gradients_are_those_of_every_ngram(ngrams: int) -> None:
    torch.manual_seed(0)
    model = StaticModel(Sizes(words=8 - SPECIAL, width=6, filters=5, ngrams=ngrams, hidden=7, labels=3)).train()
    found: list[tuple[Tensor, list[Tensor]]] = []
    for logits in (model(padded()), by_every_ngram(model)):
        model.zero_grad()
        F.cross_entropy(logits, torch.tensor([0, 1, 2, 0])).backward()
        found.append(
            (logits.detach(), [weight.grad.clone() for weight in model.parameters() if weight.grad is not None])
        )
    (ours, ours_by_weight), (theirs, theirs_by_weight) = found
    assert torch.allclose(ours, theirs, atol=1e-6)
    assert len(ours_by_weight) == len(list(model.parameters()))
    assert all(torch.allclose(a, b, atol=1e-6) for a, b in zip(ours_by_weight, theirs_by_weight, strict=True))
    with torch.no_grad():
        assert torch.allclose(model.eval()(padded()), ours, atol=1e-6)
        assert torch.allclose(model.fold()(padded()), ours, atol=1e-6)
