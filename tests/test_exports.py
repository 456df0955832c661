"""Of every file of `tests/exports` the right columns and the right task are taken, or the right question is asked."""

import re
from pathlib import Path

import pytest

from exports import Export, all_of_them
from transferkit import intake
from transferkit.config import parse
from transferkit.errors import DataError
from transferkit.table.splits import Overview

FOUND = all_of_them()
LEAST = 60
_OF_DATA = ("text", "label", "encoding")


def looked_at(folder: Path, export: Export) -> Overview:
    path = folder / f"rows{export.suffix}"
    path.write_bytes(export.written())
    data = {name: value for name, value in export.asked.items() if name in _OF_DATA}
    others = {name: value for name, value in export.asked.items() if name not in _OF_DATA}
    return intake.look(parse({"data": {"path": str(path), **data}, **others}))


def test_there_are_many_and_every_one_says_what_is_right() -> None:
    assert len({each.name for each in FOUND}) == len(FOUND) >= LEAST
    assert all(bool(each.refused) != bool(each.reads) for each in FOUND)


@pytest.mark.parametrize("export", FOUND, ids=lambda each: each.name)
def test_export(tmp_path: Path, export: Export) -> None:
    try:
        found = looked_at(tmp_path, export)
    except DataError as error:
        found = Overview(problem=str(error))
    if export.refused:
        assert re.search(f"(?s){export.refused}", found.problem), found
        assert "\n" not in found.problem
        return
    assert found.problem == "" and found.task == export.task, found
    assert dict(found.columns) == dict(export.reads)
    assert {role: found.reasons[role].partition(";")[0] for role in export.why} == export.why
    said = "\n".join(f"{f.kind}: {f.message}: {f.action}" for f in found.findings)
    assert re.search(export.says, said), said
    assert not export.silent or not re.search(export.silent, said), said
