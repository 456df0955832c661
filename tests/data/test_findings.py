"""Findings that are made apart from `prepare`, and how they are worded."""

from transferkit.data import from_texts, truncation
from transferkit.data.audit import counted, shown
from transferkit.data.duplicates import resolve


def test_row_numbers_are_shown_briefly() -> None:
    assert shown([7]) == "row 7"
    assert shown([1, 2]) == "rows 1, 2"
    assert shown(range(1, 1001)) == "rows 1, 2, 3, 4, 5 and 995 more"
    assert counted(1) == "1 row"
    assert counted(2000, "token") == "2,000 tokens"


def test_truncation_counts_rows_and_tokens() -> None:
    finding = truncation([10, 130, 160], 128, from_texts(["a", "b", "c"]))
    assert (finding.kind, finding.severity, finding.rows) == ("truncation", "warning", (2, 3))
    assert finding.message == ("2 of 3 rows (66.7%) are longer than 128 tokens; 34 tokens (11.3%) cut off (rows 2, 3)")


def test_nothing_truncated_is_said_too() -> None:
    finding = truncation([10, 128], 128, from_texts(["a", "b"]))
    assert (finding.severity, finding.rows) == ("info", ())
    assert finding.message == "none of 2 rows is longer than 128 tokens; the longest has 128"


def test_several_targets_per_input_stay_where_a_task_allows_them() -> None:
    found = resolve(["k", "k", "k", "l"], "xyxx".__getitem__, one_label=False)
    assert found.kept.tolist() == [True, True, False, True]
    assert (found.repeated, found.conflicting) == ((2,), ())


def test_majority_and_tie() -> None:
    found = resolve(["k", "k", "k", "t", "t"], "xyyxy".__getitem__, one_label=True)
    assert found.kept.tolist() == [False, True, False, False, False]
    assert (found.repeated, found.conflicting, found.undecided) == ((2,), (0, 1, 2, 3, 4), (3, 4))
