"""The precision that a run's models are trained, and their scores measured, in."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal, get_args

import torch

from transferkit.config import AUTO, DESCRIBED, FP32, Precision, RunConfig, read_yaml
from transferkit.networks import multiplying
from transferkit.sources.backbone import Backbone
from transferkit.sources.device import device

log = logging.getLogger("transferkit")

_WORTH_IT = 1.3
_LEAST_WIDTH = 128
"""Below it nearly all time goes into what is not multiplied."""


def settled(config: RunConfig, backbones: Sequence[Backbone]) -> tuple[RunConfig, tuple[Backbone, ...]]:
    """`config` and `backbones` with the precision that was asked for, or that a trial finds to be worth it; a run that
    is resumed keeps its own, wherever that is."""
    precision = config.precision
    if precision == AUTO:
        begun = config.output_dir / DESCRIBED if config.output_dir else None
        known = _of_begun(begun) if begun is not None and begun.exists() else None
        precision = known or _found(backbones)
    return (
        config.model_copy(update={"precision": precision}),
        tuple(replace(backbone, precision=precision) for backbone in backbones),
    )


def of_one(backbone: Backbone, asked: Precision | Literal["auto"]) -> Backbone:
    """`backbone` with the precision that is `asked` for, or that a trial finds to be worth it."""
    return replace(backbone, precision=_found([backbone]) if asked == AUTO else asked)


def _of_begun(described: Path) -> Precision | None:
    """That of the run described there: of an earlier version float32; None where it is no run's, which settles it."""
    found = read_yaml(described).get("precision", FP32)
    return next((name for name in get_args(Precision) if name == found), None)


def _found(backbones: Sequence[Backbone]) -> Precision:
    place = device().type
    if place == "cuda":
        return "bf16" if torch.cuda.is_bf16_supported(including_emulation=False) else "fp16"
    wide = [backbone for backbone in backbones if backbone.width >= _LEAST_WIDTH]
    if place != "cpu" or not wide:
        return FP32
    largest = max(wide, key=lambda backbone: backbone.parameters)
    gain = multiplying.gain(largest, torch.bfloat16)
    precision: Precision = "bf16" if gain >= _WORTH_IT else FP32
    log.info("precision %s: bf16 multiplies at %.2g x the speed of fp32 here", precision, gain)
    return precision
