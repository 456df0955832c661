"""In which precision a pretrained model multiplies: noted on the model, and kept wherever it is run.

Matrix products, of weights and of attention, are computed from numbers of 16 bits and added up in 32. Weights
themselves, norms, softmax, heads, losses and the optimizer stay in float32.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from itertools import chain
from typing import Any

import torch
from torch import Tensor, nn

from transferkit.config import FP16, FP32, Precision
from transferkit.errors import ConfigError
from transferkit.sources.device import device

_DTYPES = {"bf16": torch.bfloat16, "fp16": torch.float16}
_NOTE, _FIXED = "transferkit_precision", "transferkit_fixed"


def require_possible(precision: str) -> None:
    """Raise `ConfigError` for a precision that this machine cannot compute in."""
    if precision == FP16 and device().type != "cuda":
        raise ConfigError("precision fp16: needs a GPU, and there is none; take bf16, fp32 or auto")


def noted(model: Any, precision: Precision, fixed: bool = False) -> Any:
    """`model`, a Transformers model, which from now on is run in `precision`; with `fixed` it will not learn."""
    setattr(model, _NOTE, precision)
    setattr(model, _FIXED, fixed)
    if precision in _DTYPES:
        for head in heads(model):
            head.forward = partial(_in_full, head)
    return model


def of(model: nn.Module) -> Precision:
    """The precision that `model`, or the one that it wraps, is run in."""
    found: Precision = next((vars(module)[_NOTE] for module in model.modules() if _NOTE in vars(module)), FP32)
    return found


def is_fixed(model: nn.Module) -> bool:
    """Whether `model` was read as one that does not learn."""
    return any(vars(module).get(_FIXED, False) for module in model.modules())


def dtype_of(model: nn.Module) -> torch.dtype | None:
    """That of what is multiplied in `model`; None for float32."""
    return _DTYPES.get(of(model))


def lowered(model: nn.Module) -> AbstractContextManager[Any]:
    """While open, what `model` multiplies is of its precision."""
    dtype = dtype_of(model)
    return nullcontext() if dtype is None else torch.autocast(_place(model), dtype)


def heads(model: nn.Module) -> Iterator[nn.Module]:
    """What `model` has besides its body, but for a layer that gives every token of a vocabulary a logit."""
    whole: Any = model
    body = getattr(whole, "base_model", whole)
    writing = whole.get_output_embeddings() if hasattr(whole, "get_output_embeddings") else None
    if body is not whole:
        parts = (part for part in model.children() if part is not body and part is not writing)
        yield from (part for part in parts if any(True for _ in part.parameters()))


def _in_full(head: nn.Module, *given: Any, **named: Any) -> Any:
    """What a head makes of states, in float32."""
    with torch.autocast(_place(head, given), enabled=False):
        widened = [_widened(value) for value in given]
        return type(head).forward(head, *widened, **{name: _widened(value) for name, value in named.items()})


def _widened(value: Any) -> Any:
    return value.float() if isinstance(value, Tensor) and value.is_floating_point() else value


def _place(module: nn.Module, given: Any = ()) -> str:
    tensors = chain((value for value in given if isinstance(value, Tensor)), module.parameters())
    return next((tensor.device.type for tensor in tensors), "cpu")
