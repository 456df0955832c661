"""Dropout with cheap masks against what dropout is."""

import pytest
import torch
from torch import nn

from transferkit.networks.dropout import cheap_dropout, drop


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_zeroes_the_asked_share_and_keeps_the_mean(share: float) -> None:
    torch.manual_seed(0)
    values = torch.ones(1001, 999, requires_grad=True)
    dropped = drop(values, share)
    assert (dropped == 0).float().mean().item() == pytest.approx(share, abs=2e-3)
    assert dropped.max().item() == pytest.approx(1 / (1 - share), rel=1e-4)
    assert dropped.mean().item() == pytest.approx(1.0, abs=1e-2)
    (gradient,) = torch.autograd.grad(dropped.sum(), values)
    assert torch.equal(gradient, dropped.detach())


def test_neighbours_are_dropped_independently() -> None:
    torch.manual_seed(0)
    zero = (drop(torch.ones(400_000), 0.3) == 0).float()
    for distance in (1, 2, 3, 4):
        both = (zero[distance:] * zero[:-distance]).mean().item()
        assert both == pytest.approx(0.09, abs=3e-3)


def test_follows_the_generator_and_the_mode_and_goes_away() -> None:
    model = nn.Sequential(nn.Dropout(0.5), nn.Dropout(0.0))
    values = torch.ones(64, 3)
    with cheap_dropout(model):
        torch.manual_seed(1)
        first = model(values)
        assert not torch.equal(model(values), first)
        torch.manual_seed(1)
        assert torch.equal(model(values), first)
        assert torch.equal(model.eval()(values), values)
    assert "forward" not in vars(model[0])
