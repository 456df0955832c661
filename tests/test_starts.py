"""A start, a teacher or an adapter that has learned test rows: they leave the test, or nothing is run."""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import transferkit
from tiny_models import save_model, some_rows
from transferkit import tasks
from transferkit.artifact import learned_rows
from transferkit.errors import DataError
from transferkit.table.rows import Rows
from transferkit.table.splits import Audit, Splits

TASK = tasks.get("text-classification")


def columns(rows: Rows) -> dict[str, list[str]]:
    return {"text": list(rows["text"]), "label": list(rows["label"])}


def joined(*parts: Rows) -> dict[str, list[str]]:
    tables = [columns(part) for part in parts]
    return {name: [cell for table in tables for cell in table[name]] for name in ("text", "label")}


def fit(place: Path, run: str, rows: Any, **settings: Any) -> Any:
    given: dict[str, Any] = {"model": str(place / "model"), "routes": [{"full": {"epochs": 1}}], "folds": 0}
    return transferkit.fit(
        rows, **{**given, **settings}, offline=True, output_dir=place / run, cache_dir=place / "cache"
    )


EARLIER, OTHERS, FRESH = some_rows(60, seed=1), some_rows(60, seed=2), some_rows(20, seed=3)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that has learned `EARLIER`."""
    folder = tmp_path_factory.mktemp("starts")
    save_model(folder / "model", "bert", 2)
    routes = [{"full": {"epochs": 1}}, {"lora": {"epochs": 1}}]
    fit(folder, "earlier", columns(EARLIER), test=columns(some_rows(20, seed=8)), routes=routes)
    return folder


STARTS: Mapping[str, Mapping[str, Any]] = {
    "model": {"model": "models/full"},
    "adapter": {"model": "models/lora/adapter"},
    "teacher": {"routes": [{"fewer_layers": {"epochs": 1, "layers": 1, "teachers": ["models/full"]}}]},
    "student": {"routes": [{"full": {"epochs": 1}}, {"pretrained": {"epochs": 1, "model": "models/full"}}]},
}


def settings_of(place: Path, name: str) -> dict[str, Any]:
    """Those of `STARTS`, with whole paths."""

    def whole(value: Any) -> Any:
        if isinstance(value, str) and value.startswith("models/"):
            return str(place / "earlier" / value)
        if isinstance(value, list):
            return [whole(each) for each in value]
        return {key: whole(each) for key, each in value.items()} if isinstance(value, dict) else value

    return {key: whole(value) for key, value in STARTS[name].items()}


@pytest.mark.parametrize("name", STARTS)
def test_rows_that_it_has_learned_leave_the_test(place: Path, name: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, "transferkit")
    known = EARLIER.take(range(12))
    run = fit(place, f"run-{name}", columns(OTHERS), test=joined(FRESH, known), **settings_of(place, name))
    assert sorted(run.result.splits.test["text"]) == sorted(FRESH["text"])
    (found,) = [each for each in run.result.splits.audit.of("leaks") if "has learned" in each.message]
    assert (found.severity, found.action) == ("fixed", "left out of test")
    assert found.rows == tuple(range(len(FRESH) + 1, len(FRESH) + 13))
    assert "has learned 12 rows of test" in found.message and str(place / "earlier") in found.message
    assert any(found.message in record.getMessage() for record in caplog.records)
    page = (place / f"run-{name}" / "report.html").read_text(encoding="utf-8")
    assert "left out of test" in page


def test_one_that_has_learned_all_of_them_is_refused(place: Path) -> None:
    test = columns(EARLIER.take(range(20)))
    with pytest.raises(DataError, match="has learned all of the 20 test rows") as raised:
        fit(place, "refused", columns(OTHERS), test=test, **settings_of(place, "model"))
    assert "test=..." in str(raised.value) and not (place / "refused").exists()


def test_a_cross_validation_of_what_it_has_learned_is_refused(place: Path) -> None:
    with pytest.raises(DataError, match="cross-validation would evaluate"):
        fit(place, "folded", joined(OTHERS, EARLIER.take(range(3))), folds=3, **settings_of(place, "model"))


def test_what_a_start_has_learned_is_handed_on(place: Path) -> None:
    fit(place, "second", columns(OTHERS), test=columns(FRESH), **settings_of(place, "model"))
    third = {"model": str(place / "second" / "models" / "full")}
    run = fit(place, "third", columns(some_rows(60, seed=5)), test=joined(FRESH, EARLIER.take(range(4))), **third)
    assert sorted(run.result.splits.test["text"]) == sorted(FRESH["text"])


def test_rows_to_choose_by_are_kept_and_told(place: Path) -> None:
    known = EARLIER.take(range(12))
    run = fit(
        place, "chosen", columns(OTHERS), validation=columns(known), test=columns(FRESH), **settings_of(place, "model")
    )
    assert len(run.result.splits.validation) == 12
    (found,) = [each for each in run.result.splits.audit.of("leaks") if "chosen by" in each.message]
    assert found.severity == "warning" and "favours" in found.action


def test_a_model_of_no_run_changes_nothing(tmp_path: Path) -> None:
    splits = Splits(OTHERS, EARLIER, FRESH, Audit())
    (tmp_path / "a" / "b").mkdir(parents=True)
    assert learned_rows.apart(splits, TASK.bound(OTHERS), {"x": tmp_path / "a" / "b"}) is splits


def test_an_earlier_note_is_read_and_added_to(tmp_path: Path) -> None:
    for name, rows in (("first", EARLIER), ("second", OTHERS)):
        (tmp_path / name / "models" / "full").mkdir(parents=True)
        starts = [tmp_path / "first" / "models" / "full"] if name == "second" else []
        splits = Splits(rows, rows.take(range(5)), FRESH, Audit())
        learned_rows.note(tmp_path / name / learned_rows.NAME, splits, TASK, starts)
    known = learned_rows.of_model(tmp_path / "second" / "models" / "full")
    assert known is not None
    assert len(known["train"]) == len(np.union1d(EARLIER["text"], OTHERS["text"])) and len(known["validation"]) == 10
