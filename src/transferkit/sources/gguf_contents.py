"""Whether a GGUF file holds the model that it describes: what it lacks a loader makes up, and what is over it drops."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from transferkit.errors import SourceError
from transferkit.sources import wholeness

_BLOCK = re.compile(r"(?:^|\.)blk\.(\d+)\.")
_REMEDY = "fetch the file again, or convert the model again with a current llama.cpp"


def require_whole(file: Path) -> None:
    """Raise `SourceError` where `file` is one part of several."""
    fields = _reader(file).fields
    parts = _number(fields, "split.count")
    if parts > 1:
        part = _number(fields, "split.no") + 1
        raise SourceError(
            f"{file} is part {part} of {parts} of a split GGUF file; join them into one file with llama-gguf-split "
            "--merge and give that"
        )


def require_fit(file: Path, model: Any, report: Mapping[str, Any]) -> None:
    """Raise `SourceError` where `model`, read from `file`, has weights that the file does not, or has not all of the
    file's; `report` is what transformers says of its loading."""
    names = [name for name, _ in model.named_parameters()]
    lacking = {*report["missing_keys"]} & set(names)
    if lacking:
        raise SourceError(f"{file} is not whole: {wholeness.listed(lacking)} of its model are not there; {_REMEDY}")
    if report["mismatched_keys"]:
        name, found, wanted = min(report["mismatched_keys"])
        raise SourceError(
            f"{file} contradicts itself: by its description {name} is {wholeness.size(wanted)}, found "
            f"{wholeness.size(found)}; {_REMEDY}"
        )
    _require_no_more(file, model, any(name.endswith("bias") for name in names))


def _require_no_more(file: Path, model: Any, biased: bool) -> None:
    reader = _reader(file)
    layers = int(getattr(model.config, "num_hidden_layers", 0) or 0)
    layers += sum(_number(reader.fields, name) for name in reader.fields if name.endswith("nextn_predict_layers"))
    held = [str(tensor.name) for tensor in reader.tensors]
    more = [name for name in held if (block := _BLOCK.search(name)) and int(block[1]) >= layers > 0]
    if more:
        raise SourceError(
            f"{file} holds more layers than it says (block_count, {layers}): {wholeness.listed(more)}; {_REMEDY}"
        )
    biases = [name for name in held if name.endswith(".bias")]
    if biases and not biased:
        raise SourceError(
            f"{file} holds {wholeness.listed(biases)}, for which a model of the kind {model.config.model_type} has no "
            f"place; {_REMEDY}"
        )


def _number(fields: Mapping[str, Any], name: str) -> int:
    return int(fields[name].parts[fields[name].data[0]][0]) if name in fields else 0


def _reader(file: Path) -> Any:
    from gguf import GGUFReader

    return GGUFReader(file)
