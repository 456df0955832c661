"""Dates in the usual ways to write them are moments, where their order leaves no doubt."""

from datetime import datetime

import pytest

from transferkit.data.moments import moment


@pytest.mark.parametrize(
    ("cell", "date"),
    [
        ("17.04.2025", datetime(2025, 4, 17)),
        ("7.4.2025", datetime(2025, 4, 7)),
        ("17.04.2025 08:30", datetime(2025, 4, 17, 8, 30)),
        ("17.04.2025, 08:30:05", datetime(2025, 4, 17, 8, 30, 5)),
        ("2025年8月21日", datetime(2025, 8, 21)),
        ("2025年08月21日 9:05", datetime(2025, 8, 21, 9, 5)),
        ("2025年8月", datetime(2025, 8, 1)),
        ("2025/8/21", datetime(2025, 8, 21)),
        ("2025-8-1 7:05", datetime(2025, 8, 1, 7, 5)),
        ("2025.08.21", datetime(2025, 8, 21)),
    ],
)
def test_dates_whose_order_is_clear(cell: str, date: datetime) -> None:
    assert moment(cell) == date


@pytest.mark.parametrize("cell", ["04/05/2025", "4-5-2025", "32.01.2025", "2025年13月1日", "1.2.25", "2025/8-21", "x"])
def test_others_are_none(cell: str) -> None:
    assert moment(cell) is None
