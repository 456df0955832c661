"""A run of `flow.fit` in a process of its own, which can be made to kill itself."""

import json
import os
import signal
import sys
from collections.abc import Mapping
from typing import Any

import torch

from transferkit import flow
from transferkit.config import parse
from transferkit.training import loop
from transferkit.training.learner import Learner


def main(values: Mapping[str, Any], resume: bool, dies_at: int) -> None:
    """Fit; `dies_at` is the number of the forward pass in training that ends this process, 0 for none."""
    torch.set_num_threads(1)
    calls = [0]
    forward = Learner.forward

    def counted(self: Learner, batch: Mapping[str, torch.Tensor]) -> torch.Tensor:
        calls[0] += 1
        if calls[0] == dies_at:
            os.kill(os.getpid(), signal.SIGKILL)
        return forward(self, batch)

    if dies_at:
        loop.CHECKPOINT_SECONDS = -1.0
    Learner.forward = counted  # type: ignore[method-assign]
    flow.fit(parse(dict(values)), resume=resume)
    print(calls[0])


if __name__ == "__main__":
    main(json.loads(sys.argv[1]), sys.argv[2] == "resume", int(sys.argv[3]))
