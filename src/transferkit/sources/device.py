"""Where models compute."""

import gc
import os
from functools import partial

import torch

# OpenMP's threads do not survive a fork, and a process that waits for them never answers.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=partial(torch.set_num_threads, 1))


def device() -> torch.device:
    """That of the training loop too: a GPU where torch sees one, else the CPU.

    `CUDA_VISIBLE_DEVICES=` (empty) leaves the GPU alone; the processes that a launcher starts take a GPU each.
    """
    if not torch.accelerator.is_available():
        return torch.device("cpu")
    from accelerate import PartialState  # which takes a while, and knows which one is this process's

    found: torch.device = PartialState().device
    return found


def give_back() -> None:
    """Leave the GPU's memory to whoever comes next: models that hold themselves in a circle, and what torch keeps."""
    gc.collect()
    if device().type == "cuda":
        torch.cuda.empty_cache()


def device_name() -> str | None:
    """What the GPU calls itself; None where models compute on the CPU."""
    place = device()
    if place.type == "cpu":
        return None
    return torch.cuda.get_device_name(place) if place.type == "cuda" else place.type
