"""Attention with dropout against torch's own."""

from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from transferkit.networks import attention
from transferkit.networks.attention import DroppingAttention
from transferkit.networks.dropout import applied, mask

ROWS, HEADS, TOKENS, WIDTH = 3, 4, 17, 8
LENGTHS = torch.tensor([17, 9, 3])
READ = (torch.arange(TOKENS)[None] < LENGTHS[:, None])[:, None, None, :]
CASES: dict[str, dict[str, Any]] = {
    "plain": {},
    "causal": {"is_causal": True},
    "padded": {"attn_mask": READ.expand(ROWS, 1, TOKENS, TOKENS)},
    "padded, whole": {"attn_mask": READ.expand(ROWS, 1, TOKENS, TOKENS).contiguous()},
    "biased": {"attn_mask": torch.linspace(-3, 3, TOKENS * TOKENS).view(1, 1, TOKENS, TOKENS)},
    "scaled": {"scale": 0.5},
    "grouped": {"enable_gqa": True},
}


def given(heads: int) -> tuple[Tensor, Tensor, Tensor]:
    torch.manual_seed(0)
    shapes = [(ROWS, TOKENS, HEADS, WIDTH), *[(ROWS, TOKENS, heads, WIDTH)] * 2]
    query, key, value = (torch.randn(shape).transpose(1, 2).requires_grad_() for shape in shapes)
    return query, key, value


@pytest.mark.parametrize("case", CASES)
def test_it_is_attention(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where everything is kept."""
    inputs = given(2 if case == "grouped" else HEADS)
    whole = F.scaled_dot_product_attention(*inputs, **CASES[case])
    towards = torch.randn(whole.shape)
    monkeypatch.setattr(attention, "mask", lambda shape, _share: (torch.full(shape, -1, dtype=torch.int16), 1.0))
    with DroppingAttention():
        ours = F.scaled_dot_product_attention(*inputs, dropout_p=0.1, **CASES[case])
    assert torch.allclose(whole, ours, atol=1e-5)
    gradients = (torch.autograd.grad(found, inputs, towards) for found in (whole, ours))
    assert all(torch.allclose(theirs, own, atol=1e-5) for theirs, own in zip(*gradients, strict=True))


def test_it_drops_a_share_and_keeps_the_mean() -> None:
    torch.manual_seed(1)
    query, ones = torch.randn(2, 2, 300, 16, requires_grad=True), torch.ones(2, 2, 300, 16, requires_grad=True)
    with DroppingAttention():
        first, second = (F.scaled_dot_product_attention(query, query, ones, dropout_p=0.3) for _ in range(2))
    assert not torch.equal(first, second)
    assert first.mean().item() == pytest.approx(1, abs=0.02) and first.std().item() > 0.01
    (gradient,) = torch.autograd.grad(first.sum(), ones)
    assert gradient.sum().item() == pytest.approx(first.sum().item(), rel=1e-4)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_masks_of_bits_are_applied_as_factors(dtype: torch.dtype) -> None:
    torch.manual_seed(2)
    values = torch.randn(64, 99).to(dtype)
    kept, scale = mask(values.shape, 0.25)
    assert set(kept.unique().tolist()) == {-1, 0} and scale == pytest.approx(4 / 3, rel=1e-4)
    expected = torch.where(kept != 0, values.float() * scale, 0.0)
    assert torch.allclose(applied(values, kept, scale).float(), expected, rtol=1e-2)
    # One that is no block of memory is applied to as well.
    assert torch.equal(applied(values.T, kept.T, scale), applied(values, kept, scale).T)


def test_without_dropout_and_where_a_bias_learns_it_is_torchs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attention, "_Attended", None)
    inputs, bias = given(HEADS), torch.zeros(1, 1, TOKENS, TOKENS, requires_grad=True)
    with DroppingAttention():
        F.scaled_dot_product_attention(*inputs)
        F.scaled_dot_product_attention(*inputs, attn_mask=bias, dropout_p=0.1)
