"""Flags of the command line in messages are named as arguments in Python."""

import pytest

import transferkit
from transferkit import keywords
from transferkit.errors import DataError


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("pass --label shop, --label 'handled by' or --label c", 'pass label="shop", label="handled by" or label="c"'),
        ("name others with --text and --label, or fix", "name others with text=... and label=..., or fix"),
        ("--text and --label name others", "text=... and label=... name others"),
        ("pass --label NAME", "pass label=..."),
        ("keep them with --keep-leaks", "keep them with keep_leaks=True"),
        ("--folds 0 turns it off; --task text-regression", 'folds=0 turns it off; task="text-regression"'),
        ("see --help; --no-such thing", "see --help; --no-such thing"),
    ],
)
def test_flags_are_arguments(words: str, said: str) -> None:
    assert keywords.said(words, transferkit.fit) == said


def test_columns_of_a_table_to_answer_are_named() -> None:
    with (
        pytest.raises(DataError, match=r'^pass named=\{"text_pair": \.\.\.\}; or --labels x$'),
        keywords.named_columns(),
    ):
        raise DataError("pass --text-pair NAME; or --labels x")
