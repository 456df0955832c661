"""Splits by groups and by time: no group on both sides, nothing learned from the future."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transferkit.config import DataConfig
from transferkit.data import Splits, content, fingerprints, moments, part_of_folds, preparation, prepare, read
from transferkit.data.splitting import latest
from transferkit.errors import DataError
from transferkit.tasks import get

TASK = get("text-classification")
PARTS = ("train", "validation", "test")
DATA = DataConfig(path="x", group="who")


def table(count: int, **columns: Sequence[Any]) -> Any:
    texts = [f"{'ox' if i % 2 else 'elm'} {i * i + 7} seen by {i % 13} people" for i in range(count)]
    return read({"text": texts, "label": ["a", "b"] * (count // 2), **columns})


def split(tables: Any, **values: Any) -> Splits:
    tables = tables if isinstance(tables, dict) else {"all": tables}
    return prepare(tables, DataConfig(**{"path": "x", "folds": 0, **values}), TASK, seed=0)


def of(splits: Splits, column: str) -> list[list[Any]]:
    return [list(getattr(splits, name)[column]) for name in PARTS]


def test_no_group_stands_on_both_sides() -> None:
    splits = split(table(200, customer=[f"c{i % 31}" for i in range(200)]), group="customer")
    train, validation, test = (set(part) for part in of(splits, "group"))
    assert not train & validation and not train & test and not validation & test
    assert len(splits.test) == pytest.approx(20, abs=6) and len(splits.validation)
    (found,) = splits.audit.of("groups")
    assert "31 groups in column 'customer'" in found.message and found.severity == "info"


def test_no_model_sees_groups_and_times() -> None:
    splits = split(table(60, who=list(range(60)), at=list(range(60))), group="who", time="at")
    assert dict(splits.columns) == {"text": "text", "label": "label"}
    assert all(pair == (text, None) for pair, text in zip(splits.train.inputs(), splits.train["text"], strict=True))


def test_groups_take_part_in_the_fingerprint() -> None:
    one, other = ([f"c{i % k}" for i in range(60)] for k in (10, 11))
    made = [fingerprints.of(split(table(60, who=who), group="who"), TASK) for who in (one, other)]
    assert made[0] != made[1]


def test_rows_connected_by_texts_and_groups_belong_together() -> None:
    rows = read(
        {
            "text": ["a", "a", "b", "c", "d", "e"],
            "text_pair": ["1", "2", "3", "4", "5", "6"],
            "label": list("xyxyxy"),
            "group": ["p", "q", "q", "r", None, None],
        }
    )
    found = content.groups(rows, TASK)
    assert len({found[0], found[1], found[2]}) == 1
    assert len(set(found)) == 4  # {a, a, b}, c, d, e: rows without a group have one each


@given(st.lists(st.tuples(st.integers(0, 8), st.sampled_from([None, *"pqrstuv"])), min_size=1, max_size=30))
def test_groups_are_connected_components(cells: list[tuple[int, str | None]]) -> None:
    rows = read(
        {
            "context": [str(text) for text, _ in cells],
            "question": [str(i) for i in range(len(cells))],
            "answers": [[] for _ in cells],
            "group": [value for _, value in cells],
        }
    )
    rows = type(rows)({"text": rows["question"], "text_pair": rows["context"], "group": rows["group"]}, rows.numbers)
    found = content.groups(rows, get("question-answering"))
    reached = [{i} for i in range(len(cells))]
    for _ in cells:
        for i, (text, value) in enumerate(cells):
            for j, (other, another) in enumerate(cells):
                if text == other or (value is not None and value == another):
                    reached[i] |= reached[j]
                    reached[j] |= reached[i]
    for i in range(len(cells)):
        assert {j for j in range(len(cells)) if found[j] == found[i]} == reached[i]


def test_a_row_without_a_group_is_alone_and_said() -> None:
    groups = [None if i < 3 else " " if i == 3 else f"c{i % 9}" for i in range(60)]
    splits = split(table(60, who=groups), group="who")
    found = [each for each in splits.audit.of("groups") if each.severity == "warning"]
    assert found[0].message.startswith("4 rows have no group in column 'who'") and sorted(found[0].rows) == [1, 2, 3, 4]


def test_groups_are_the_same_in_whatever_type_a_table_has_them() -> None:
    test = pd.DataFrame({"text": ["one new text", "another new text"], "label": list("ab"), "who": [1.0, None]})
    splits = split({"train": table(60, who=[str(i % 7) for i in range(60)]), "test": read(test)}, group="who")
    (found,) = splits.audit.of("shared-groups")
    assert "1 group in column 'who' appears in train and in test, with 1 row of test (row 1)" in found.message
    assert found.severity == "warning" and len(splits.test) == 2


def test_given_rows_that_share_groups_are_reported_not_removed() -> None:
    train = table(60, who=[f"c{i % 12}" for i in range(60)])
    test = read({"text": ["x one", "y two", "z three"], "label": list("aba"), "who": ["c1", "c1", "new"]})
    splits = split({"train": train, "test": test}, group="who")
    (found,) = splits.audit.of("shared-groups")
    assert found.rows == (1, 2) and "with 2 rows of test" in found.message
    assert len(splits.test) == 3 and "c1" in splits.train["group"]


def test_a_misspelt_column_is_met_with_the_nearest_name() -> None:
    for values, flag in (({"group": "custmer"}, "--group"), ({"time": "custmer"}, "--time")):
        with pytest.raises(DataError, match=f"did you mean 'customer'\\? Name one of these with {flag}"):
            split(table(20, customer=list(range(20))), **values)


def test_one_column_cannot_have_two_purposes() -> None:
    with pytest.raises(DataError, match="'label' is named for two purposes"):
        split(table(20), group="label", label="label")


def test_train_is_older_than_validation_and_that_than_test() -> None:
    days = [date(2024, 1, 1) + timedelta(days=(i * 37) % 100) for i in range(200)]
    splits = split(table(200, day=days), time="day")
    train, validation, test = of(splits, "time")
    assert max(train) < min(validation) and max(validation) < min(test)
    assert len(test) == 20 and len(validation) == 18 and len(train) == 162
    (found,) = splits.audit.of("time")
    assert found.message == (
        "column 'day': train 2024-01-01 to 2024-03-21 (162 rows), validation 2024-03-22 to 2024-03-30 (18 rows), "
        "test 2024-03-31 to 2024-04-09 (20 rows)"
    )


def test_ties_stand_on_one_side() -> None:
    splits = split(table(100, year=[2000] * 50 + [2001] * 43 + [2002] * 7), time="year", validation_size=0)
    assert set(splits.test["time"]) == {2002} and len(splits.test) == 7
    assert set(splits.train["time"]) == {2000, 2001}


def test_one_time_cannot_be_parted() -> None:
    with pytest.raises(DataError, match=r"expected times that part 20 rows .* found 1 different"):
        split(table(20, at=[7] * 20), time="at")


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        ("2024-01-05", datetime(2024, 1, 5)),
        ("2024-01-05T10:00:00", datetime(2024, 1, 5, 10)),
        ("2024-01-05 10:00:00+02:00", datetime(2024, 1, 5, 8, tzinfo=UTC)),
        ("2024-01-05T10:00:00Z", datetime(2024, 1, 5, 10, tzinfo=UTC)),
        ("2024-01-05 10:00:00 UTC", datetime(2024, 1, 5, 10, tzinfo=UTC)),
        ("2024-02", datetime(2024, 2, 1)),
        ("1704448800", 1704448800),
        ("3.0", 3),
        (-2.5, -2.5),
        (np.int64(4), 4),
        (date(2024, 1, 5), datetime(2024, 1, 5)),
        (pd.Timestamp("2024-01-05 10:00"), datetime(2024, 1, 5, 10)),
        (np.datetime64("2024-01-05"), datetime(2024, 1, 5)),
        (pd.NaT, None),
        (None, None),
        (float("nan"), None),
        ("inf", None),
        ("yesterday", None),
        ("05/01/2024", None),
        (True, None),
        ("", None),
    ],
)
def test_what_is_a_time(cell: Any, moment: Any) -> None:
    found = moments.moment(cell)
    assert found == moment and (found is None) == (moment is None)


@pytest.mark.parametrize(
    ("odd", "said"),
    [
        ("soon", "expected dates without a time zone in every row.*found soon"),
        ("", "found an empty cell"),
        ("17", "found 17"),
        ("2024-01-01T00:00:00Z", "found 2024-01-01T00:00:00Z"),
    ],
)
def test_what_has_no_place_in_time_is_refused_with_its_rows(odd: str, said: str) -> None:
    days = [f"2024-01-{i % 28 + 1:02}" for i in range(40)]
    days[6] = days[31] = odd
    with pytest.raises(DataError, match=rf"column 'day': .*{said}.*\(rows 7, 32\)"):
        split(table(40, day=days), time="day")


def test_times_of_given_splits_must_be_of_one_kind() -> None:
    tables = {"train": table(20, at=list(range(20))), "test": table(4, at=["2024-01-01"] * 4)}
    with pytest.raises(DataError, match="numbers in train, dates without a time zone in test"):
        split(tables, time="at")


def test_given_rows_out_of_order_are_reported() -> None:
    test = read({"text": ["x one", "y two"], "label": list("ab"), "at": [30, 70]})
    splits = split({"train": table(60, at=list(range(60))), "test": test}, time="at")
    found = splits.audit.of("looking-ahead")
    assert any("of train are not older than the first of test, 30" in each.message for each in found)
    assert len(splits.test) == 2 and max(splits.train["time"]) < min(splits.validation["time"])


def test_labels_of_the_future_are_reported() -> None:
    labels = [*("ab" * 45), *("abc" * 3), "c"]
    texts = [f"text {i * i + 7} of many" for i in range(100)]
    splits = split(read({"text": texts, "label": labels, "at": list(range(100))}), time="at")
    (found,) = splits.audit.of("unlearned-labels")
    assert "1 label of test without a row to train on: 'c' (4 rows)" in found.message
    assert found.action.startswith("left out: 40.0% of test, which every route would miss")
    assert set(splits.test["label"]) == {"a", "b"} and len(splits.test) == 6


def test_groups_and_times_together() -> None:
    customers = [f"c{i // 5}" for i in range(200)]  # each stays for a while, so few are there before and after a cut
    splits = split(table(200, who=customers, at=list(range(200))), group="who", time="at")
    groups, times = of(splits, "group"), of(splits, "time")
    assert not set(groups[0]) & set(groups[1]) and not set(groups[0]) & set(groups[2])
    assert max(times[0]) < min(times[1]) and max(times[1]) < min(times[2])
    assert sum(len(each.rows) for each in splits.audit.of("parted-groups")) < 5 and len(splits.test) == 20


def test_what_breaks_both_is_left_out_and_said() -> None:
    customers = [f"c{i % 10}" for i in range(200)]  # all of them stay to the end
    splits = split(table(200, who=customers, at=list(range(200))), group="who", time="at")
    groups, times = of(splits, "group"), of(splits, "time")
    assert not set(groups[0]) & set(groups[2]) and max(times[0]) < min(times[2])
    assert len(splits.test) >= 16 and len(splits.train) >= 50
    found = splits.audit.of("parted-groups")
    assert {each.severity for each in found} == {"fixed"}
    assert sum(len(each.rows) for each in found) == 200 - sum(map(len, times))


@given(
    st.lists(st.tuples(st.integers(0, 12), st.integers(0, 6)), min_size=6, max_size=60),
    st.integers(2, 20),
)
def test_no_group_is_parted_and_nothing_later_is_learned(rows: list[tuple[int, int]], count: int) -> None:
    times, groups = [at for at, _ in rows], [str(group) for _, group in rows]
    try:
        held, left_out = latest(times, groups, count)
    except DataError:
        return
    kept = ~held & ~left_out
    assert not (held & left_out).any() and held.any()
    of_held, of_kept = (np.flatnonzero(mask).tolist() for mask in (held, kept))
    assert not {groups[i] for i in of_held} & {groups[i] for i in of_kept}
    assert max((times[i] for i in of_kept), default=-1) < min(times[i] for i in of_held)
    if len(set(groups)) == len(groups):
        assert not left_out.any()


def test_rows_with_times_are_not_cross_validated() -> None:
    days = table(60, at=list(range(60)), who=[i % 9 for i in range(60)])
    assert split(days, folds="auto", group="who").folds == 5
    assert split(days, folds="auto", time="at").folds == 0 and len(split(days, folds="auto", time="at").test) == 6
    with pytest.raises(DataError, match="--folds 5: expected none with --time at"):
        split(days, folds=5, time="at")


def test_no_group_stands_in_two_parts_of_a_cross_validation() -> None:
    splits = split(table(60, who=[i % 9 for i in range(60)]), folds=3, group="who")
    part = part_of_folds(splits, np.flatnonzero(np.array(splits.labelled["group"]) == "4"), DATA, TASK, 0)
    assert set(part.test["group"]) == {"4"} and not {"4"} & {*part.train["group"], *part.validation["group"]}
    assert part.validation["group"] and not {*part.train["group"]} & {*part.validation["group"]}


def test_unlabelled_rows_of_what_is_held_out_do_not_teach() -> None:
    labels: list[str | None] = ["a", "b"] * 50
    labels[10] = labels[97] = None
    texts = [f"text {i * i + 7} of many" for i in range(100)]
    splits = split(read({"text": texts, "label": labels, "at": list(range(100))}), time="at")
    assert splits.unlabelled is not None and splits.unlabelled.numbers.tolist() == [11]
    assert any(each.rows == (98,) and "distillation" in each.action for each in splits.audit.of("unlabelled"))


def test_extra_text_needs_neither() -> None:
    extra = read({"text": ["quite another text"]})
    tables = {"train": table(60, who=[i % 9 for i in range(60)], at=list(range(60))), "unlabelled": extra}
    splits = split(tables, group="who", time="at")
    assert splits.unlabelled is not None and splits.unlabelled["text"] == ["quite another text"]


@pytest.mark.parametrize("text", ["内容", "买家说的"])
def test_few_values_under_a_name_of_texts_and_labels_are_labels(text: str) -> None:
    rows = read(
        {
            "店铺": [f"{'一二三'[i % 3]}店" for i in range(300)],
            "客服": [f"小{'王李张'[i * i % 3]}" for i in range(300)],
            "日期": [f"2025年{i % 12 + 1}月{i % 28 + 1}日" for i in range(300)],
            text: [f"这个商品质量差, 我用了{i}天就坏了" for i in range(300)],
            "评价": [("好评", "差评")[i // 7 % 2] for i in range(300)],
        }
    )
    found = preparation.look({"train": rows}, DataConfig(path="x"), TASK, seed=0)
    assert not [finding for finding in found.findings if finding.kind in ("unread-text", "rival-columns")]
    assert found.columns == {"text": text, "label": "评价"}
    dated = preparation.look({"train": rows}, DataConfig(path="x", label="日期"), TASK, seed=0).columns
    assert dated == {"text": text, "label": "日期"}
