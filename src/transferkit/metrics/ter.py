"""TER by sacrebleu: edits per hundred words to make of an answer its reference (Snover et al. 2006)."""

from typing import Any

from sacrebleu.metrics.ter import TER

from transferkit.arrays import Doubles
from transferkit.language.words import language
from transferkit.metrics import corpus_score, corpus_statistics, of_sacrebleu

TITLE = "TER"
HIGHER_IS_BETTER = False
SHAPES = ("TEXT",)
POINT = 1.0


def statistics(predictions: Any, references: Any) -> Doubles:
    """What sacrebleu counts in every row."""
    return corpus_statistics(_ter(references), predictions, references)


def of_sums(sums: Doubles) -> Doubles:
    """From 0 to 100, and above."""
    return corpus_score(TER(), sums)


def resampled(predictions: Any, references: Any, counts: Doubles) -> Doubles:
    """The metric of every resample: `counts` (resamples, n) to (resamples,)."""
    return of_sums(counts @ statistics(predictions, references))


def signature(predictions: Any, references: Any) -> str:
    """As sacrebleu writes it."""
    return of_sacrebleu(_ter(references), references)


def _ter(references: Any) -> TER:
    """Chinese and Japanese are compared by signs, and for that normalised."""
    asian = language(text for texts in references for text in texts) in ("zh", "ja")
    return TER(normalized=asian, asian_support=asian)
