"""Whether an adapter holds an update of every module that its settings name: half of one is another model."""

import re
from collections.abc import Collection, Mapping
from pathlib import Path

from transferkit.errors import SourceError
from transferkit.record import Record
from transferkit.sources import layout, wholeness

_NUMBERED = re.compile(r"(?P<stack>[^\d]*?)(?P<rest>\.?\b\d+\..*)")
_REMEDY = "fetch the adapter again, or correct that file"

Names = tuple[str, ...] | str | None


class Targets(Record):
    """What is read of adapter_config.json on which modules are updated, and how."""

    r: int | None = None
    rank_pattern: dict[str, int] | None = None
    target_modules: Names = None
    exclude_modules: Names = None
    layers_to_transform: tuple[int, ...] | int | None = None
    layers_pattern: Names = None


def require_ranks(said: Targets, ranks: Mapping[str, int], folder: Path) -> None:
    """Raise `SourceError` where the updates in `folder`, their `ranks` by the module they are of, are not those that
    it is `said` to have."""
    where = folder / layout.ADAPTER
    for module, rank in ranks.items():
        wanted = _rank(said, module)
        if wanted is not None and wanted != rank:
            raise SourceError(
                f"{where} contradicts the weights beside it: expected rank {rank} (r), as {module} has, found "
                f"{wanted}; {_REMEDY}"
            )
    over = [module for module in ranks if _says_which(said) and not _is_target(said, module)]
    if over:
        raise SourceError(
            f"{where} contradicts the weights beside it: there are updates of {wholeness.listed(over)}, which "
            f"target_modules and layers_to_transform do not name; {_REMEDY}"
        )


def require_all(said: Targets, updated: Mapping[str, str], matrices: Collection[str], folder: Path) -> None:
    """Raise `SourceError` where `said` names one of `matrices`, modules of the model, of which there is no update in
    `folder`; `updated` are those of which there is one, and what the adapter calls them.

    Only what stands in the same stacks of layers is looked at: a head may be another than the adapter was trained with.
    """
    if not _says_which(said):
        return
    stacks = dict(filter(None, (_stacks(*pair) for pair in updated.items())))
    lacking = []
    for name in matrices:
        match = _NUMBERED.fullmatch(name)
        if match and match["stack"] in stacks and name not in updated and ".experts." not in name:
            called = f"{stacks[match['stack']]}{match['rest']}"
            lacking += [called] if _is_target(said, called) else []
    if lacking:
        raise SourceError(
            f"the adapter in {folder} is not whole: target_modules in {layout.ADAPTER} name "
            f"{wholeness.listed(lacking)} too, of which there are no updates; {_REMEDY}"
        )


def _stacks(ours: str, theirs: str) -> tuple[str, str] | None:
    """What the model and the adapter have before the number of a layer."""
    one, other = _NUMBERED.fullmatch(ours), _NUMBERED.fullmatch(theirs)
    return (one["stack"], other["stack"]) if one and other else None


def _says_which(said: Targets) -> bool:
    return said.target_modules not in (None, (), "", "all-linear")


def _rank(said: Targets, module: str) -> int | None:
    """PEFT's rule, as for alpha."""
    ranks = (rank for key, rank in (said.rank_pattern or {}).items() if re.fullmatch(rf"(.*\.)?({key})", module))
    return next(ranks, said.r)


def _is_target(said: Targets, module: str) -> bool:
    """PEFT's rule: a text is a pattern for the whole name, a list has names or the ends of them."""
    if not _named(said.target_modules, module) or _named(said.exclude_modules, module):
        return False
    if said.layers_to_transform is None or isinstance(said.target_modules, str):
        return True
    given = said.layers_to_transform
    layers = (given,) if isinstance(given, int) else given
    patterns = (said.layers_pattern,) if isinstance(said.layers_pattern, str) else said.layers_pattern
    matches = [re.match(rf"(?:.*\.)?{pattern}\.(\d+)\.", module) for pattern in patterns or (r"[^.]*",)]
    numbers = {int(match[1]) for match in matches if match}
    return bool(numbers & set(layers)) or not layers


def _named(names: Names, module: str) -> bool:
    if isinstance(names, str):
        return re.fullmatch(names, module) is not None
    return any(module == name or module.endswith(f".{name}") for name in names or ())
