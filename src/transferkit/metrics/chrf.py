"""Character F-score (chrF) by sacrebleu: over characters in a row, up to 6 of them (Popovic 2015)."""

from typing import Any

from sacrebleu.metrics.chrf import CHRF

from transferkit.arrays import Doubles
from transferkit.metrics import corpus_score, corpus_statistics, of_sacrebleu

TITLE = "chrF"
HIGHER_IS_BETTER = True
SHAPES = ("TEXT",)
POINT = 1.0


def statistics(predictions: Any, references: Any) -> Doubles:
    """What sacrebleu counts in every row."""
    return corpus_statistics(CHRF(), predictions, references)


def of_sums(sums: Doubles) -> Doubles:
    """From 0 to 100."""
    return corpus_score(CHRF(), sums)


def resampled(predictions: Any, references: Any, counts: Doubles) -> Doubles:
    """The metric of every resample: `counts` (resamples, n) to (resamples,)."""
    return of_sums(counts @ statistics(predictions, references))


def signature(predictions: Any, references: Any) -> str:
    """As sacrebleu writes it."""
    return of_sacrebleu(CHRF(), references)
