"""Weights that were saved with what was wrapped around their model, in whose names that stands first.

DataParallel leaves `module.`, torch.compile `_orig_mod.`, Lightning and the like `model.`, sentence-transformers
`0.auto_model.`: transformers knows none of these names, and would give the model random weights in their place.
"""

from collections import Counter
from collections.abc import Collection

from transformers.models.auto.configuration_auto import CONFIG_MAPPING

_FAMILIES = set(CONFIG_MAPPING.keys())
_MOST = 0.5  # of the parameters that are lacking, which have the prefix


def prefixes(held: Collection[str], lacking: Collection[str], body: str) -> list[str]:
    """What stands before the names of a file's weights `held` that are else those `lacking` in a model.

    `body` is the model's own prefix for what is not its head ("bert."), which files may have or not. One prefix says
    what the wrapper was; several, that the weights of several models are there.
    """
    wanted = {name.removeprefix(body) for name in lacking}
    counts = Counter(start for name in held for start, end in _parted(name) if end in wanted)
    starts = {start.removesuffix(body) for start, count in counts.items() if count > _MOST * len(wanted)}
    return sorted(starts - {""})


def other_family(starts: Collection[str], own: str) -> str:
    """The kind of models, other than that with the prefix `own`, after which one of the prefixes `starts` is named, ""
    if there is none: RoBERTa's weights have the names and sizes of BERT's, and are read in another way."""
    parts = [part for prefix in starts for part in prefix.split(".") if part and part != own]
    return next((part for part in parts if {part, part.replace("_", "-")} & _FAMILIES), "")


def _parted(name: str) -> list[tuple[str, str]]:
    """Every way to part a name at one of its dots."""
    return [(name[: i + 1], name[i + 1 :]) for i, sign in enumerate(name) if sign == "."]
