"""How much of what this machine can multiply training and prediction reach, by precision, model and length.

`python -m benchmarks.limit` (or `make bench-limit`) times every matrix product of a step alone, at its own shape: their
sum is the limit, below which no step can be that computes them. The share is this sum over the seconds of a whole step
(dropout, norms, loss, clipping, optimizer and whatever waits in between), or of a whole prediction from token ids to
logits. Weights are random, of which no second depends. What it finds is printed and kept in `benchmarks/RESULTS.md`.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any, get_args

import numpy as np
import torch
from torch import Tensor, nn
from transformers import AutoModelForSequenceClassification, BertConfig, MPNetConfig

from benchmarks.kept import machine
from benchmarks.subjects import HERE
from benchmarks.summary import line, store
from transferkit.adapters import full
from transferkit.config import Precision
from transferkit.encoding.encoded import Encoded
from transferkit.encoding.examples import Examples
from transferkit.encoding.ragged import ragged
from transferkit.networks.inference import batch_tokens, outputs
from transferkit.sources import precision as precisions
from transferkit.training.learner import ONCE, Learner, Weighted
from transferkit.training.loop import Training, train
from transferkit.training.losses.hard_labels import HardLabels
from transferkit.training.options import TrainingOptions

MODELS = {
    "MiniLM": BertConfig(
        hidden_size=384, num_hidden_layers=6, num_attention_heads=12, intermediate_size=1536, num_labels=6
    ),
    "mpnet": MPNetConfig(num_labels=6),
}
LENGTHS = (16, 64, 128, 256)
PRECISIONS = [name for name in get_args(Precision) if name != "fp16"]
TOKENS, WARM, STEPS = 1_024, 4, 8
TRIES, SECONDS = 20, 0.5
PREDICTED_TOKENS = 3 * batch_tokens()
BARS = {
    ("training", "fp32"): 0.85,
    ("training", "bf16"): 0.45,
    ("prediction", "fp32"): 0.75,
    ("prediction", "bf16"): 0.45,
}


@dataclass(frozen=True)
class Product:
    """(count, rows, inner) by (count, inner, columns)."""

    count: int
    rows: int
    inner: int
    columns: int

    def seconds(self, dtype: torch.dtype) -> float:
        """The least of some tries."""
        left = torch.randn(self.count, self.rows, self.inner).to(dtype)
        right = torch.randn(self.count, self.inner, self.columns).to(dtype)
        if self.count == 1:
            left, right = left[0], right[0]
        return least(lambda: left @ right)


def least(work: Callable[[], object]) -> float:
    work()
    taken: list[float] = []
    while len(taken) < TRIES and sum(taken) < SECONDS:
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return min(taken)


def products(config: Any, rows: int, length: int, training: bool) -> dict[Product, int]:
    """Every product of a forward pass, or of a step, and how often it is computed."""
    width, inner, layers, tokens = config.hidden_size, config.intermediate_size, config.num_hidden_layers, rows * length
    heads, found = config.num_attention_heads, dict[Product, int]()

    def add(product: Product, times: int) -> None:
        found[product] = found.get(product, 0) + times * layers

    for into, out, times in ((width, width, 4), (width, inner, 1), (inner, width, 1)):
        add(Product(1, tokens, into, out), times)
        if training:
            add(Product(1, tokens, out, into), times)
            add(Product(1, out, tokens, into), times)
    per_head, backward = width // heads, 2 if training else 0
    add(Product(rows * heads, length, per_head, length), 1 + backward // 2)
    add(Product(rows * heads, length, length, per_head), 1 + backward + backward // 2)
    return found


def limit(config: Any, rows: int, length: int, precision: Precision, training: bool) -> float:
    """Seconds of the products alone."""
    dtype = torch.bfloat16 if precision == "bf16" else torch.float32
    found = products(config, rows, length, training)
    return sum(times * product.seconds(dtype) for product, times in found.items())


def examples(config: Any, rows: int, length: int) -> Examples:
    random = np.random.default_rng(0)
    ids = ragged(random.integers(5, 8_000, size=length) for _ in range(rows))
    encoded = Encoded(ids, None, config.pad_token_id, False, np.full(rows, length))
    return Examples(encoded, random.integers(0, config.num_labels, size=rows))


def network(config: Any, precision: Precision) -> nn.Module:
    torch.manual_seed(0)
    made: nn.Module = precisions.noted(AutoModelForSequenceClassification.from_config(config), precision)
    return made


@dataclass
class Clock:
    """The moments at which steps begin."""

    moments: list[float] = field(default_factory=list)

    def note(self, batch: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
        self.moments.append(time.perf_counter())
        return batch

    def step(self) -> float:
        return median(np.diff(self.moments[WARM:]))


def training_step(config: Any, length: int, precision: Precision) -> float:
    """Seconds of a step of `full`, in the middle of a training."""
    clock, adapted = Clock(), full.adapt(network(config, precision), TrainingOptions(), range(8_000))
    rows = TOKENS // length
    source = examples(config, rows * (WARM + STEPS), length)
    with tempfile.TemporaryDirectory() as folder:
        train(
            Training(
                learner=Learner(adapted.model, [Weighted(HardLabels(), ONCE)]),
                source=source,
                options=TrainingOptions(batch_size=rows),
                epochs=1,
                learning_rate=1e-4,
                folder=Path(folder),
                seed=0,
                redraw=clock.note,  # type: ignore[arg-type]
            )
        )
    return clock.step()


def share(name: str, length: int, precision: Precision, what: str) -> float:
    config: Any = MODELS[name]
    if what == "training":
        return limit(config, TOKENS // length, length, precision, True) / training_step(config, length, precision)
    rows = batch_tokens() // length
    source = examples(config, PREDICTED_TOKENS // length, length)
    model = network(config, precision).eval()
    return limit(config, rows, length, precision, False) * len(source) / rows / least(lambda: outputs(model, source))


def section(shares: Mapping[tuple[str, str, str, int], float], invocation: str) -> str:
    """The findings as Markdown."""
    lines = [f"## limit ({invocation})", "", f"{machine()} {torch.get_num_threads()} threads.", ""]
    header = ("what", "model", "precision", *(f"{length} tokens" for length in LENGTHS), "bar")
    lines += [line(header), line(["---"] * len(header))]
    for what, precision in BARS:
        for name in MODELS:
            found = [shares[what, name, precision, length] for length in LENGTHS]
            bar = BARS[what, precision]
            met = f"≥ {bar:.0%} {'met' if min(found) >= bar else 'missed'}"
            lines.append(line([what, name, precision, *(f"{value:.0%}" for value in found), met]))
    return "\n".join([*lines, "", "`make bench-limit`", ""])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--id", default=date.today().isoformat(), help="what it is called; default: today")
    given = parser.parse_args()
    shares: dict[tuple[str, str, str, int], float] = {}
    for name in MODELS:
        for length in LENGTHS:
            for what, precision in BARS:
                shares[what, name, precision, length] = share(name, length, precision, what)  # type: ignore[arg-type]
                print(what, name, precision, length, f"{shares[what, name, precision, length]:.0%}", flush=True)
    text = section(shares, given.id)
    print(f"\n{text}")
    store(text, HERE / "RESULTS.md")


if __name__ == "__main__":
    main()
