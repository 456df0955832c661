"""The table of a run where a notebook shows it."""

from html import escape
from math import isfinite
from pathlib import Path
from urllib.parse import quote

from transferkit.evaluation.leaderboard import Column, Row, columns, table
from transferkit.evaluation.results import Board
from transferkit.plain_table import html_table
from transferkit.report.charts import Axis, padded

_SOFT = "opacity:.7;font-size:.85em"
_WHOLE = "white-space:nowrap"
_TAG = "border:1px solid currentColor;border-radius:99px;padding:0 .6em;font-size:.75em"
_BAR_WIDTH, _BAR_HEIGHT = 90, 12


def board_html(board: Board, report: Path) -> str:
    """All routes as in the report, the chosen one first and in bold, the verdict, and where the `report` is."""
    rows, main = table(board), board.task.main_metric
    shown = columns(board, rows)
    ends = [end for row in rows for side in ("low", "high") if isfinite(end := row[f"{main}_{side}"])]
    axis = Axis(*padded(ends or [0.0], 0.04), 4, _BAR_WIDTH - 4)
    titles = [escape(column.title).replace("-\n", "").replace("\n", "<br>") for column in shown]
    made = html_table(
        titles, [[_cell(column, row, main, axis) for column in shown] for row in rows], [c.left for c in shown]
    )
    skipped = "".join(f"<div><b>{escape(s.name)}</b> was skipped: {escape(s.reason)}</div>" for s in board.skipped)
    link = f'<a href="{quote(report.as_posix())}">{escape(str(report))}</a>'
    return f'{made}{skipped}<p style="max-width:75ch">{escape(board.verdict)}</p><div>report: {link}</div>'


def _cell(column: Column, row: Row, main: str, axis: Axis) -> str:
    words = escape(column.cell(row))
    if column.title == "route":
        words += f' <span style="{_TAG}">best</span>' if row["best"] else ""
        words += f' <span style="{_TAG}">cheapest</span>' if row["cheapest"] and not row["best"] else ""
    elif column.title == "method":
        words = f'<span style="{_SOFT}">{words}</span>'
    elif column.interval:
        words = f'<span style="{_WHOLE}">{words}</span> {_bar(row, main, axis)}'
    return f"<b>{words}</b>" if row["best"] else words


def _bar(row: Row, main: str, axis: Axis) -> str:
    """The interval, drawn."""
    found = [row[name] for name in (f"{main}_low", main, f"{main}_high")]
    if not all(map(isfinite, found)):
        return ""
    low, value, high = map(axis.at, found)
    middle = _BAR_HEIGHT / 2
    return (
        f'<svg width="{_BAR_WIDTH}" height="{_BAR_HEIGHT}" style="vertical-align:middle" fill="currentColor">'
        f'<line x1="{low}" x2="{high}" y1="{middle}" y2="{middle}" stroke="currentColor" stroke-width="2"/>'
        f'<circle cx="{value}" cy="{middle}" r="3"/></svg>'
    )
